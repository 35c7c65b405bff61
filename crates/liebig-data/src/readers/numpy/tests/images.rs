//! Arrays of images.

use super::*;

#[test]
fn every_axis_order_gives_the_same_planes() {
    let value = |n: u64, c: u64, h: u64, w: u64| (100 * n + 30 * c + 10 * h + w) as u8;
    let (n, c, h, w) = (2, 3, 2, 5);
    let mut planes = Vec::new();
    for at in 0..n * c * h * w {
        planes.push(value(
            at / (c * h * w),
            at / (h * w) % c,
            at / w % h,
            at % w,
        ));
    }
    // Values in the order of a file, in which the axis `axes[0]` varies slowest.
    let ordered = |axes: [usize; 4]| -> Vec<u8> {
        let lens = axes.map(|axis| [n, c, h, w][axis]);
        let mut values = Vec::new();
        for at in 0..n * c * h * w {
            let mut rest = at;
            let mut index = [0; 4];
            for place in (0..4).rev() {
                index[axes[place]] = rest % lens[place];
                rest /= lens[place];
            }
            values.push(value(index[0], index[1], index[2], index[3]));
        }
        values
    };
    let files = [
        npy_as("|u1", Order::C, &[n, c, h, w], &ordered([0, 1, 2, 3])),
        npy_as("|u1", Order::C, &[n, h, w, c], &ordered([0, 2, 3, 1])),
        npy_as("|u1", Order::Fortran, &[n, c, h, w], &ordered([3, 2, 1, 0])),
        npy_as("|u1", Order::Fortran, &[n, h, w, c], &ordered([1, 3, 2, 0])),
    ];
    let transposed: Vec<u8> = (0..n * c * h * w)
        .map(|at| value(at / (c * h * w), at / (h * w) % c, at % h, at / h % w))
        .collect();
    for file in files {
        assert_eq!(
            train_pixels(file.clone(), &LoadOptions::default()).unwrap(),
            planes
        );
        let options = LoadOptions {
            transpose: true,
            ..LoadOptions::default()
        };
        assert_eq!(train_pixels(file, &options).unwrap(), transposed);
    }
}

#[test]
fn ambiguous_axes_are_refused_unless_the_layout_is_given() {
    let values: Vec<u8> = (0..2 * 3 * 2 * 3).collect();
    let images = bytes(&[2, 3, 2, 3], &values);
    let error = train_pixels(images.clone(), &LoadOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("set.npz: array `x_train`: uint8 [2, 3, 2, 3]: both the second and the last axis could be the channels")
            && error.contains("`data.layout`"),
        "{error}"
    );
    let with = |layout| {
        let options = LoadOptions {
            layout: Some(layout),
            ..LoadOptions::default()
        };
        train_pixels(images.clone(), &options)
    };
    assert_eq!(with(Layout::Nchw).unwrap(), values);
    assert_eq!(with(Layout::Nhwc).unwrap()[..6], [0, 3, 6, 9, 12, 15]);
    assert!(
        with(Layout::Nhw)
            .unwrap_err()
            .to_string()
            .contains("`data.layout` is nhw, but it has 4 axes")
    );
    let error = message(&with_images(bytes(&[2, 2, 2, 2], &[0; 16]), &[0, 1]));
    assert!(
        error.contains("neither the second nor the last axis"),
        "{error}"
    );
}

