#![allow(clippy::unwrap_used)]

use super::*;
use crate::{Sample, load};

type Images = (Vec<u8>, Vec<u32>);

fn images(name: &str, train: Images, test: Images) -> Result<Dataset, Error> {
    Dataset::from_images(name, (1, 1, 2), ["a", "b"], train, test)
}

#[test]
fn images_become_a_measured_dataset() {
    let set = images(
        "My_Shades",
        (vec![0, 255, 255, 0], vec![1, 0]),
        (vec![7, 8], vec![1]),
    )
    .unwrap();
    assert_eq!(
        (set.name.as_str(), set.source.as_str()),
        ("my-shades", "memory")
    );
    assert_eq!(
        (set.format, set.class_names.join(" ")),
        (Format::MEMORY, "a b".into())
    );
    assert_eq!(
        (set.normalization().mean[0], set.normalization().std[0]),
        (0.5, 0.5)
    );
    assert!(
        set.validation.is_none() && !set.normalization().known && set.space.whitening.is_none()
    );
    assert_eq!(set.train.batch(&[0], &set.space), [-1.0, 1.0]);
    assert_eq!(
        (set.train.labels(), set.test.raw(0)),
        (&[1, 0][..], Sample::Pixels(&[7, 8]))
    );
}

#[test]
fn the_same_content_has_the_same_hash_as_a_loaded_set() {
    let strokes = load("strokes", &LoadOptions::default()).unwrap();
    let arrays = |split: &Split| -> Images {
        let pixels = (0..split.len()).flat_map(|index| match split.raw(index) {
            Sample::Pixels(pixels) => pixels.to_vec(),
            Sample::Features(_) => unreachable!("strokes are images"),
        });
        (pixels.collect(), split.labels().to_vec())
    };
    let (train, test) = (arrays(&strokes.train), arrays(&strokes.test));
    let set = Dataset::from_images(
        "copy",
        (1, 28, 28),
        strokes.class_names.clone(),
        train,
        test,
    )
    .unwrap();
    assert_eq!(set.hash, strokes.hash);
}

#[test]
fn a_known_name_brings_the_constants_if_the_kind_agrees() {
    let digits: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let train = (vec![5; 10], (0..10).collect());
    let set = Dataset::from_images("MNIST", (1, 1, 1), digits, train, (vec![], vec![])).unwrap();
    assert_eq!(
        (set.name.as_str(), set.normalization().mean[0]),
        ("mnist", 0.1307)
    );
    assert!(set.normalization().known);
    let two = images("mnist", (vec![1; 4], vec![0, 1]), (vec![], vec![])).unwrap();
    assert!(!two.normalization().known, "MNIST has ten classes");
}

#[test]
fn rows_become_a_standardised_table_and_the_test_split_may_be_empty() {
    let train = (vec![1.0, 7.0, 3.0, 7.0], vec![0, 1]);
    let set = Dataset::from_table("rows", 2, ["a", "b"], train, (vec![], vec![])).unwrap();
    assert_eq!(set.train.batch(&[0, 1], &set.space), [-1.0, 0.0, 1.0, 0.0]);
    assert!(set.test.is_empty());
    assert_eq!(
        (set.shape, set.test.shape()),
        (SampleShape::Table { features: 2 }, set.shape)
    );
}

#[test]
fn arrays_that_are_no_dataset_are_refused() {
    let good = || -> Images { (vec![1, 2, 3, 4], vec![0, 1]) };
    let message = |made: Result<Dataset, Error>| made.unwrap_err().to_string();
    let text = message(images("x", (vec![1, 2, 3], vec![0, 1]), good()));
    assert!(
        text.starts_with("train pixels: expected 4 values"),
        "{text}"
    );
    let text = message(images("x", good(), (vec![1, 2], vec![])));
    assert!(text.starts_with("test pixels: expected 0 values"), "{text}");
    let text = message(images(" ", good(), good()));
    assert!(
        text.starts_with("dataset name: expected at least one character"),
        "{text}"
    );
    let error = images("x", good(), (vec![1, 2, 1, 2], vec![0, 2])).unwrap_err();
    assert!(
        matches!(&error, Error::LabelOutOfRange { record: 1, label: 2, classes: 2, path } if path.ends_with("x/test")),
        "{error}"
    );
    let error = images("x", (vec![1, 2], vec![1]), good()).unwrap_err();
    assert!(
        matches!(&error, Error::EmptyClass { class, split: "training", .. } if class == "a"),
        "{error}"
    );
    let error = images("x", (vec![], vec![]), good()).unwrap_err();
    assert!(matches!(error, Error::EmptyClass { .. }), "{error}");
    let no_names: [&str; 0] = [];
    for (names, found) in [(&no_names[..], 0), (&["only"][..], 1)] {
        let error = Dataset::from_images(
            "x",
            (1, 1, 1),
            names.iter().copied(),
            (vec![1], vec![0]),
            (vec![], vec![]),
        )
        .unwrap_err();
        assert!(
            matches!(error, Error::TooFewClasses { found: n, .. } if n == found),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .contains("at least two classes are needed"),
            "{error}"
        );
    }
    let text = message(Dataset::from_images(
        "x",
        (0, 2, 2),
        ["a", "b"],
        (vec![], vec![]),
        (vec![], vec![]),
    ));
    assert!(
        text.starts_with("train shape: expected at least one value in a sample, found 0x2x2"),
        "{text}"
    );
    let text = message(Dataset::from_table(
        "x",
        1,
        ["a", "b"],
        (vec![1.0, f32::INFINITY], vec![0, 1]),
        (vec![], vec![]),
    ));
    assert!(
        text.starts_with("train features: expected finite numbers, found inf in row 1"),
        "{text}"
    );
    let text = message(Dataset::from_images(
        "x",
        (usize::MAX, 2, 2),
        ["a", "b"],
        good(),
        good(),
    ));
    assert!(text.starts_with("train pixels: expected"), "{text}");
}
