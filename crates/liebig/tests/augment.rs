//! The augmentations against PyTorch's values (`golden/make_augment.py`), and what holds for all of them.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "golden/reader.rs"]
mod reader;

use liebig::augment::{
    Augmentation, Color, Crop, Cutout, Draw, Error, Flip, Mode, Operation, Parameters, Rotate,
    Scale, Sharing, Strategy,
};
use liebig_data::{Normalization, SampleShape, Space, stream};
use liebig_grad::{Tensor, cpu, grad};
use reader::{Reference, assert_close};

const TOLERANCE: f32 = 1e-5;

/// Pixels or features as they are.
fn space(groups: usize) -> Space {
    Space::from(Normalization {
        mean: vec![0.0; groups],
        std: vec![1.0; groups],
        known: false,
    })
}

/// Images of normal size of values that are the same every time.
fn images(shape: &[usize]) -> Tensor {
    let values = 0..shape.iter().product();
    let values = values
        .map(|i: usize| (i as f32 * 0.37).sin() + 0.2)
        .collect();
    Tensor::from_vec(values, shape, &cpu()).unwrap()
}

fn bits(x: &Tensor) -> Vec<u32> {
    x.to_vec().unwrap().into_iter().map(f32::to_bits).collect()
}

/// The draw of an operation whose parameters are one row for each image.
fn draw(operation: Operation, rows: &[&[f32]]) -> Draw {
    fn each<P>(rows: &[&[f32]], one: impl Fn(&[f64]) -> P) -> Parameters<P> {
        let wide = |row: &&[f32]| {
            row.iter()
                .map(|&value| f64::from(value))
                .collect::<Vec<_>>()
        };
        Parameters::PerImage(rows.iter().map(|row| one(&wide(row))).collect())
    }
    match operation {
        Operation::Color => each(rows, |row| Color {
            brightness: row[0],
            saturation: row[1],
            contrast: row[2],
        })
        .into(),
        Operation::Crop => each(rows, |row| Crop {
            down: row[0] as i64,
            right: row[1] as i64,
        })
        .into(),
        Operation::Cutout => each(rows, |row| Cutout {
            row: row[0] as usize,
            column: row[1] as usize,
        })
        .into(),
        Operation::Flip => each(rows, |row| Flip {
            mirrored: row[0] != 0.0,
        })
        .into(),
        Operation::Scale => each(rows, |row| Scale {
            x: row[0],
            y: row[1],
        })
        .into(),
        Operation::Rotate => each(rows, |row| Rotate { degrees: row[0] }).into(),
    }
}

/// Result, gradient of `Σ w y³` and gradient of a product with that gradient, of the images of a batch.
fn check(what: &str, draw: &Draw, [x, w, v]: [&Tensor; 3], expected: [&Tensor; 3]) {
    let x = x.requires_grad();
    let y = draw.apply(&x).unwrap();
    let cube = y.square().unwrap().mul(&y).unwrap();
    let loss = w.mul(&cube).unwrap().sum().unwrap();
    let gradient = grad(&loss, &[&x], true).unwrap().remove(0);
    let along = v.mul(&gradient).unwrap().sum().unwrap();
    let second = grad(&along, &[&x], false).unwrap().remove(0);
    assert_close(&format!("{what}, result"), &y, expected[0], TOLERANCE);
    assert_close(
        &format!("{what}, gradient"),
        &gradient,
        expected[1],
        TOLERANCE,
    );
    assert_close(
        &format!("{what}, second order"),
        &second,
        expected[2],
        TOLERANCE,
    );
}

/// With parameters per image and, image by image, with Siamese ones.
#[test]
fn operations_are_pytorchs() {
    let reference = Reference::read("augment");
    for batch in ["odd", "grey"] {
        let [x, w, v] = ["x", "w", "v"].map(|name| reference.tensor(&format!("{batch}.{name}")));
        for &operation in Operation::ALL {
            let of = |key: &str| reference.tensor(&format!("{batch}.{}.{key}", operation.name()));
            let expected = ["y", "gradient", "second"].map(of);
            let values = of("parameters").to_vec().unwrap();
            let rows: Vec<&[f32]> = values.chunks(values.len() / 3).collect();
            let what = format!("{batch}, {}", operation.name());
            let each = draw(operation, &rows);
            check(&what, &each, [&x, &w, &v], expected.each_ref());
            for (i, row) in rows.iter().enumerate() {
                let siamese = siamese(operation, row);
                let image = |x: &Tensor| x.slice(0, i, i + 1).unwrap();
                let [x, w, v] = [&x, &w, &v].map(image);
                let expected = expected.each_ref().map(image);
                let what = format!("{what}, image {i}");
                check(&what, &siamese, [&x, &w, &v], expected.each_ref());
            }
        }
    }
}

