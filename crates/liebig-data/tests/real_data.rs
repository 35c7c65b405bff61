//! Real datasets, counted. They are looked for in `LIEBIG_DATA` and beside the repository, and skipped where missing.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use liebig_data::{Dataset, Format, LoadOptions, Sample, Split, load};

/// The path of a real dataset, if it is there.
fn real(path: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let roots = std::env::var_os("LIEBIG_DATA")
        .map(PathBuf::from)
        .into_iter()
        .chain([beside]);
    let found = roots.map(|root| root.join(path)).find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: {path} is not here");
    }
    found
}

fn load_with(path: &Path, options: &LoadOptions) -> Dataset {
    load(path.to_str().unwrap(), options).unwrap()
}

fn load_default(path: &Path) -> Dataset {
    load_with(path, &LoadOptions::default())
}

fn counts(set: &Dataset, split: &Split) -> Vec<usize> {
    split
        .class_indices(set.class_names.len())
        .iter()
        .map(Vec::len)
        .collect()
}

fn pixels(split: &Split, index: usize) -> &[u8] {
    match split.raw(index) {
        Sample::Pixels(pixels) => pixels,
        Sample::Features(_) => panic!("not an image"),
    }
}

#[test]
fn mnist() {
    let Some(path) = real("mnist") else { return };
    let set = load_default(&path);
    assert_eq!(
        counts(&set, &set.train),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    );
    assert_eq!(
        counts(&set, &set.test),
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    );
    assert_eq!(
        (set.name.as_str(), set.shape.to_string().as_str()),
        ("mnist", "1x28x28")
    );
    assert_eq!(set.train.labels()[..5], [5, 0, 4, 1, 9]);
    let measured = liebig_data::Normalization::of(&set.train);
    assert!(set.normalization.known);
    assert!((measured.mean[0] - set.normalization.mean[0]).abs() < 5e-5);
    assert!((measured.std[0] - set.normalization.std[0]).abs() < 5e-5);
}

#[test]
fn fashion_mnist() {
    let Some(path) = real("fashion-mnist") else {
        return;
    };
    let set = load_default(&path);
    assert_eq!(counts(&set, &set.train), [6000; 10]);
    assert_eq!(counts(&set, &set.test), [1000; 10]);
    assert_eq!(set.class_names[0], "T-shirt/top");
    assert_eq!(set.normalization.mean, [0.2861]);
}

#[test]
fn cifar10_binary() {
    let Some(path) = real("cifar10") else { return };
    let set = load_default(&path);
    assert_eq!(
        counts(&set, &set.train),
        [1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981]
    );
    assert_eq!(
        counts(&set, &set.test),
        [103, 89, 100, 103, 90, 86, 112, 102, 106, 109]
    );
    assert_eq!(
        (set.format, set.name.as_str()),
        (Format::Cifar10, "cifar10")
    );
    assert_eq!(
        (set.class_names[0].as_str(), set.class_names[9].as_str()),
        ("airplane", "truck")
    );
    // The first training picture is the frog, the upper left pixel of which is (59, 62, 63).
    assert_eq!(set.train.labels()[0], 6);
    let frog = pixels(&set.train, 0);
    assert_eq!([frog[0], frog[1024], frog[2048]], [59, 62, 63]);
    assert_eq!(frog[..3], [59, 43, 50], "the upper edge follows");
    assert!(set.source.contains("1 of 5 training batches are there"));
    let measured = liebig_data::Normalization::of(&set.train);
    for (measured, known) in measured.mean.iter().zip(&set.normalization.mean) {
        assert!((measured - known).abs() < 0.01);
    }
}

#[test]
fn pneumoniamnist_is_the_same_from_npz_and_from_idx() {
    let Some(path) = real("pneumoniamnist") else {
        return;
    };
    let set = load_default(&path);
    assert_eq!(set.format, Format::Npz);
    assert_eq!(counts(&set, &set.train), [1214, 3494]);
    assert_eq!(counts(&set, set.validation.as_ref().unwrap()), [135, 389]);
    assert_eq!(counts(&set, &set.test), [234, 390]);
    assert_eq!(set.class_names, ["normal", "pneumonia"]);
    assert!(!set.normalization.known);
    let idx = load_default(&path.join("train-images-idx3-ubyte.gz"));
    assert_eq!((idx.format, idx.hash), (Format::Idx, set.hash));
}

#[test]
fn clothing_at_several_sizes() {
    let Some(path) = real("clothing") else { return };
    let set = load_default(&path);
    assert_eq!(set.shape.to_string(), "3x32x32");
    assert_eq!(set.class_names[0], "dress");
    assert_eq!(
        counts(&set, &set.train),
        [241, 123, 455, 184, 468, 290, 198, 202, 112, 795]
    );
    assert_eq!(
        counts(&set, set.validation.as_ref().unwrap()),
        [32, 14, 49, 24, 49, 29, 26, 25, 12, 81]
    );
    assert_eq!(
        counts(&set, &set.test),
        [15, 12, 72, 38, 42, 26, 73, 30, 12, 52]
    );
    let options = LoadOptions {
        image_size: Some((48, 32)),
        grayscale: Some(true),
        ..LoadOptions::default()
    };
    let tall = load_with(&path, &options);
    assert_eq!(tall.shape.to_string(), "1x48x32");
    assert_ne!(tall.hash, set.hash);
}

#[test]
fn chest_xray_is_grey_although_stored_in_colour() {
    let Some(path) = real("chest-xray") else {
        return;
    };
    let set = load_default(&path);
    assert_eq!(set.shape.to_string(), "1x224x224");
    assert_eq!(
        (counts(&set, &set.train), counts(&set, &set.test)),
        (vec![400, 400], vec![100, 100])
    );
    assert_eq!(set.class_names, ["NORMAL", "PNEUMONIA"]);
}

#[test]
fn tables() {
    let (Some(iris), Some(wine)) = (real("iris"), real("wine")) else {
        return;
    };
    let iris = load_default(&iris);
    assert_eq!(
        iris.class_names,
        ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]
    );
    assert_eq!(
        (counts(&iris, &iris.train), counts(&iris, &iris.test)),
        (vec![40; 3], vec![10; 3])
    );
    let wine = load_default(&wine);
    assert_eq!(
        (wine.class_names.join(" "), wine.shape.to_string()),
        ("1 2 3".into(), "13".into())
    );
    assert_eq!(
        (counts(&wine, &wine.train), counts(&wine, &wine.test)),
        (vec![47, 57, 38], vec![12, 14, 10])
    );
    for set in [iris, wine] {
        let all: Vec<usize> = (0..set.train.len()).collect();
        let batch = set.train.batch(&all, &set.normalization);
        for column in 0..set.shape.len() {
            let values: Vec<f32> = batch
                .iter()
                .skip(column)
                .step_by(set.shape.len())
                .copied()
                .collect();
            let mean = values.iter().sum::<f32>() / values.len() as f32;
            let variance = values.iter().map(|x| x * x).sum::<f32>() / values.len() as f32;
            assert!(
                mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-4,
                "column {column}: {mean}, {variance}"
            );
        }
    }
}

#[test]
fn an_archive_is_to_be_unpacked() {
    let Some(path) = real("cifar10/cifar10-jpeg.tar.gz") else {
        return;
    };
    let message = load(path.to_str().unwrap(), &LoadOptions::default())
        .unwrap_err()
        .to_string();
    assert!(message.contains("unpack it"), "{message}");
}
