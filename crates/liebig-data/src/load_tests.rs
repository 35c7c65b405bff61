#![allow(clippy::unwrap_used)]

use super::*;
use crate::Normalization;
use crate::files::pack;
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
        (set.name.as_str(), set.format.name()),
        ("fashion-mnist", "IDX")
    );
    assert_eq!(set.class_names[9], "Ankle boot");
    assert!(set.normalization().known);
    assert_eq!(
        (set.normalization().mean[0], set.normalization().std[0]),
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
    assert!(!set.normalization().known);
    assert_eq!(
        (set.normalization().mean[0], set.normalization().std[0]),
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
fn an_archive_has_the_name_of_the_set_in_it() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("idx");
    idx_set(&folder, 10);
    let files: Vec<(String, Vec<u8>)> = fs_err::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            (format!("MNIST/raw/{name}"), fs_err::read(&path).unwrap())
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (&**name, &**bytes))
        .collect();
    let folder_hash = load_default(&folder).unwrap().hash;
    let roots = root.path().join("roots");
    fs_err::create_dir(&roots).unwrap();
    let archives = [
        ("mnist.zip", pack::zip(&files)),
        ("Fashion_MNIST.tar.gz", pack::gzip(&pack::tar(&files))),
        ("svhn.TAR", pack::tar(&files)),
    ];
    for (archive, bytes) in archives {
        let path = roots.join(archive);
        fs_err::write(&path, bytes).unwrap();
        let (name, _) = archive.split_once('.').unwrap();
        let name = plain(name);
        let by_name = load_from(&name, &LoadOptions::default(), std::slice::from_ref(&roots));
        for set in [load_default(&path), by_name] {
            let set = set.unwrap();
            assert_eq!((&set.name, set.format.name()), (&name, "IDX"));
            assert_eq!(
                set.normalization().known,
                name != "svhn",
                "its images are in colour"
            );
            assert_eq!(
                set.hash == folder_hash,
                name != "fashion-mnist",
                "its classes have names"
            );
            let text = format!("the data are in {}", path.join("MNIST/raw").display());
            assert!(
                set.notes.iter().any(|note| note.text == text),
                "{:?}",
                set.notes
            );
        }
    }
}

#[test]
fn image_folders_and_tables_are_read_from_archives() {
    let root = tempfile::tempdir().unwrap();
    let png = |shade: u8| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let image = image::GrayImage::from_pixel(3, 2, image::Luma([shade]));
        image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let mut files = Vec::new();
    for (split, count) in [("train", 4), ("test", 2)] {
        for (class, shade) in [("dark", 10), ("light", 200)] {
            for number in 0..count {
                files.push((
                    format!("shades/{split}/{class}/{number}.png"),
                    png(shade + number),
                ));
            }
        }
    }
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (&**name, &**bytes))
        .collect();
    let table = b"x,class\n1,a\n2,a\n3,a\n4,b\n5,b\n6,b\n";
    for (name, bytes) in pack::all(&files) {
        let path = root.path().join(name);
        fs_err::write(&path, bytes).unwrap();
        let set = load_default(&path).unwrap();
        assert_eq!(
            (set.format.name(), &set.class_names[..]),
            ("image folder", &["dark".to_owned(), "light".to_owned()][..])
        );
        assert_eq!(
            (set.train.len(), set.test.len(), set.train.raw(7)),
            (8, 4, Sample::Pixels(&[203; 6]))
        );
    }
    for (name, bytes) in pack::all(&[("table.csv", table)]) {
        let path = root.path().join(name);
        fs_err::write(&path, bytes).unwrap();
        let set = load_default(&path).unwrap();
        assert_eq!(
            (set.format.name(), set.train.len() + set.test.len()),
            ("CSV table", 6)
        );
    }
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
        ..LoadOptions::default()
    };
    let set = load(&path, &options).unwrap();
    assert_eq!(set.shape.to_string(), "3x4x3");
    assert_eq!(set.train.raw(19), Sample::Pixels(&[100; 36]));
    assert!(
        !set.normalization().known,
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
    assert!(resized.normalization().known);
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
                setting: "data.image_size",
                ..
            })
        ));
    }
}

