#![allow(clippy::unwrap_used)]

use super::*;
use crate::split::Sample;

/// An IDX pair of `count` images of 2x2 pixels whose labels go round `classes`.
fn write_idx(folder: &Path, split: &str, count: u8, classes: u8, side: u8) {
    fs_err::create_dir_all(folder).unwrap();
    let pixels = usize::from(count) * usize::from(side) * usize::from(side);
    let images = [
        &[0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side][..],
        &vec![100; pixels],
    ]
    .concat();
    let labels = [
        vec![0, 0, 8, 1, 0, 0, 0, count],
        (0..count).map(|i| i % classes).collect(),
    ]
    .concat();
    fs_err::write(folder.join(format!("{split}-images-idx3-ubyte")), images).unwrap();
    fs_err::write(folder.join(format!("{split}-labels-idx1-ubyte")), labels).unwrap();
}

fn idx_set(folder: &Path, classes: u8) {
    write_idx(folder, "train", 20, classes, 2);
    write_idx(folder, "t10k", 10, classes, 2);
}

fn load_default(path: &Path) -> Result<Dataset, Error> {
    load(&path.display().to_string(), &LoadOptions::default())
}

#[test]
fn a_known_name_brings_class_names_and_constants() {
    let root = tempfile::tempdir().unwrap();
    idx_set(&root.path().join("Fashion_MNIST"), 10);
    let set = load_default(&root.path().join("Fashion_MNIST")).unwrap();
    assert_eq!(
        (set.name.as_str(), set.format),
        ("fashion-mnist", Format::Idx)
    );
    assert_eq!(set.class_names[9], "Ankle boot");
    assert!(set.normalization.known);
    assert_eq!(
        (set.normalization.mean[0], set.normalization.std[0]),
        (0.2861, 0.3530)
    );
    assert!(set.source.starts_with("IDX, "), "{}", set.source);
}

#[test]
fn another_name_is_measured_and_its_classes_are_numbers() {
    let root = tempfile::tempdir().unwrap();
    idx_set(&root.path().join("squares"), 3);
    let set = load_default(&root.path().join("squares")).unwrap();
    assert_eq!(set.class_names, ["0", "1", "2"]);
    assert!(!set.normalization.known);
    assert_eq!(
        (set.normalization.mean[0], set.normalization.std[0]),
        (100.0 / 255.0, 1.0)
    );
}

#[test]
fn the_hash_is_that_of_the_content_not_of_the_name() {
    let root = tempfile::tempdir().unwrap();
    for (name, classes) in [("a", 3), ("b", 3), ("c", 4)] {
        idx_set(&root.path().join(name), classes);
    }
    let hash = |name: &str| load_default(&root.path().join(name)).unwrap().hash;
    assert_eq!(hash("a"), hash("b"));
    assert_ne!(hash("a"), hash("c"));
}

#[test]
fn names_are_looked_up_in_the_roots_and_paths_come_first() {
    let root = tempfile::tempdir().unwrap();
    idx_set(&root.path().join("data/MNIST/raw"), 10);
    let roots = [root.path().join("none"), root.path().join("data")];
    for name in ["mnist", "MNIST"] {
        let set = load_from(name, &LoadOptions::default(), &roots).unwrap();
        assert_eq!((set.name.as_str(), set.train.len()), ("mnist", 20));
    }
    let error = load_from("mnits", &LoadOptions::default(), &roots)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no dataset `mnits`") && error.contains("none or "),
        "{error}"
    );
    assert!(
        error.contains("known names: strokes, mnist, fashion-mnist"),
        "{error}"
    );
    assert!(
        load_from("x/y", &LoadOptions::default(), &[])
            .unwrap_err()
            .to_string()
            .contains("LIEBIG_DATA is not set")
    );
}

#[test]
fn a_known_set_lacks_no_class() {
    let root = tempfile::tempdir().unwrap();
    idx_set(&root.path().join("mnist"), 9);
    let error = load_default(&root.path().join("mnist")).unwrap_err();
    assert!(
        matches!(&error, Error::EmptyClass { class, split: "training", .. } if class == "9"),
        "{error}"
    );
    idx_set(&root.path().join("mnist"), 11);
    let error = load_default(&root.path().join("mnist")).unwrap_err();
    assert!(
        matches!(
            error,
            Error::LabelOutOfRange {
                record: 10,
                label: 10,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn splits_of_different_shapes_are_told() {
    let root = tempfile::tempdir().unwrap();
    idx_set(root.path(), 2);
    write_idx(root.path(), "t10k", 10, 2, 3);
    let error = load_default(root.path()).unwrap_err().to_string();
    assert!(
        error.contains("samples are 1x3x3, expected 1x2x2 as in the training split"),
        "{error}"
    );
}

#[test]
fn any_image_set_can_be_resized_and_coloured() {
    let root = tempfile::tempdir().unwrap();
    idx_set(&root.path().join("mnist"), 10);
    let path = root.path().join("mnist").display().to_string();
    let options = LoadOptions {
        image_size: Some((4, 3)),
        grayscale: Some(false),
        label_column: None,
    };
    let set = load(&path, &options).unwrap();
    assert_eq!(set.shape.to_string(), "3x4x3");
    assert_eq!(set.train.raw(19), Sample::Pixels(&[100; 36]));
    assert!(
        !set.normalization.known,
        "the constants are for one channel"
    );
    let resized = load(
        &path,
        &LoadOptions {
            grayscale: None,
            ..options
        },
    )
    .unwrap();
    assert_eq!(resized.test.raw(9), Sample::Pixels(&[100; 12]));
    assert!(resized.normalization.known);
}

#[test]
fn sizes_that_make_no_sense_are_refused() {
    for size in [(0, 3), (3, 0), (5000, 3)] {
        let options = LoadOptions {
            image_size: Some(size),
            ..LoadOptions::default()
        };
        assert!(matches!(
            load("strokes", &options),
            Err(Error::Setting {
                setting: "image size",
                ..
            })
        ));
    }
}

#[test]
fn every_message_ends_in_a_hint() {
    let root = tempfile::tempdir().unwrap();
    fs_err::write(root.path().join("set.tar.gz"), "x").unwrap();
    fs_err::write(root.path().join("set.npz"), "x").unwrap();
    fs_err::write(root.path().join("set.csv"), "x").unwrap();
    for file in ["set.tar.gz", "set.npz", "set.csv", "none"] {
        let message = load_default(&root.path().join(file))
            .unwrap_err()
            .to_string();
        let last = message.lines().last().unwrap();
        assert!(last.starts_with("hint: ") && last.len() > 20, "{message}");
        assert!(message.contains(file), "{message}");
    }
}
