#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::header::{IMAGES, LABELS};
use super::*;
use crate::files::pack::{self, gzip};
use crate::memory::MemoryLimit;
use crate::readers::mutate::survives;
use crate::split::Sample;
use crate::{LoadOptions, SampleShape, Split, fuzz};

/// The bytes of an IDX file.
fn idx(magic: u32, dims: &[u32], data: &[u8]) -> Vec<u8> {
    let header = std::iter::once(&magic).chain(dims);
    header
        .flat_map(|word| word.to_be_bytes())
        .chain(data.iter().copied())
        .collect()
}

/// Two images of height 2 and width 3 with labels 1 and 0.
fn images() -> Vec<u8> {
    idx(IMAGES, &[2, 2, 3], &(0..12).collect::<Vec<u8>>())
}

fn labels() -> Vec<u8> {
    idx(LABELS, &[2], &[1, 0])
}

type Entries<'a> = Vec<(&'a str, Vec<u8>)>;

/// Images and labels to train on; the test split is the usual one.
fn set(train_images: Vec<u8>, train_labels: Vec<u8>) -> Entries<'static> {
    vec![
        ("train-images-idx3-ubyte", train_images.clone()),
        ("train-labels-idx1-ubyte", train_labels.clone()),
        ("t10k-images-idx3-ubyte", train_images),
        ("t10k-labels-idx1-ubyte", train_labels),
    ]
}

fn read_with(
    entries: &Entries,
    options: &LoadOptions,
    classes: Option<usize>,
) -> Result<Parts, Error> {
    let folder = Place::in_memory(entries.clone());
    let request = Request {
        classes,
        options,
        memory: MemoryLimit::of(options),
    };
    let at = find(&folder)?.ok_or_else(|| Error::Missing {
        folder: "here".into(),
        expected: "IDX files".into(),
    })?;
    read(&at, &request)
}

fn read_set(entries: &Entries) -> Result<Parts, Error> {
    read_with(entries, &LoadOptions::default(), None)
}

fn split_of(images: Vec<u8>, labels: Vec<u8>) -> Result<Split, Error> {
    read_set(&set(images, labels)).map(|parts| parts.train)
}

fn message(images: Vec<u8>, labels: Vec<u8>) -> String {
    split_of(images, labels).unwrap_err().to_string()
}

#[test]
fn pixels_and_labels_are_read_row_by_row_plain_or_gzipped() {
    for pack in [|bytes: Vec<u8>| bytes, |bytes: Vec<u8>| gzip(&bytes)] {
        let split = split_of(pack(images()), pack(labels())).unwrap();
        let shape = SampleShape::Image {
            channels: 1,
            height: 2,
            width: 3,
        };
        assert_eq!((split.shape(), split.labels()), (shape, &[1, 0][..]));
        assert_eq!(split.raw(1), Sample::Pixels(&[6, 7, 8, 9, 10, 11]));
    }
}

#[test]
fn every_type_of_number_is_read_big_endian() {
    let values = [0, 51, 102, 255];
    let types: [(u32, Vec<u8>); 5] = [
        (0x08, values.to_vec()),
        (
            0x0b,
            values.map(|value| i16::from(value).to_be_bytes()).concat(),
        ),
        (
            0x0c,
            values.map(|value| i32::from(value).to_be_bytes()).concat(),
        ),
        (
            0x0d,
            values
                .map(|value| (f32::from(value) / 255.0).to_be_bytes())
                .concat(),
        ),
        (
            0x0e,
            values.map(|value| f64::from(value).to_be_bytes()).concat(),
        ),
    ];
    for (code, data) in types {
        let split = split_of(idx(code << 8 | 3, &[2, 1, 2], &data), labels()).unwrap();
        assert_eq!(
            (split.raw(0), split.raw(1)),
            (Sample::Pixels(&[0, 51]), Sample::Pixels(&[102, 255])),
            "{code}"
        );
    }
    let bytes = [0_i8, 100, -1, 2].map(|value| value as u8);
    let error = message(idx(0x0903, &[2, 1, 2], &bytes), labels());
    assert!(
        error.contains("train-images-idx3-ubyte: int8 [2, 1, 2]: its values are -1 to 100"),
        "{error}"
    );
    let classes = [1_i32, 0].map(i32::to_be_bytes).concat();
    assert_eq!(
        split_of(images(), idx(0x0c01, &[2], &classes))
            .unwrap()
            .labels(),
        [1, 0]
    );
}

