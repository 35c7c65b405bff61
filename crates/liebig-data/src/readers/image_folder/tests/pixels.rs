use proptest::prelude::*;

use super::*;

#[test]
fn planes_rows_and_columns_are_where_they_belong() {
    let tree = two_colours();
    let mut marked = RgbImage::new(3, 2);
    marked.put_pixel(2, 1, Rgb([1, 2, 3])); // x, y
    marked.put_pixel(1, 0, Rgb([4, 5, 6]));
    marked.save(tree.place("train/blue/0.png")).unwrap();
    let parts = tree.read().unwrap();
    assert_eq!(
        parts.train.shape(),
        SampleShape::Image {
            channels: 3,
            height: 2,
            width: 3
        }
    );
    assert_eq!(
        pixels(&parts.train, 0),
        [0, 4, 0, 0, 0, 1, 0, 5, 0, 0, 0, 2, 0, 6, 0, 0, 0, 3]
    );
}

#[test]
fn a_jpeg_and_a_grey_png_are_read_among_colours() {
    let tree = two_colours();
    tree.rgb("train/red/2.jpg", 3, 2, [200, 10, 30])
        .gray("train/red/3.png", 3, 2, 77);
    let parts = tree.read().unwrap();
    let jpeg = pixels(&parts.train, 2);
    for (found, expected) in jpeg.iter().zip([[200; 6], [10; 6], [30; 6]].concat()) {
        assert!(found.abs_diff(expected) < 12, "{jpeg:?}");
    }
    assert_eq!(pixels(&parts.train, 3), [77; 18]);
}

#[test]
fn images_that_are_all_grey_get_one_channel_however_they_are_stored() {
    let tree = Tree::new();
    tree.gray("train/a/1.png", 2, 2, 7)
        .rgb("train/a/2.png", 2, 2, [9, 9, 9])
        .gray("test/a/1.png", 2, 2, 5);
    let parts = tree.read().unwrap();
    assert_eq!(parts.train.shape().to_string(), "1x2x2");
    assert_eq!(
        (pixels(&parts.train, 0), pixels(&parts.train, 1)),
        (vec![7; 4], vec![9; 4])
    );
    assert_eq!(
        tree.read_with(None, Some(false)).train.shape().to_string(),
        "3x2x2"
    );
    assert_eq!(pixels(&tree.read_with(None, Some(false)).train, 0), [7; 12]);
}

#[test]
fn colours_become_grey_if_asked() {
    let parts = two_colours().read_with(None, Some(true));
    assert_eq!(parts.train.shape().to_string(), "1x2x3");
    // 0.299 * 200 + 0.587 * 10 + 0.114 * 30 = 69.1
    assert_eq!(pixels(&parts.train, 1), [69; 6]);
}

#[test]
fn images_are_resized_if_asked_or_if_their_sizes_differ() {
    let tree = two_colours();
    let parts = tree.read_with(Some((4, 5)), None);
    assert_eq!(parts.train.shape().to_string(), "3x4x5");
    assert_eq!(
        pixels(&parts.train, 1),
        [[200; 20], [10; 20], [30; 20]].concat()
    );
    tree.rgb("test/red/2.png", 50, 40, [1, 1, 1]);
    let parts = tree.read().unwrap();
    assert_eq!(parts.train.shape().to_string(), "3x32x32");
    assert_eq!(
        parts.texts(),
        [
            "5 PNG of 8-bit RGB",
            "images of different sizes, all resized to 32x32"
        ]
    );
}

#[test]
fn images_over_the_memory_limit_are_kept_on_disk() {
    let tree = Tree::new();
    for class in ["a", "b"] {
        for index in 0..20_u8 {
            tree.gray(&format!("train/{class}/{index:02}.png"), 8, 8, index);
        }
    }
    // 32 images stay for training and 8 are for testing; one cannot be read.
    tree.bytes("train/a/20.png", b"x");
    let with = |memory_limit| LoadOptions {
        skip_bad: true,
        memory_limit: Some(memory_limit),
        ..LoadOptions::default()
    };
    let (memory, disk) = (tree.load(&with(1 << 20)), tree.load(&with(1 << 10)));
    let (memory, disk) = (memory.unwrap(), disk.unwrap());
    assert_eq!((disk.train.len(), disk.test.len()), (32, 8));
    assert_eq!((&memory.train, &memory.test), (&disk.train, &disk.test));
    let indices = [31, 0, 7];
    assert_eq!(memory.train.subset(&indices), disk.train.subset(&indices));
    let kept = |parts: &Parts| {
        let texts = parts.texts();
        texts.iter().any(|text| {
            text.starts_with("41 images of 1x8x8 do not fit in 1.0 KiB of memory: 3.1 KiB are kept")
        })
    };
    assert!(kept(&disk) && !kept(&memory), "{:?}", disk.texts());
}