#[test]
fn images_may_be_of_any_type_of_number_and_byte_order() {
    let images = |descr: &str, values: &[f64]| -> Vec<u8> {
        macro_rules! cast {
            ($type:ty) => {{
                let values: Vec<$type> = values.iter().map(|&value| value as $type).collect();
                npy_as(descr, Order::C, &[2, 1, 2], &values)
            }};
        }
        match &descr[1..] {
            "u1" => cast!(u8),
            "u2" => cast!(u16),
            "i2" => cast!(i16),
            "u4" => cast!(u32),
            "i4" => cast!(i32),
            "u8" => cast!(u64),
            "i8" => cast!(i64),
            "f4" => cast!(f32),
            _ => cast!(f64),
        }
    };
    // Types, values, pixels, and what a note says.
    type Case<'a> = (&'a [&'a str], [f64; 4], [u8; 4], &'a str);
    let cases: [Case<'_>; 6] = [
        (
            &["<i2", ">i2", "<u4", ">i4", "<i8", ">u8"],
            [0.0, 1.0, 200.0, 255.0],
            [0, 1, 200, 255],
            "taken as they are",
        ),
        (
            &["<u2", ">u2"],
            [0.0, 257.0, 5140.0, 65_535.0],
            [0, 1, 20, 255],
            "divided by 257",
        ),
        (
            &["<u2", ">u2"],
            [0.0, 1.0, 254.0, 255.0],
            [0, 1, 254, 255],
            "taken as they are",
        ),
        (
            &["<f4", ">f4", "<f8", ">f8"],
            [0.0, 0.2, 0.5, 1.0],
            [0, 51, 128, 255],
            "multiplied by 255",
        ),
        (
            &["<f4", ">f8"],
            [0.0, 0.6, 128.0, 255.0],
            [0, 1, 128, 255],
            "taken as they are",
        ),
        (&["|u1"], [0.0, 1.0, 2.0, 3.0], [0, 1, 2, 3], ""),
    ];
    for (types, values, expected, note) in cases {
        for descr in types {
            let parts = read_set(&with_images(images(descr, &values), &[0, 1])).unwrap();
            let found = [pixels(&parts.train, 0), pixels(&parts.train, 1)].concat();
            assert_eq!(found, expected, "{descr}");
            let texts = parts.texts().join("\n");
            assert!(texts.contains(note), "{descr}: {texts}");
        }
    }
    let halves: Vec<u8> = [0.0, 0.5, 0.25, 1.0]
        .map(half::f16::from_f32)
        .map(half::f16::to_be_bytes)
        .concat();
    let halves = by_hand(&header(">f2", "(2, 1, 2)"), &halves);
    assert_eq!(
        train_pixels(halves, &LoadOptions::default()).unwrap(),
        [0, 128, 64, 255]
    );
    let truth = npy_as("|b1", Order::C, &[2, 1, 2], &[true, false, false, true]);
    assert_eq!(
        train_pixels(truth, &LoadOptions::default()).unwrap(),
        [255, 0, 0, 255]
    );
}

#[test]
fn numbers_that_are_no_pixels_are_refused_with_their_range() {
    let with = |values: &[f64; 4]| message(&with_images(npy(&[2, 1, 2], values), &[0, 1]));
    let cases = [
        (
            [-2.117_9, 0.0, 1.0, 2.64],
            "float64 [2, 1, 2]: its values are -2.1179 to 2.64, expected 0 to 1 or 0 to 255",
        ),
        ([0.0, 0.0, 1.0, 300.0], "its values are 0 to 300"),
        ([0.0, -0.5, 1.0, 0.0], "its values are -0.5 to 1"),
        ([0.0, f64::NAN, 1.0, 0.0], "NaN"),
        ([0.0, f64::INFINITY, 1.0, 0.0], "infinite"),
    ];
    for (values, expected) in cases {
        let error = with(&values);
        assert!(
            error.contains(expected) && error.contains("array `x_train`"),
            "{error}"
        );
    }
    let integers = message(&with_images(
        npy(&[2, 1, 2], &[0_i16, 5, -1000, 3000]),
        &[0, 1],
    ));
    assert!(
        integers.contains("its values are -1000 to 3000, expected 0 to 255"),
        "{integers}"
    );
}