#[test]
fn colours_may_be_the_last_or_the_second_axis() {
    let values: Vec<u8> = (0..2 * 3 * 2 * 5).collect();
    let first = split_of(idx(0x0804, &[2, 3, 2, 5], &values), labels()).unwrap();
    assert_eq!(
        (first.shape().to_string().as_str(), first.raw(0)),
        ("3x2x5", Sample::Pixels(&values[..30]))
    );
    let last = split_of(idx(0x0804, &[2, 2, 5, 3], &values), labels()).unwrap();
    let Sample::Pixels(pixels) = last.raw(1) else {
        unreachable!("an image")
    };
    assert_eq!(
        (
            last.shape().to_string().as_str(),
            pixels[0],
            pixels[1],
            pixels[10]
        ),
        ("3x2x5", 30, 33, 31)
    );
    let error = message(idx(0x0804, &[2, 3, 2, 3], &values[..36]), labels());
    assert!(
        error.contains("could be the channels") && error.contains("`data.layout`"),
        "{error}"
    );
}

#[test]
fn height_and_width_can_be_exchanged() {
    let options = LoadOptions {
        transpose: true,
        ..LoadOptions::default()
    };
    let parts = read_with(&set(images(), labels()), &options, None).unwrap();
    assert_eq!(parts.train.shape().to_string(), "1x3x2");
    assert_eq!(parts.train.raw(0), Sample::Pixels(&[0, 3, 1, 4, 2, 5]));
    assert!(parts.texts().contains(&"height and width exchanged"));
}

#[test]
fn of_rows_of_labels_the_first_column_counts() {
    // As QMNIST: the class, then where the image comes from.
    let rows = [1_i32, 7, 9, 0, 1, 1].map(i32::to_be_bytes).concat();
    let parts = read_set(&set(images(), idx(0x0c02, &[2, 3], &rows))).unwrap();
    assert_eq!(parts.train.labels(), [1, 0]);
    assert!(parts.texts().contains(&"labels are the first of 3 columns"));
    let parts = read_set(&set(images(), idx(0x0802, &[2, 3], &[0, 0, 1, 1, 0, 0]))).unwrap();
    assert_eq!(
        (parts.train.labels(), parts.class_names.unwrap()),
        (&[1, 0][..], vec!["0".to_owned(), "2".to_owned()])
    );
    assert_eq!(
        split_of(images(), idx(0x0802, &[2, 1], &[0, 1]))
            .unwrap()
            .labels(),
        [0, 1]
    );
}

#[test]
fn labels_that_start_at_1_keep_their_names() {
    let parts = read_set(&set(images(), idx(LABELS, &[2], &[26, 1]))).unwrap();
    assert_eq!(
        (parts.train.labels(), parts.class_names.unwrap()),
        (&[1, 0][..], vec!["1".to_owned(), "26".to_owned()])
    );
}

#[test]
fn swapped_and_other_files_are_told() {
    let error = split_of(labels(), labels()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::WrongMagic {
                expected: IMAGES,
                found: LABELS,
                ..
            }
        ) && error
            .to_string()
            .contains("label file under an image file's name"),
        "{error}"
    );
    let error = message(images(), images());
    assert!(
        error.contains("image file under a label file's name"),
        "{error}"
    );
    for bytes in [*b"PK\x03\x04", [0, 0, 7, 3], [0, 0, 8, 9], [1, 0, 8, 3]] {
        let found = u32::from_be_bytes(bytes);
        let error = split_of([&bytes[..], &[0; 90]].concat(), labels()).unwrap_err();
        assert!(
            matches!(error, Error::WrongMagic { found: is, .. } if is == found),
            "{error}"
        );
    }
}

#[test]
fn a_cut_header_is_told() {
    for cut in [0, 3, 4, 15] {
        let message = message(images()[..cut].to_vec(), labels());
        assert!(
            message.contains(&format!(
                "images-idx3-ubyte: ends at byte {cut}, expected at least 16"
            )),
            "{message}"
        );
    }
}

#[test]
fn missing_and_surplus_data_are_told_with_both_sizes() {
    let mut cut = images();
    cut.pop();
    let expected = "ends at byte 27, expected 28 (16 bytes of header and 12 of data)";
    for bytes in [cut.clone(), gzip(&cut)] {
        let message = message(bytes, labels());
        assert!(message.contains(expected), "{message}");
    }
    let mut long = images();
    long.push(0);
    for bytes in [long.clone(), gzip(&long)] {
        let message = message(bytes, labels());
        assert!(
            message.contains("ends at byte 29, expected 28"),
            "{message}"
        );
    }
}

#[test]
fn a_cut_gzip_stream_is_told() {
    let mut bytes = gzip(&images());
    bytes.truncate(bytes.len() - 9);
    let error = split_of(bytes, labels()).unwrap_err();
    assert!(matches!(error, Error::Gzip { .. }), "{error}");
}

