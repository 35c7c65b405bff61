#![allow(clippy::unwrap_used)]
use std::path::Path;
use std::sync::Arc;

use liebig_data::{LoadOptions, SampleShape, Whitening};

use super::image_folder::folders;
use super::*;
use crate::artefact::tests::small;
use crate::{ErrorKind, Labels};

fn exported(artefact: &Artefact, format: &str, folder: &Path) -> Exported {
    export(artefact, find(format).unwrap(), &About::default(), folder).unwrap()
}

/// [`small`] has the pixels 0.625, 0.25, 1.0 and 0.5625.
const LEVELS: [u8; 4] = [159, 64, 255, 143];

#[test]
fn bytes_are_the_nearest_and_what_is_cut_off_is_said() {
    let mut artefact = small();
    let pixels = Pixels::of(&artefact.set).unwrap();
    assert_eq!(pixels.interleaved().collect::<Vec<_>>().concat(), LEVELS);
    assert_eq!(pixels.outside, (0, 4));
    // 1.5 and -0.5.
    artefact.set.values[0] = 4.0;
    artefact.set.values[1] = -4.0;
    let pixels = Pixels::of(&artefact.set).unwrap();
    assert_eq!(
        pixels.interleaved().collect::<Vec<_>>().concat(),
        [255, 0, 255, 143]
    );
    assert_eq!((pixels.outside, pixels.range), ((2, 4), (-0.5, 1.5)));
    let folder = tempfile::tempdir().unwrap();
    let lost = exported(&artefact, "npz", &folder.path().join("a")).lost;
    assert!(
        lost[0].starts_with("2 of 4 values (50.0 %) are outside of 0 to 1"),
        "{lost:?}"
    );
}

#[test]
fn what_the_library_reads_are_the_same_pixels_and_classes() {
    let folder = tempfile::tempdir().unwrap();
    // Two of each class, so that one can be set aside for testing.
    let mut artefact = small();
    artefact.set.values.extend([0.0; 4]);
    artefact.set.labels = Labels::Hard(vec![0, 1, 0, 1]);
    for (format, inside) in [
        ("npz", "distilled.npz"),
        ("image-folder", ""),
        ("hf", "data"),
    ] {
        let path = folder.path().join(format);
        let written = exported(&artefact, format, &path);
        assert_eq!(written.samples, 4);
        assert!(written.files.iter().all(|file| path.join(file).is_file()));
        let options = LoadOptions {
            grayscale: Some(true),
            ..LoadOptions::default()
        };
        let read = liebig_data::load(path.join(inside).to_str().unwrap(), &options).unwrap();
        let mut there: Vec<(u32, Vec<u8>)> = Vec::new();
        for split in [&read.train, &read.test] {
            for (index, &label) in split.labels().iter().enumerate() {
                let liebig_data::Sample::Pixels(pixels) = split.raw(index) else {
                    unreachable!("{format}: the samples are images");
                };
                there.push((label, pixels.to_vec()));
            }
        }
        there.sort();
        let zero = vec![128, 128];
        let expected = [
            (0, zero.clone()),
            (0, LEVELS[..2].to_vec()),
            (1, zero),
            (1, LEVELS[2..].to_vec()),
        ];
        assert_eq!(there, expected, "{format}");
        if format != "npz" {
            assert_eq!(read.class_names, ["left", "right"], "{format}");
        }
    }
}

#[test]
fn the_same_set_gives_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let [a, b] = ["a", "b"].map(|name| folder.path().join(format.name).join(name));
        let files = exported(&small(), format.name, &a).files;
        assert_eq!(files, exported(&small(), format.name, &b).files);
        for file in files {
            let bytes = |path: &Path| std::fs::read(path.join(&file)).unwrap();
            assert!(
                bytes(&a) == bytes(&b),
                "{}: {}",
                format.name,
                file.display()
            );
        }
    }
}

