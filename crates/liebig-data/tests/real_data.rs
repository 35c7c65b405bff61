//! Real datasets, counted. They are looked for in `LIEBIG_DATA` and beside the repository, and skipped where missing.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use liebig_data::{Dataset, LoadOptions, Sample, Split, load};

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
    assert!(set.normalization().known);
    assert!((measured.mean[0] - set.normalization().mean[0]).abs() < 5e-5);
    assert!((measured.std[0] - set.normalization().std[0]).abs() < 5e-5);
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
    assert_eq!(set.normalization().mean, [0.2861]);
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
        (set.format.name(), set.name.as_str()),
        ("CIFAR-10 binary", "cifar10")
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
    let text = "1 of 5 training batches found";
    assert!(set.notes.iter().any(|note| note.text == text));
    let measured = liebig_data::Normalization::of(&set.train);
    for (measured, known) in measured.mean.iter().zip(&set.normalization().mean) {
        assert!((measured - known).abs() < 0.01);
    }
}

#[test]
fn pneumoniamnist_is_the_same_from_npz_and_from_idx() {
    let Some(path) = real("pneumoniamnist") else {
        return;
    };
    let set = load_default(&path);
    assert_eq!(set.format.name(), "npz");
    assert_eq!(counts(&set, &set.train), [1214, 3494]);
    assert_eq!(counts(&set, set.validation.as_ref().unwrap()), [135, 389]);
    assert_eq!(counts(&set, &set.test), [234, 390]);
    assert_eq!(set.class_names, ["normal", "pneumonia"]);
    assert!(!set.normalization().known);
    let idx = load_default(&path.join("train-images-idx3-ubyte.gz"));
    assert_eq!((idx.format.name(), idx.hash), ("IDX", set.hash));
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
fn chest_xray_patches_know_their_patients() {
    let Some(path) = real("chest-xray") else {
        return;
    };
    let options = LoadOptions {
        image_size: Some((64, 64)),
        patches: Some("32/32".parse().unwrap()),
        patient: Some(r"person\d+|(?:NORMAL2-)?IM-\d+".into()),
        ..LoadOptions::default()
    };
    let set = load_with(&path, &options);
    assert_eq!(set.shape.to_string(), "1x32x32");
    assert_eq!(
        (counts(&set, &set.train), counts(&set, &set.test)),
        (vec![1600, 1600], vec![400, 400])
    );
    assert_eq!(set.test.patients().len(), 186);
    assert!(set.notes.iter().all(|note| !note.text.contains("in both")));
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
        ("1 2 3".into(), "13 features".into())
    );
    assert_eq!(
        (counts(&wine, &wine.train), counts(&wine, &wine.test)),
        (vec![47, 57, 38], vec![12, 14, 10])
    );
    for set in [iris, wine] {
        let all: Vec<usize> = (0..set.train.len()).collect();
        let batch = set.train.batch(&all, &set.space);
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

/// The path, whether it is read as grey images of 48x32 pixels, the hash of the content, and the blake3 hash of the test
/// split as it enters the network.
const PINNED: &[(&str, bool, &str, &str)] = &[
    (
        "mnist",
        false,
        "e6e7dbf5c4ee9259c27728f80c37e6eae65e6ae4c6fd2e42b944cb69cefdee0e",
        "e405c110dfe589cb09a2365c8407d65fd90e1cbea1f27fefc005372f27d917d6",
    ),
    (
        "fashion-mnist",
        false,
        "20165d34f8a325b2310403a09147f3f8b13f57e4f338aa37041dde005bbbf4bd",
        "3d751a4402298da25f948007b1c2076b299971227efcfd7cb24cc1c7a278f964",
    ),
    (
        "cifar10",
        false,
        "f9f81a39be2a9b8f60c62467f2a809371dd0e2d49d7ce65eea12a34333468fc6",
        "a18944bff0e966bf1e5f6902703a559e6fabfe345b02ec54a34c6eecaa00a4cd",
    ),
    (
        "pneumoniamnist",
        false,
        "e41d35dddcd71691cf651608f0b12a3f0810856ef2fc9b5bb6bee7bf053cc515",
        "52c048613017cfd353f902bd5c400d1282d92acd575e1206246bbbdf1a0a301e",
    ),
    (
        "clothing",
        false,
        "392b07708168d97d0eda7cc3fe72e8a2341e2edc58208e54b5101755bdf622be",
        "ac0355e08582d25c9d836a85605f8119d0ea508adb91aa27ea5e539d2f40280e",
    ),
    (
        "chest-xray",
        false,
        "4bb2158c303b48c805f114f5ea00324d3a9eb8d429257feb43d3c8747505df8c",
        "d0130a940071fcafaff76347439a0eda99d0edcf468a9b847d4e4944ca25cc4a",
    ),
    (
        "iris",
        false,
        "f764b9441c8393d87827b56d3d5dff3ee27c746ca50a0f4c5e4c6845e79be80b",
        "962a1044a8b04d842a988be3ff978ce1fcf45914fb86bff7b9d2a822f09bb2a6",
    ),
    (
        "wine",
        false,
        "1517ee5141bae062f021695a7d69b1b381c8c4754ada8ad1d8e77b1441bcd7bc",
        "6010a897253ba21beab1103ae4f33f2b175f63da1826eef93f9221cec27301a9",
    ),
    (
        "clothing",
        true,
        "b8ca1563e306c101bf019145a0c07dcd5a2d7cea27cbf82d3b859cc126c0bf01",
        "7c8b0c2eef0ab67af238deac6c18ec51f0cf4887b464bc34cd2a42e58f0aede9",
    ),
    (
        "cifar10",
        true,
        "3cc3d9c71e6d1d4915e62ca4f978acc4141a17f993bb3bf5fcd8571551ff8117",
        "3f56b07b99a2281399c455e7597e9e7333dc4455c12f995f250af3426e718555",
    ),
];

#[test]
fn neither_content_nor_values_ever_change() {
    for &(path, resized, content, values) in PINNED {
        let Some(place) = real(path) else { continue };
        let options = LoadOptions {
            image_size: resized.then_some((48, 32)),
            grayscale: resized.then_some(true),
            ..LoadOptions::default()
        };
        let set = load_with(&place, &options);
        assert_eq!(set.hash, content, "{path}, resized: {resized}");
        let all: Vec<usize> = (0..set.test.len()).collect();
        let batch = set.test.batch(&all, &set.space);
        let bytes: Vec<u8> = batch.iter().flat_map(|value| value.to_le_bytes()).collect();
        let found = blake3::hash(&bytes).to_hex();
        assert_eq!(found.as_str(), values, "{path}, resized: {resized}");
    }
}

#[test]
fn an_archive_is_read_like_the_folder_in_it() {
    let Some(path) = real("cifar10/cifar10-jpeg.tar.gz") else {
        return;
    };
    let set = load_default(&path);
    assert_eq!(
        (set.name.as_str(), set.format.name()),
        ("cifar10", "image folder")
    );
    assert_eq!(counts(&set, &set.train), [5000; 10]);
    assert_eq!(counts(&set, &set.test), [1000; 10]);
}