#[test]
fn one_image_of_another_size_or_colour_among_many_changes_all() {
    let tree = Tree::new();
    for index in 0..60 {
        tree.gray(&format!("train/a/{index:02}.png"), 2, 2, index)
            .gray(&format!("test/b/{index:02}.png"), 2, 2, index);
    }
    tree.gray("train/b/1.png", 2, 2, 1);
    assert_eq!(tree.read().unwrap().train.shape().to_string(), "1x2x2");
    tree.rgb("train/a/31.png", 2, 2, [3, 2, 1]);
    let parts = tree.read().unwrap();
    assert_eq!(parts.train.shape().to_string(), "3x2x2");
    assert_eq!(
        (pixels(&parts.train, 31), pixels(&parts.train, 32)),
        (vec![3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1], vec![32; 12])
    );
    tree.rgb("train/a/32.png", 3, 2, [3, 2, 1]);
    assert_eq!(tree.read().unwrap().train.shape().to_string(), "3x32x32");
}

#[test]
fn images_of_many_sizes_need_only_the_memory_of_the_size_they_get() {
    let tree = Tree::new();
    for class in ["a", "b"] {
        for index in 0..40_u32 {
            // The few that are looked at first are all of one size.
            let side = if index == 33 && class == "b" { 9 } else { 400 };
            tree.gray(&format!("train/{class}/{index:02}.png"), side, side, 1);
        }
        tree.gray(&format!("test/{class}/1.png"), 400, 400, 1);
    }
    let options = LoadOptions {
        memory_limit: Some(1 << 20),
        ..LoadOptions::default()
    };
    assert_eq!(
        tree.load(&options).unwrap().train.shape().to_string(),
        "1x32x32"
    );
    tree.gray("train/b/33.png", 400, 400, 1);
    let parts = tree.load(&options).unwrap();
    assert_eq!(parts.train.shape().to_string(), "1x400x400");
    assert!(
        parts
            .texts()
            .iter()
            .any(|text| text.starts_with("82 images of 1x400x400 do not fit")),
        "{:?}",
        parts.texts()
    );
}

#[test]
fn what_was_converted_is_counted() {
    let tree = two_colours();
    let deep = image::ImageBuffer::<Luma<u16>, _>::from_pixel(3, 2, Luma([65_535]));
    deep.save(tree.place("train/red/2.png")).unwrap();
    let clear = image::RgbaImage::from_pixel(3, 2, image::Rgba([255, 0, 255, 0]));
    clear.save(tree.place("train/red/3.png")).unwrap();
    let parts = tree.read().unwrap();
    assert_eq!(
        (pixels(&parts.train, 2), pixels(&parts.train, 3)),
        (vec![255; 18], vec![255; 18])
    );
    assert_eq!(
        parts.texts(),
        [
            "4 PNG of 8-bit RGB, 1 PNG of 16-bit grey, 1 PNG of 8-bit RGB + alpha",
            "1 image: transparent pixels put on white",
            "1 image: 16 bits rounded to 8",
            "1 image: grey to RGB",
        ]
    );
    let options = LoadOptions {
        background: crate::Rgb([0, 0, 9]),
        image_size: Some((1, 1)),
        grayscale: Some(true),
        ..LoadOptions::default()
    };
    let parts = tree.load(&options).unwrap();
    assert_eq!(pixels(&parts.train, 3), [1]);
    assert_eq!(
        parts.texts()[1..],
        [
            "1 image: transparent pixels put on #000009",
            "1 image: 16 bits rounded to 8",
            "5 images: colours to grey",
            "6 images: resized to 1x1",
        ]
    );
}

#[test]
fn constant_channels_are_normalised_to_numbers() {
    let tree = Tree::new();
    for split in ["train", "test"] {
        tree.rgb(&format!("{split}/a/1.png"), 2, 2, [40, 0, 7]).rgb(
            &format!("{split}/b/1.png"),
            2,
            2,
            [190, 0, 7],
        );
    }
    let path = tree.path().display().to_string();
    let set = crate::load(&path, &LoadOptions::default()).unwrap();
    let batch = set.train.batch(&[0, 1], &set.space);
    assert!(batch.iter().all(|value| value.is_finite()));
    // Red is -1 and 1 from its mean; green and blue are their means.
    assert!(batch[..4].iter().all(|value| (value + 1.0).abs() < 1e-3));
    assert!(batch[4..12].iter().all(|value| value.abs() < 1e-6));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_lossless_image_comes_back(width in 1_u32..9, height in 1_u32..9, seed in any::<u8>()) {
        let colour = |x: u32, y: u32, c: u32| (x * 31 + y * 57 + c * 91) as u8 ^ seed;
        let tree = Tree::new();
        let image = RgbImage::from_fn(width, height, |x, y| Rgb([0, 1, 2].map(|c| colour(x, y, c))));
        image.save(tree.place("train/a/1.png")).unwrap();
        image.save(tree.place("test/a/1.png")).unwrap();
        let parts = tree.read_with(None, Some(false));
        let expected: Vec<u8> = (0..3)
            .flat_map(|c| (0..height).flat_map(move |y| (0..width).map(move |x| colour(x, y, c))))
            .collect();
        prop_assert_eq!(pixels(&parts.train, 0), expected);
    }
}