#[test]
fn what_a_format_does_not_hold_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut artefact = small();
    artefact.set.labels = Labels::Logits(vec![1.0, 0.0, 0.0, 2.0]);
    artefact.set.step_sizes = vec![0.1];
    let identity = vec![1.0, 0.0, 0.0, 1.0];
    let whitening = Whitening::new("kornia", vec![0.0; 2], identity.clone(), identity).unwrap();
    artefact.set.space.whitening = Some(Arc::new(whitening));
    for (format, soft, rest) in [
        ("hf", false, false),
        ("npz", false, true),
        ("webdataset", false, true),
        ("image-folder", true, true),
    ] {
        let lost = exported(&artefact, format, &folder.path().join(format)).lost;
        let says = |part: &str| lost.iter().any(|loss| loss.contains(part));
        assert!(says("whitening was undone"), "{format}: {lost:?}");
        assert_eq!(says("soft labels"), soft, "{format}: {lost:?}");
        assert_eq!(says("step size"), rest, "{format}: {lost:?}");
        assert_eq!(says("recipe"), rest, "{format}: {lost:?}");
    }
}

#[test]
fn names_of_classes_become_folders_in_the_order_of_the_labels() {
    let of = |names: &[&str]| folders(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(of(&["cat", "dog"]), ["cat", "dog"]);
    assert_eq!(of(&["dog", "cat"]), ["0-dog", "1-cat"]);
    assert_eq!(of(&["T-shirt/top", "a"]), ["0-T-shirt-top", "1-a"]);
    assert_eq!(of(&["..", "a"]), ["0---", "1-a"]);
    let numbers: Vec<String> = (0..11).map(|number: u32| number.to_string()).collect();
    let named = folders(&numbers);
    assert_eq!((&*named[2], &*named[10]), ("02-2", "10-10"));
    assert_eq!(folders(&numbers[..10]), &numbers[..10]);
}

#[test]
fn samples_that_do_not_fit_and_folders_with_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut artefact = small();
    artefact.set.shape = SampleShape::Image {
        channels: 2,
        height: 1,
        width: 1,
    };
    artefact.set.space.normalization.mean = vec![0.5; 2];
    artefact.set.space.normalization.std = vec![0.25; 2];
    let refused = |format: &str, path: &Path| {
        let format = find(format).unwrap();
        let error = export(&artefact, format, &About::default(), path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        error.to_string()
    };
    let message = refused("hf", &folder.path().join("hf"));
    assert!(
        message.contains("2x1x1") && message.contains("npz takes any"),
        "{message}"
    );
    exported(&artefact, "npz", &folder.path().join("npz"));
    std::fs::write(folder.path().join("file"), "mine").unwrap();
    for path in [folder.path().to_path_buf(), folder.path().join("file")] {
        let message = refused("npz", &path);
        assert!(message.contains("not empty"), "{message}");
    }
    assert_eq!(std::fs::read(folder.path().join("file")).unwrap(), b"mine");
    // Nothing half written is left.
    let left = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(left.count(), 2);
}

#[test]
fn the_card_has_results_and_limits() {
    let folder = tempfile::tempdir().unwrap();
    let about = About {
        license: Some("cc-by-4.0".into()),
        measured: vec![Measured {
            source: "distilled".into(),
            model: "convnet".into(),
            protocol: "own".into(),
            mean: 0.875,
            std: 0.01,
            n: 5,
            seed: 7,
        }],
    };
    export(&small(), &hf::FORMAT, &about, &folder.path().join("hf")).unwrap();
    let card = std::fs::read_to_string(folder.path().join("hf/README.md")).unwrap();
    for part in [
        "license: \"cc-by-4.0\"",
        "\"seed\":7",
        "\"privacy\":\"No guarantee.",
        "\"0\":\"left\",\"1\":\"right\"",
        "| distilled | convnet | own | 87.5 % ± 1.0 | 5 | 7 |",
    ] {
        assert!(card.contains(part), "{part}\n{card}");
    }
}