#[test]
fn a_dataset_that_does_not_fit_into_memory_is_refused_before_it_is_resized() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("many");
    fs_err::create_dir(&folder).unwrap();
    for (split, count) in [("train", 60_000_u32), ("t10k", 10_000)] {
        let size = count.to_be_bytes();
        let one = 1_u32.to_be_bytes();
        let pixels = vec![9; count as usize];
        let images = [&[0, 0, 8, 3][..], &size, &one, &one, &pixels].concat();
        let classes: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
        let labels = [&[0, 0, 8, 1][..], &size, &classes].concat();
        fs_err::write(folder.join(format!("{split}-images-idx3-ubyte")), images).unwrap();
        fs_err::write(folder.join(format!("{split}-labels-idx1-ubyte")), labels).unwrap();
    }
    let path = folder.display().to_string();
    let options = LoadOptions {
        image_size: Some((4096, 4096)),
        memory_limit: Some(8 << 30),
        ..LoadOptions::default()
    };
    let refused = load(&path, &options).unwrap_err();
    let expected = 70_000 * (1 + 4096 * 4096);
    assert!(
        matches!(refused, Error::TooLarge { needed, limit: 0x2_0000_0000, .. } if needed == expected),
        "{refused}"
    );
    let text = refused.to_string();
    assert!(
        text.contains(
            "70000 samples of 1x4096x4096: loading needs 1.1 TiB of memory, the limit is 8.0 GiB"
        ),
        "{text}"
    );
    assert!(
        text.contains("hint: ask for smaller images with `data.image_size`"),
        "{text}"
    );
    if let Some(available) = crate::available_memory().filter(|&bytes| bytes < expected) {
        let options = LoadOptions {
            memory_limit: None,
            ..options.clone()
        };
        let refused = load(&path, &options).unwrap_err();
        assert!(
            matches!(refused, Error::TooLarge { .. }),
            "{available}: {refused}"
        );
    }
    let options = LoadOptions {
        image_size: Some((2, 2)),
        ..options
    };
    assert_eq!(load(&path, &options).unwrap().train.len(), 60_000);
}

#[test]
fn one_class_is_not_enough() {
    let root = tempfile::tempdir().unwrap();
    idx_set(&root.path().join("zeros"), 1);
    fs_err::write(root.path().join("one.csv"), "x,class\n1,a\n2,a\n3,a\n").unwrap();
    for (name, place) in [
        ("zeros", "zeros: 1 class(es)"),
        (
            "one.csv",
            "one.csv: column `class` holds only `a`: 1 class(es)",
        ),
    ] {
        let error = load_default(&root.path().join(name)).unwrap_err();
        assert!(
            matches!(error, Error::TooFewClasses { found: 1, .. }),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.contains(place) && text.contains("at least two classes are needed"),
            "{text}"
        );
    }
}

#[test]
fn the_built_in_set_never_changes() {
    // Recorded results name datasets by their hashes.
    let strokes = load("strokes", &LoadOptions::default()).unwrap();
    assert_eq!(
        strokes.hash,
        "0e6f4d6e35c5ba8828dbbb3c405b1fda9d8039c2b028fd868ba48715b012233b"
    );
    assert_eq!(
        (strokes.format, strokes.source.as_str()),
        (Format::BUILT_IN, "built in")
    );
    let all: Vec<usize> = (0..strokes.test.len()).collect();
    let batch = strokes.test.batch(&all, &strokes.space);
    let bytes: Vec<u8> = batch.iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(
        blake3::hash(&bytes).to_hex().as_str(),
        "736460902bf2337bfee5504e2c026acab8f96e3205d0fd3f265408e7a87f8a4f"
    );
    let resized = LoadOptions {
        image_size: Some((48, 32)),
        ..LoadOptions::default()
    };
    assert_eq!(
        load("strokes", &resized).unwrap().hash,
        "b49119dd950cf4a332a8e57441f9d6b9fbe8df512d7727864a64e49609ade4c2"
    );
    assert_eq!(
        *strokes.normalization(),
        Normalization {
            mean: vec![0.1378],
            std: vec![0.2830],
            known: true
        }
    );
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