/// The same from the functions that are named for the operations.
fn siamese(operation: Operation, row: &[f32]) -> Draw {
    let at = |i: usize| f64::from(row[i]);
    match operation {
        Operation::Color => Draw::color(at(0), at(1), at(2)),
        Operation::Crop => Draw::crop(at(0) as i64, at(1) as i64),
        Operation::Cutout => Draw::cutout(at(0) as usize, at(1) as usize),
        Operation::Flip => Draw::flip(at(0) != 0.0),
        Operation::Scale => Draw::scale(at(0), at(1)),
        Operation::Rotate => Draw::rotate(at(0)),
    }
}

fn only(operation: Operation) -> Strategy {
    operation.name().parse().unwrap()
}

#[test]
fn shapes_stay_and_values_are_finite() {
    for shape in [[1, 1, 1, 1], [2, 3, 1, 6], [3, 1, 7, 2], [5, 3, 33, 17]] {
        let x = images(&shape);
        for index in 0..20 {
            let mut rng = stream(0, "shapes", index);
            for sharing in [Sharing::Siamese, Sharing::PerImage(shape[0])] {
                let size = (shape[2], shape[3]);
                let draw = Strategy::default().draw(Mode::Multiple, sharing, size, &mut rng);
                let y = draw.apply(&x).unwrap();
                assert_eq!(y.shape(), shape);
                assert!(y.to_vec().unwrap().iter().all(|value| value.is_finite()));
                assert!(!y.is_tracked(), "a constant stays one");
            }
        }
    }
}

/// Every image of a Siamese batch is transformed as it would be alone, in batches of any size.
#[test]
fn a_siamese_draw_is_one_transformation() {
    let x = images(&[6, 3, 12, 10]);
    for &operation in Operation::ALL {
        let mut rng = stream(1, "siamese", 0);
        let draw = only(operation).draw(Mode::Single, Sharing::Siamese, (12, 10), &mut rng);
        let whole = draw.apply(&x).unwrap();
        for i in 0..6 {
            let alone = draw.apply(&x.slice(0, i, i + 1).unwrap()).unwrap();
            assert_eq!(bits(&alone), bits(&whole.slice(0, i, i + 1).unwrap()));
        }
        // And equal images stay equal.
        let twin = x.slice(0, 2, 3).unwrap();
        let twins = Tensor::cat(&[&twin, &twin, &twin], 0).unwrap();
        let twins = bits(&draw.apply(&twins).unwrap());
        assert_eq!(twins[..360], twins[360..720]);
        assert_eq!(twins[..360], twins[720..]);
    }
}

#[test]
fn draws_per_image_differ() {
    let one = images(&[1, 3, 12, 10]);
    let twins = Tensor::cat(&[&one; 16], 0).unwrap();
    for &operation in Operation::ALL {
        let mut rng = stream(2, "each", 0);
        let draw = only(operation).draw(Mode::Single, Sharing::PerImage(16), (12, 10), &mut rng);
        let values = bits(&draw.apply(&twins).unwrap());
        let mut different: Vec<&[u32]> = values.chunks(360).collect();
        different.sort();
        different.dedup();
        let least = match operation {
            Operation::Flip => 2,
            Operation::Crop => 5, // of nine
            Operation::Cutout => 10,
            _ => 16,
        };
        assert!(
            different.len() >= least,
            "{operation:?}: {}",
            different.len()
        );
    }
}

#[test]
fn a_draw_per_image_is_for_its_number_of_images() {
    let mut rng = stream(3, "count", 0);
    for &operation in Operation::ALL {
        let draw = only(operation).draw(Mode::Single, Sharing::PerImage(1), (8, 8), &mut rng);
        draw.apply(&images(&[1, 3, 8, 8])).unwrap();
        for images_of in [images(&[2, 3, 8, 8]), images(&[3, 8, 8])] {
            draw.apply(&images_of).unwrap_err();
        }
    }
}

#[test]
fn identity_parameters_change_nothing() {
    let x = images(&[4, 3, 9, 14]);
    assert_eq!(Draw::none(), Draw::default());
    for draw in [
        Draw::none(),
        Draw::flip(false),
        Draw::from(Parameters::PerImage(vec![Flip { mirrored: false }; 4])),
        Draw::crop(0, 0),
        Draw::scale(1.0, 1.0),
        Draw::rotate(0.0),
    ] {
        assert_eq!(bits(&draw.apply(&x).unwrap()), bits(&x), "{draw:?}");
    }
    let same = Draw::color(0.0, 1.0, 1.0).apply(&x).unwrap();
    assert_close("color", &same, &x, 1e-6);
    let twice = Draw::flip(true).then(Draw::flip(true));
    assert_eq!(bits(&twice.apply(&x).unwrap()), bits(&x));
}