#[test]
fn splits_in_different_ranges_are_refused() {
    let mut entries = with_images(npy(&[2, 1, 2], &[0.0_f32, 128.0, 3.0, 255.0]), &[0, 1]);
    entries[2].1 = npy(&[2, 1, 2], &[0.0_f32, 0.5, 0.1, 1.0]);
    let error = message(&entries);
    assert!(
        error.contains("array `x_test`: float32 [2, 1, 2]: its values are 0 to 1, but those of `x_train` float32 [2, 1, 2] are 0 to 255"),
        "{error}"
    );
    entries.swap(0, 2);
    let (test, train) = (entries[0].1.clone(), entries[2].1.clone());
    entries[0] = ("x_train.npy", train);
    entries[2] = ("x_test.npy", test);
    assert!(read_set(&entries).is_err());
    entries[2].1 = bytes(&[2, 1, 2], &[0, 1, 2, 3]);
    assert!(
        message(&entries)
            .contains("array `x_test`: uint8 [2, 1, 2], but the training images are float32")
    );
    // The largest value of all splits decides for 16 bits.
    let mut entries = with_images(npy(&[2, 1, 2], &[0_u16, 100, 200, 255]), &[0, 1]);
    entries[2].1 = npy(&[2, 1, 2], &[0_u16, 0, 0, 65_535]);
    let parts = read_set(&entries).unwrap();
    assert_eq!(
        (pixels(&parts.train, 1), pixels(&parts.test, 1)),
        (&[1, 1][..], &[0, 255][..])
    );
}

#[test]
fn suspicious_images_are_warned_about() {
    let texts = |images| {
        read_set(&with_images(images, &[0, 1]))
            .unwrap()
            .texts()
            .join("\n")
    };
    assert!(texts(bytes(&[2, 1, 2], &[0, 1, 1, 0])).contains("no image has a value above 1"));
    assert!(
        texts(npy(&[2, 1, 2], &[0_u16, 4095, 300, 0])).contains("the largest 16-bit value is 4095")
    );
}

#[test]
fn four_channels_are_laid_on_the_background() {
    let images = [10, 20, 30, 255, 10, 20, 30, 0];
    let options = LoadOptions {
        background: "black".parse().unwrap(),
        ..LoadOptions::default()
    };
    for (options, behind) in [(LoadOptions::default(), 255), (options, 0)] {
        for order in [Order::C, Order::Fortran] {
            let values: Vec<u8> = match order {
                Order::C => images.to_vec(),
                Order::Fortran => (0..4)
                    .flat_map(|channel| [images[channel], images[4 + channel]])
                    .collect(),
            };
            let found = train_pixels(
                npy_as("|u1", order, &[2, 1, 1, 4], &values),
                &LoadOptions {
                    layout: Some(Layout::Nhwc),
                    ..options.clone()
                },
            );
            assert_eq!(found.unwrap(), [10, 20, 30, behind, behind, behind]);
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        (samples, height, width) in (2_u64..6, 1_u64..7, 1_u64..7),
        fortran in any::<bool>(),
        wide in any::<bool>(),
        seed in any::<u8>(),
    ) {
        let count = (samples * height * width) as usize;
        let at = |index: usize| (index as u8).wrapping_mul(31) ^ seed;
        let planes: Vec<u8> = (0..count).map(at).collect();
        let mut stored = planes.clone();
        if fortran {
            for (index, &value) in planes.iter().enumerate() {
                let (n, h, w) = (index / (height * width) as usize, index / width as usize % height as usize, index % width as usize);
                stored[n + samples as usize * (h + height as usize * w)] = value;
            }
        }
        let order = if fortran { Order::Fortran } else { Order::C };
        let shape = [samples, height, width];
        let images = match wide {
            false => npy_as("|u1", order, &shape, &stored),
            true => npy_as(">f8", order, &shape, &stored.iter().map(|&value| f64::from(value) / 255.0).collect::<Vec<_>>()),
        };
        let labels: Vec<u8> = (0..samples as u8).collect();
        let parts = read_set(&with_images(images, &labels)).unwrap();
        let found: Vec<u8> = (0..samples as usize).flat_map(|sample| pixels(&parts.train, sample).to_vec()).collect();
        prop_assert_eq!(found, planes);
    }
}