#[test]
fn absurd_and_zero_sizes_are_told_without_allocating() {
    for dims in [[u32::MAX; 3], [1 << 20, 1 << 20, 3]] {
        let error = split_of(idx(IMAGES, &dims, &[0; 12]), labels()).unwrap_err();
        assert!(matches!(error, Error::Length { found: 28, .. }), "{error}");
        let error = split_of(gzip(&idx(IMAGES, &dims, &[0; 12])), labels()).unwrap_err();
        assert!(matches!(error, Error::BadHeader { .. }), "{error}");
    }
    for dims in [[0, 2, 3], [2, 0, 3], [2, 2, 0]] {
        let error = split_of(idx(IMAGES, &dims, &[]), labels()).unwrap_err();
        assert!(matches!(error, Error::BadHeader { .. }), "{error}");
    }
}

#[test]
fn a_gzip_bomb_is_unpacked_only_as_far_as_its_header_says() {
    let bomb = gzip(&idx(IMAGES, &[2, 2, 3], &vec![0; 64 << 20]));
    let error = split_of(bomb, labels()).unwrap_err();
    assert!(matches!(error, Error::Length { found: 29, .. }), "{error}");
}

#[test]
fn images_over_the_memory_limit_are_not_unpacked() {
    let options = LoadOptions {
        memory_limit: Some(1 << 20),
        ..LoadOptions::default()
    };
    let images = gzip(&idx(IMAGES, &[2, 1000, 1000], &vec![0; 2_000_000]));
    let error = read_with(&set(images, labels()), &options, None)
        .err()
        .unwrap();
    assert!(
        matches!(
            error,
            Error::TooLarge {
                needed: 2_000_000,
                limit: 1_048_576,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn different_counts_are_told() {
    let error = split_of(images(), idx(LABELS, &[3], &[0, 1, 0])).unwrap_err();
    assert!(
        matches!(
            error,
            Error::CountMismatch {
                samples: 2,
                labels: 3,
                ..
            }
        ),
        "{error}"
    );
    let text = error.to_string();
    assert!(
        text.contains("images-idx3-ubyte: 2 samples")
            && text.contains("labels-idx1-ubyte has 3 labels"),
        "{text}"
    );
}

#[test]
fn a_label_without_a_class_is_told_with_its_record() {
    let labels = idx(LABELS, &[2], &[0, 7]);
    let entries = set(images(), labels.clone());
    let error = read_with(&entries, &LoadOptions::default(), Some(7))
        .err()
        .unwrap();
    assert!(
        matches!(
            error,
            Error::LabelOutOfRange {
                record: 1,
                label: 7,
                classes: 7,
                ..
            }
        ),
        "{error}"
    );
    let mut entries = set(images(), labels);
    entries[3].1 = idx(LABELS, &[2], &[7, 3]);
    let error = read_set(&entries).err().unwrap().to_string();
    assert!(
        error.contains("t10k-labels-idx1-ubyte: record 1 (from 0): label `3` is not among those of the training samples: 0, 7"),
        "{error}"
    );
}

#[test]
fn a_folder_is_read_with_its_validation_split_and_any_spelling() {
    let mut entries: Entries = vec![
        ("train-images.idx3-ubyte", images()),
        ("train-labels.idx1-ubyte", labels()),
        ("t10k-images-idx3-ubyte.gz", gzip(&images())),
    ];
    let error = read_set(&entries).err().unwrap().to_string();
    assert!(
        error.contains("missing t10k-labels-idx1-ubyte[.gz]"),
        "{error}"
    );
    entries.push(("t10k-labels-idx1-ubyte", labels()));
    assert!(read_set(&entries).unwrap().validation.is_none());
    entries.push(("val_images_idx3_ubyte", images()));
    entries.push(("val_labels_idx1_ubyte", labels()));
    assert_eq!(read_set(&entries).unwrap().validation.unwrap().len(), 2);
}

#[test]
fn a_prefix_is_part_of_the_names() {
    let with = |prefix: &str| -> Vec<(String, Vec<u8>)> {
        let entries = set(images(), labels()).into_iter();
        entries
            .map(|(name, bytes)| (format!("{prefix}-{name}"), gzip(&bytes)))
            .collect()
    };
    let folder = Place::in_memory(with("emnist-letters"));
    assert_eq!(find(&folder).unwrap().unwrap(), folder);
    let request = Request {
        classes: None,
        options: &LoadOptions::default(),
        memory: MemoryLimit::NONE,
    };
    let parts = read(&folder, &request).unwrap();
    assert_eq!(parts.train.labels(), [1, 0]);
    assert!(
        parts
            .texts()
            .iter()
            .any(|text| text.contains("`data.transpose` exchanges them back"))
    );
    let options = LoadOptions {
        transpose: true,
        ..LoadOptions::default()
    };
    let request = Request {
        options: &options,
        ..request
    };
    let parts = read(&folder, &request).unwrap();
    assert!(
        !parts
            .texts()
            .iter()
            .any(|text| text.contains("`data.transpose`"))
    );
    // The digits have one more class.
    let mut several = with("emnist-letters");
    for (name, bytes) in with("emnist-digits") {
        let bytes = if name.contains("labels") {
            idx(LABELS, &[2], &[0, 9])
        } else {
            bytes
        };
        several.push((name, bytes));
    }
    let folder = Place::in_memory(several);
    let error = find(&folder).err().unwrap().to_string();
    assert!(
        error.contains("IDX files of several datasets: emnist-digits, emnist-letters"),
        "{error}"
    );
    let file = folder.join("emnist-digits-t10k-labels-idx1-ubyte");
    assert_eq!(find(&file).unwrap().unwrap(), file);
    assert_eq!(
        read(&file, &request).unwrap().class_names.unwrap(),
        ["0", "9"]
    );
}

#[test]
fn archives_are_read_like_folders() {
    let entries = set(images(), labels());
    let nested: Vec<(String, Vec<u8>)> = entries
        .iter()
        .map(|(name, bytes)| (format!("MNIST/raw/{name}"), gzip(bytes)))
        .collect();
    let nested: Vec<(&str, Vec<u8>)> = nested
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    for files in [&entries, &nested] {
        for (name, bytes) in pack::all(files) {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join(name);
            fs_err::write(&path, bytes).unwrap();
            let set = crate::load(path.to_str().unwrap(), &LoadOptions::default()).unwrap();
            assert_eq!(
                (set.format.name(), set.name.as_str()),
                ("IDX", "set"),
                "{name}"
            );
            assert_eq!(
                (set.train.labels(), set.test.raw(0)),
                (&[1, 0][..], Sample::Pixels(&[0, 1, 2, 3, 4, 5]))
            );
        }
    }
}

#[test]
fn damaged_files_are_read_or_refused() {
    let floats = [0.5_f32; 24].map(f32::to_be_bytes).concat();
    let good_images = [
        images(),
        gzip(&images()),
        idx(0x0d04, &[2, 2, 2, 3], &floats),
    ];
    survives("idx images", &good_images, |bytes| {
        fuzz::files(
            &[
                ("train-images-idx3-ubyte", bytes),
                ("train-labels-idx1-ubyte", &labels()),
                ("t10k-images-idx3-ubyte", bytes),
                ("t10k-labels-idx1-ubyte", &labels()),
            ],
            "",
        );
    });
    let good_labels = [labels(), idx(0x0c02, &[2, 3], &[0; 24])];
    survives("idx labels", &good_labels, |bytes| {
        fuzz::files(
            &[
                ("train-images-idx3-ubyte", &images()),
                ("train-labels-idx1-ubyte", bytes),
                ("t10k-images-idx3-ubyte", &images()),
                ("t10k-labels-idx1-ubyte", bytes),
            ],
            "",
        );
    });
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(images in any::<Vec<u8>>(), labels in any::<Vec<u8>>()) {
        let _ = split_of(images.clone(), labels);
        let _ = split_of(gzip(&images), gzip(&images));
    }

    #[test]
    fn any_header_is_read_or_refused(dims in any::<[u32; 3]>(), data in any::<Vec<u8>>()) {
        let _ = split_of(idx(IMAGES, &dims, &data), idx(LABELS, &dims[..1], &data));
    }

    #[test]
    fn what_is_written_is_read(
        (count, height, width) in (1_u32..5, 1_u32..9, 1_u32..9),
        seed in any::<u8>(),
        packed in any::<bool>(),
    ) {
        let data: Vec<u8> = (0..count * height * width).map(|at| (at as u8).wrapping_mul(31) ^ seed).collect();
        let classes: Vec<u8> = (0..count).map(|at| at as u8).collect();
        let pack = |bytes: Vec<u8>| if packed { gzip(&bytes) } else { bytes };
        let images = pack(idx(IMAGES, &[count, height, width], &data));
        let split = split_of(images, pack(idx(LABELS, &[count], &classes))).unwrap();
        let all: Vec<usize> = (0..split.len()).collect();
        let plain = crate::Space::from(crate::Normalization { mean: vec![0.0], std: vec![1.0 / 255.0], known: false });
        let back: Vec<u8> = split.batch(&all, &plain).iter().map(|x| x.round() as u8).collect();
        prop_assert_eq!(back, data);
        prop_assert_eq!(split.labels(), (0..count).collect::<Vec<u32>>());
    }
}