#[test]
fn saturation_changes_no_grey_image() {
    let x = images(&[2, 1, 6, 6]);
    let same = Draw::color(0.0, 0.125, 1.0).apply(&x).unwrap();
    assert_close("grey", &same, &x, 1e-6);
    let with = |saturation| bits(&Draw::color(0.25, saturation, 0.5).apply(&x).unwrap());
    assert_eq!(with(0.0), with(2.0));
}

/// Steps are done in the order they are written in.
#[test]
fn a_step_follows_the_one_before() {
    let x = images(&[2, 3, 8, 8]);
    let (crop, color) = (Draw::crop(1, -1), Draw::color(0.25, 0.5, 0.75));
    let by_hand = color.apply(&crop.apply(&x).unwrap()).unwrap();
    let draw = crop.clone().then(color.clone());
    assert_eq!(bits(&draw.apply(&x).unwrap()), bits(&by_hand));
    let other = color.then(crop).apply(&x).unwrap();
    assert_ne!(bits(&other), bits(&by_hand));
}

/// Large enough for the work to be shared.
#[test]
fn threads_do_not_matter() {
    let shape = SampleShape::Image {
        channels: 3,
        height: 32,
        width: 32,
    };
    let run = |threads: usize, augmentation: &Augmentation| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let values = images(&[40, 3, 32, 32]).to_vec().unwrap();
        let mut rng = stream(4, "threads", 0);
        let batch = || {
            augmentation
                .batch(values, shape, &space(3), &mut rng)
                .unwrap()
        };
        let values = pool.unwrap().install(batch);
        values.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let strategies = Operation::ALL
        .iter()
        .map(|&operation| Augmentation::Dsa(only(operation)));
    let own = [
        Augmentation::CropScaleRotate,
        Augmentation::CropNoise,
        Augmentation::AutoAugment,
    ];
    for augmentation in strategies.chain(own) {
        let one = run(1, &augmentation);
        assert!(one == run(2, &augmentation), "{augmentation}");
        assert!(one == run(2, &augmentation), "{augmentation}");
        let before = bits(&images(&[40, 3, 32, 32]));
        assert!(one != before, "{augmentation}");
    }
}

const SHAPE: SampleShape = SampleShape::Image {
    channels: 3,
    height: 8,
    width: 6,
};

/// A training batch: one operation, with parameters per image.
#[test]
fn a_batch_is_a_single_draw_per_image() {
    let x = images(&[5, 3, 8, 6]);
    let strategy = Strategy::default();
    for index in 0..12 {
        let mut rng = stream(5, "batch", index);
        let draw = strategy.draw(Mode::Single, Sharing::PerImage(5), (8, 6), &mut rng);
        let expected = bits(&draw.apply(&x).unwrap());
        let mut rng = stream(5, "batch", index);
        let augmentation = Augmentation::Dsa(strategy.clone());
        let values = augmentation.batch(x.to_vec().unwrap(), SHAPE, &space(3), &mut rng);
        let values: Vec<u32> = values.unwrap().into_iter().map(f32::to_bits).collect();
        assert_eq!(values, expected);
    }
}

#[test]
fn what_cannot_be_augmented_is_refused() {
    let table = SampleShape::Table { features: 4 };
    let mut rng = stream(6, "refused", 0);
    for text in [
        "none",
        "crop_scale_rotate",
        "crop_noise",
        "flip_color",
        "autoaugment",
    ] {
        let augmentation: Augmentation = text.parse().unwrap();
        let result = augmentation.batch(vec![1.0; 8], table, &space(4), &mut rng);
        if text == "none" {
            assert_eq!(result.unwrap(), [1.0; 8]);
            continue;
        }
        let error = result.unwrap_err();
        assert_eq!(
            error,
            Error::Table {
                augmentation: text.into()
            }
        );
        assert!(
            error
                .to_string()
                .ends_with("hint: set evaluation.augmentation to none")
        );
        let result = augmentation.batch(vec![1.0; SHAPE.len() + 1], SHAPE, &space(3), &mut rng);
        assert!(matches!(result, Err(Error::Length { .. })));
        assert!(
            augmentation
                .batch(Vec::new(), SHAPE, &space(3), &mut rng)
                .unwrap()
                .is_empty()
        );
    }
}
