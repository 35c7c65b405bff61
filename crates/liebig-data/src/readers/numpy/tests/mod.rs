#![allow(clippy::unwrap_used)]

mod damage;
mod images;
mod labels;

use npyz::{AutoSerialize, DType, NpyWriter, Order, Serialize, WriteOptions, WriterBuilder};
use proptest::prelude::*;

use super::*;
use crate::files::pack;
use crate::memory::MemoryLimit;
use crate::readers::mutate::survives;
use crate::split::Sample;
use crate::{Layout, Split, fuzz};

/// An npy file's bytes.
fn npy_as<'a, T: Serialize + ?Sized + 'a>(
    descr: &str,
    order: Order,
    shape: &[u64],
    values: impl IntoIterator<Item = &'a T>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = WriteOptions::new()
        .dtype(DType::Plain(descr.parse().unwrap()))
        .shape(shape)
        .order(order);
    let mut writer: NpyWriter<T, _> = options.writer(&mut bytes).begin_nd().unwrap();
    for value in values {
        writer.push(value).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn npy<T: AutoSerialize + Serialize>(shape: &[u64], values: &[T]) -> Vec<u8> {
    let DType::Plain(descr) = T::default_dtype() else {
        unreachable!("a number")
    };
    npy_as(&descr.to_string(), Order::C, shape, values)
}

fn bytes(shape: &[u64], values: &[u8]) -> Vec<u8> {
    npy(shape, values)
}

/// An npy file with a header written by hand.
fn by_hand(header: &str, data: &[u8]) -> Vec<u8> {
    let len = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &len[..], header.as_bytes(), data].concat()
}

fn header(descr: &str, shape: &str) -> String {
    format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n")
}

/// Two samples of 2x3.
fn gray() -> Vec<u8> {
    (0..12).collect()
}

type Entries = Vec<(&'static str, Vec<u8>)>;

/// A small whole set.
fn set() -> Entries {
    vec![
        ("train_images.npy", bytes(&[2, 2, 3], &gray())),
        ("train_labels.npy", bytes(&[2, 1], &[1, 0])),
        ("test_images.npy", bytes(&[2, 2, 3], &gray())),
        ("test_labels.npy", bytes(&[2, 1], &[0, 1])),
    ]
}

/// A small whole set with `array` in place of one of its arrays, or without it if it is empty.
fn set_with(name: &str, array: Vec<u8>) -> Entries {
    let mut entries = set();
    entries.retain(|(entry, _)| entry.strip_suffix(".npy") != Some(name));
    if !array.is_empty() {
        entries.push((Box::leak(format!("{name}.npy").into_boxed_str()), array));
    }
    entries
}

/// A set whose training images are `images`, with their labels; the test images are the same.
fn with_images(images: Vec<u8>, labels: &[u8]) -> Entries {
    let labels = bytes(&[labels.len() as u64], labels);
    vec![
        ("x_train.npy", images.clone()),
        ("y_train.npy", labels.clone()),
        ("x_test.npy", images),
        ("y_test.npy", labels),
    ]
}

fn read_with(
    entries: &Entries,
    options: &LoadOptions,
    classes: Option<usize>,
) -> Result<Parts, Error> {
    let request = Request {
        classes,
        options,
        memory: MemoryLimit::of(options),
    };
    read_npz(
        &Place::in_memory([("set.npz", pack::zip(entries))]).join("set.npz"),
        &request,
    )
}

fn read_set(entries: &Entries) -> Result<Parts, Error> {
    read_with(entries, &LoadOptions::default(), None)
}

fn message(entries: &Entries) -> String {
    read_set(entries).err().unwrap().to_string()
}

fn pixels(split: &Split, sample: usize) -> &[u8] {
    match split.raw(sample) {
        Sample::Pixels(pixels) => pixels,
        Sample::Features(_) => unreachable!("an image"),
    }
}

/// The pixels of the training images.
fn train_pixels(images: Vec<u8>, options: &LoadOptions) -> Result<Vec<u8>, Error> {
    let parts = read_with(&with_images(images, &[0, 1]), options, None)?;
    Ok([pixels(&parts.train, 0), pixels(&parts.train, 1)].concat())
}

fn names(parts: &Parts) -> Vec<&str> {
    parts
        .class_names
        .as_ref()
        .unwrap()
        .iter()
        .map(String::as_str)
        .collect()
}

#[test]
fn medmnists_arrays_are_read_row_by_row() {
    let parts = read_set(&set()).unwrap();
    assert_eq!(parts.train.shape().to_string(), "1x2x3");
    assert_eq!(pixels(&parts.train, 1), [6, 7, 8, 9, 10, 11]);
    assert_eq!(
        (parts.train.labels(), parts.test.labels()),
        (&[1, 0][..], &[0, 1][..])
    );
    assert_eq!(names(&parts), ["0", "1"]);
    assert!(parts.validation.is_none());
    assert_eq!(
        parts.texts(),
        [
            "labels: `train_labels` uint8 [2, 1]",
            "images: `train_images` uint8 [2, 2, 3]"
        ]
    );
    let mut entries = set();
    entries.push(("val_images.npy", bytes(&[1, 2, 3], &gray()[..6])));
    entries.push(("val_labels.npy", bytes(&[1], &[1])));
    let validation = read_set(&entries).unwrap().validation.unwrap();
    assert_eq!(
        (validation.labels(), pixels(&validation, 0)),
        (&[1][..], &gray()[..6])
    );
}

#[test]
fn a_single_pair_is_split_by_class() {
    let count = 50;
    let images: Vec<u8> = (0..count)
        .flat_map(|sample| [sample, 100, sample])
        .collect();
    let labels: Vec<u8> = (0..count).map(|sample| sample % 2).collect();
    for (images_name, labels_name) in [("images", "labels"), ("x", "y"), ("data", "target")] {
        let entries: Entries = vec![
            (
                Box::leak(format!("{images_name}.npy").into_boxed_str()),
                bytes(&[50, 1, 3], &images),
            ),
            (
                Box::leak(format!("{labels_name}.npy").into_boxed_str()),
                bytes(&[50], &labels),
            ),
        ];
        let parts = read_set(&entries).unwrap();
        assert_eq!((parts.train.len(), parts.test.len()), (40, 10));
        let mut samples = Vec::new();
        for split in [&parts.train, &parts.test] {
            for index in 0..split.len() {
                let pixels = pixels(split, index);
                assert_eq!(
                    u32::from(pixels[0] % 2),
                    split.labels()[index],
                    "labels stay with their images"
                );
                assert_eq!((pixels[1], pixels[2]), (100, pixels[0]));
                samples.push(pixels[0]);
            }
        }
        assert_ne!(samples, (0..count).collect::<Vec<u8>>());
        samples.sort_unstable();
        assert_eq!(
            samples,
            (0..count).collect::<Vec<u8>>(),
            "every sample once"
        );
        assert!(
            parts
                .texts()
                .contains(&"no test arrays: split 80/20 by class and seed 0")
        );
    }
    let entries: Entries = vec![
        ("x.npy", bytes(&[3, 1, 1], &[1, 2, 3])),
        ("y.npy", bytes(&[3], &[5, 5, 7])),
    ];
    let error = read_set(&entries).err().unwrap();
    assert!(
        matches!(&error, Error::ClassTooSmall { class, .. } if class == "7"),
        "{error}"
    );
}

#[test]
fn rows_of_numbers_are_a_table() {
    let rows: Vec<f32> = (0..20).map(|value| value as f32 - 7.5).collect();
    let mut entries = with_images(npy(&[10, 2], &rows), &[0, 1].repeat(5));
    let parts = read_set(&entries).unwrap();
    assert_eq!(parts.train.shape().to_string(), "2 features");
    assert_eq!(parts.train.raw(1), Sample::Features(&[-5.5, -4.5]));
    assert!(parts.texts().contains(&"two axes: a table of 2 features"));
    let columns: Vec<i64> = (0..10).chain(100..110).collect();
    entries[0].1 = npy_as(">i8", Order::Fortran, &[10, 2], &columns);
    let parts = read_set(&entries).unwrap();
    assert_eq!(parts.train.raw(3), Sample::Features(&[3.0, 103.0]));
    let pair = vec![entries[0].clone(), entries[1].clone()];
    let parts = read_set(&pair).unwrap();
    assert_eq!((parts.train.len(), parts.test.len()), (8, 2));
    entries[0].1 = npy(&[10, 2], &[f32::NAN; 20]);
    assert!(
        message(&entries).contains("array `x_train`: float32 [10, 2]: NaN is among its values")
    );
    entries[0].1 = npy(&[10, 2], &rows);
    entries[2].1 = npy(&[10, 2, 1], &rows);
    assert!(message(&entries).contains("expected [N, F], as the training samples"));
}

#[test]
fn arrays_are_chosen_by_name_and_the_rest_is_named() {
    let mut entries = set();
    entries.push(("train_coarse.npy", bytes(&[2], &[7, 5])));
    entries.push(("test_coarse.npy", bytes(&[2], &[7, 7])));
    entries.push(("mean.npy", bytes(&[1], &[7])));
    let options = LoadOptions {
        labels: Some("coarse".into()),
        ..LoadOptions::default()
    };
    let parts = read_with(&entries, &options, None).unwrap();
    assert_eq!(
        (names(&parts), parts.test.labels()),
        (vec!["5", "7"], &[1, 1][..])
    );
    assert!(
        parts
            .texts()
            .contains(&"3 array(s) not used: mean, test_labels, train_labels"),
        "{:?}",
        parts.texts()
    );
    let options = LoadOptions {
        images: Some("pictures".into()),
        ..LoadOptions::default()
    };
    let error = read_with(&entries, &options, None)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("set.npz: `data.images` is pictures, but there is no array of this name; it holds `mean` uint8 [1], `test_coarse` uint8 [2]"),
        "{error}"
    );
    let unclear: Entries = vec![
        ("arr_0.npy", bytes(&[2, 2], &[0; 4])),
        ("arr_1.npy", bytes(&[2], &[0, 1])),
    ];
    let error = message(&unclear);
    assert!(
        error.contains("it is not clear which array holds the images; it holds `arr_0` uint8 [2, 2], `arr_1` uint8 [2]")
            && error.contains("hint: ") && error.contains("`data.labels`"),
        "{error}"
    );
    assert!(message(&Vec::new()).contains("it holds no arrays"));
}

#[test]
fn a_folder_of_npy_files_is_read_alike() {
    let root = tempfile::tempdir().unwrap();
    for (name, bytes) in with_images(bytes(&[2, 2, 3], &gray()), &[1, 0]) {
        fs_err::write(root.path().join(name), bytes).unwrap();
    }
    fs_err::write(root.path().join("notes.txt"), "x").unwrap();
    let folder = Place::on_disk(root.path());
    for place in [folder.clone(), folder.join("x_test.npy")] {
        let found = (READER_NPY.find)(&place).unwrap().unwrap();
        assert_eq!(found, folder);
    }
    let request = Request {
        classes: None,
        options: &LoadOptions::default(),
        memory: MemoryLimit::NONE,
    };
    let parts = (READER_NPY.read)(&folder, &request).unwrap();
    assert_eq!(
        (parts.train.labels(), pixels(&parts.train, 1)),
        (&[1, 0][..], &gray()[6..])
    );
    assert_eq!(parts.texts()[0], "labels: `y_train.npy` uint8 [2]");
    fs_err::write(root.path().join("y_test.npy"), b"x").unwrap();
    let error = (READER_NPY.read)(&folder, &request)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.starts_with(
            &root
                .path()
                .join("y_test.npy: not an npy file")
                .display()
                .to_string()
        ),
        "{error}"
    );
    fs_err::remove_file(root.path().join("x_train.npy")).unwrap();
    assert!(
        (READER_NPY.find)(&folder).unwrap().is_none(),
        "no images to train on"
    );
}

#[test]
fn archives_are_read_like_folders() {
    let npz = pack::zip(&set());
    let files = [("readme.txt", b"x".to_vec()), ("data/squares.npz", npz)];
    let folder: Vec<(String, Vec<u8>)> = set()
        .into_iter()
        .map(|(name, bytes)| (format!("arrays/{name}"), bytes))
        .collect();
    let folder: Vec<(&str, Vec<u8>)> = folder
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    for (files, format) in [(&files[..], "npz"), (&folder[..], "npy")] {
        for (name, bytes) in pack::all(files) {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join(name);
            fs_err::write(&path, bytes).unwrap();
            let set = crate::load(path.to_str().unwrap(), &LoadOptions::default()).unwrap();
            assert_eq!(
                (set.format.name(), set.name.as_str()),
                (format, "set"),
                "{name}"
            );
            assert_eq!(
                (set.train.labels(), pixels(&set.train, 1)),
                (&[1, 0][..], &gray()[6..])
            );
        }
    }
}
