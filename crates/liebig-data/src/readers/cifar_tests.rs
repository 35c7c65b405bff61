#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::files::pack::{self, gzip};
use crate::fuzz;
use crate::readers::mutate::survives;
use crate::split::Sample;

const FINE: Kind = Kind::Cifar100 { coarse: false };
const COARSE: Kind = Kind::Cifar100 { coarse: true };

/// A record whose pixel at (channel, row, column) is `100 * channel + row + 2 * column`.
fn record(labels: &[u8]) -> Vec<u8> {
    let mut bytes = labels.to_vec();
    for channel in 0..3_u8 {
        for row in 0..32_u8 {
            bytes.extend((0..32_u8).map(|column| 100 * channel + row + 2 * column));
        }
    }
    bytes
}

fn request(options: &LoadOptions) -> Request<'_> {
    Request {
        classes: None,
        options,
        memory: MemoryLimit::of(options),
    }
}

fn read_folder(folder: &Place) -> Result<Parts, Error> {
    read(folder, Kind::Cifar10, &request(&LoadOptions::default()))
}

fn parse_bytes(bytes: Vec<u8>, kind: Kind) -> Result<Split, Error> {
    let file = Place::in_memory([("batch.bin", bytes)]).join("batch.bin");
    read_files(&[file], kind, MemoryLimit::NONE)
}

#[test]
fn planes_rows_and_columns_are_where_they_belong() {
    let split = parse_bytes(record(&[7]), Kind::Cifar10).unwrap();
    assert_eq!(split.labels(), [7]);
    let Sample::Pixels(pixels) = split.raw(0) else {
        unreachable!("an image")
    };
    let at = |channel: usize, row: usize, column: usize| pixels[(channel * 32 + row) * 32 + column];
    assert_eq!(at(0, 0, 0), 0);
    assert_eq!(at(0, 5, 0), 5, "rows come before columns");
    assert_eq!(at(0, 0, 5), 10);
    assert_eq!(at(1, 3, 4), 111, "the second plane is green");
    assert_eq!(at(2, 31, 1), 233);
    // The same in a normalised batch: [n, C, H, W].
    let plain = crate::Space::from(crate::Normalization {
        mean: vec![0.0; 3],
        std: vec![1.0 / 255.0; 3],
        known: false,
    });
    assert!((split.batch(&[0], &plain)[(2 * 32 + 31) * 32 + 1] - 233.0).abs() < 1e-3);
}

#[test]
fn cifar100s_class_is_the_fine_or_the_coarse_label() {
    let bytes = [record(&[3, 99]), record(&[19, 0])].concat();
    assert_eq!(parse_bytes(bytes.clone(), FINE).unwrap().labels(), [99, 0]);
    assert_eq!(parse_bytes(bytes, COARSE).unwrap().labels(), [3, 19]);
    let error = parse_bytes(record(&[20, 0]), COARSE).unwrap_err();
    assert!(matches!(
        error,
        Error::LabelOutOfRange {
            label: 20,
            classes: 20,
            ..
        }
    ));
    let error = parse_bytes(record(&[0, 100]), FINE).unwrap_err();
    assert!(matches!(
        error,
        Error::LabelOutOfRange {
            label: 100,
            classes: 100,
            ..
        }
    ));
}

#[test]
fn cifar100_is_loaded_with_the_labels_that_are_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs_err::write(root.path().join(name), bytes).unwrap();
    // Every fine class once, five to a coarse one.
    let records: Vec<u8> = (0..100)
        .flat_map(|fine| record(&[fine / 5, fine]))
        .collect();
    write("train.bin", &records);
    write("test.bin", &records);
    let load = |labels: Option<&str>| {
        let options = LoadOptions {
            labels: labels.map(Into::into),
            ..LoadOptions::default()
        };
        crate::load(root.path().to_str().unwrap(), &options)
    };
    for labels in [None, Some("fine")] {
        let set = load(labels).unwrap();
        assert_eq!(
            (set.name.as_str(), set.class_names.len()),
            ("cifar100", 100)
        );
        assert_eq!(set.train.labels()[98..], [98, 99]);
        assert!(set.normalization().known);
        assert!(
            set.notes[0].text.starts_with("fine labels, 100 classes"),
            "{:?}",
            set.notes
        );
    }
    let set = load(Some("Coarse")).unwrap();
    assert_eq!((set.name.as_str(), set.class_names.len()), ("cifar100", 20));
    assert_eq!(
        (set.class_names[19].as_str(), set.train.labels()[99]),
        ("19", 19)
    );
    assert!(
        set.notes[0].text.starts_with("coarse labels, 20 classes"),
        "{:?}",
        set.notes
    );
    let names: Vec<String> = (0..20).map(|class| format!("group{class}")).collect();
    write(
        "coarse_label_names.txt",
        format!("{}\n\n", names.join("\n")).as_bytes(),
    );
    assert_eq!(load(Some("coarse")).unwrap().class_names, names);
    assert_eq!(
        load(None).unwrap().class_names[7],
        "7",
        "these are names of other classes"
    );
    let error = load(Some("both")).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Setting {
                setting: "data.labels",
                ..
            }
        ),
        "{error}"
    );
    write("data_batch_1.bin", &record(&[1]));
    let error = load(Some("fine")).unwrap_err().to_string();
    assert!(error.contains("CIFAR-10 has one kind of labels"), "{error}");
}

#[test]
fn the_version_for_python_is_refused_by_name() {
    let pickle = b"\x80\x02}q\x00(U\x0bbatch_label".to_vec();
    for (path, file) in [
        ("data_batch_1", ""),
        ("cifar-10-batches-py/data_batch_1", ""),
        ("cifar-100-python/train", ""),
        ("train", ""),
        ("data_batch_1", "data_batch_1"),
        ("test_batch", "test_batch"),
    ] {
        let place = Place::in_memory([(path, pickle.clone())]).join(file);
        let error = crate::readers::recognise::recognise(&place).err().unwrap();
        assert!(
            matches!(&error, Error::Pickle { path: named, .. } if named.ends_with(path)),
            "{path}: {error}"
        );
    }
    let place = Place::in_memory([("train", b"text".to_vec()), ("train.txt", b"x".to_vec())]);
    let error = crate::readers::recognise::recognise(&place).err().unwrap();
    assert!(matches!(error, Error::Unrecognised { .. }), "{error}");
}

#[test]
fn archives_are_read_like_folders() {
    let files = [
        (
            "cifar-10-batches-bin/data_batch_1.bin",
            (0..10).flat_map(|label| record(&[label])).collect(),
        ),
        ("cifar-10-batches-bin/test_batch.bin", record(&[4])),
        ("cifar-10-batches-bin/readme.html", b"x".to_vec()),
    ];
    for (name, bytes) in pack::all(&files) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(name);
        fs_err::write(&path, bytes).unwrap();
        let set = crate::load(path.to_str().unwrap(), &LoadOptions::default()).unwrap();
        assert_eq!(
            (set.format.name(), set.name.as_str()),
            ("CIFAR-10 binary", "cifar10"),
            "{name}"
        );
        assert_eq!((set.train.len(), set.test.labels()), (10, &[4][..]));
        assert_eq!(set.test.raw(0), Sample::Pixels(&record(&[4])[1..]));
    }
}

#[test]
fn damaged_files_are_read_or_refused() {
    let good = [record(&[1]).repeat(2), gzip(&record(&[1]).repeat(2))];
    let batch = record(&[1]);
    survives("cifar10", &good, |bytes| {
        fuzz::files(
            &[("data_batch_1.bin", bytes), ("test_batch.bin", &batch)],
            "",
        );
    });
    let names = b"a\nb\n".to_vec();
    survives("cifar100", &good, |bytes| {
        fuzz::files(
            &[
                ("train.bin", bytes),
                ("test.bin", bytes),
                ("fine_label_names.txt", &names),
            ],
            "",
        );
    });
}

#[test]
fn a_cut_record_is_told_by_its_number() {
    let mut bytes = [record(&[0]), record(&[1]), record(&[2])].concat();
    bytes.pop();
    let error = parse_bytes(bytes.clone(), Kind::Cifar10).unwrap_err();
    assert!(matches!(error, Error::Length { found: 9218, .. }));
    assert!(
        error
            .to_string()
            .contains("ends at byte 9218, expected a multiple of 3073 (one record); of record 2 (from 0) there are 3072 bytes"),
        "{error}"
    );
    assert!(parse_bytes(gzip(&bytes), Kind::Cifar10).is_err());
    assert!(matches!(
        parse_bytes(Vec::new(), Kind::Cifar10),
        Err(Error::Length { found: 0, .. })
    ));
}

#[test]
fn a_label_out_of_range_is_told_by_its_record() {
    let bytes = [record(&[9]), record(&[10])].concat();
    let error = parse_bytes(bytes, Kind::Cifar10).unwrap_err();
    assert!(matches!(
        error,
        Error::LabelOutOfRange {
            record: 1,
            label: 10,
            classes: 10,
            ..
        }
    ));
}

#[test]
fn a_folder_is_read_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let at = Place::on_disk(folder.path());
    let write = |name: &str, bytes: &[u8]| fs_err::write(folder.path().join(name), bytes).unwrap();
    assert_eq!(find_kind(&at, Kind::Cifar10).unwrap(), None);
    write("data_batch_2.bin", &[record(&[2]), record(&[3])].concat());
    write("data_batch_1.bin.gz", &gzip(&record(&[1])));
    assert_eq!(find_kind(&at, Kind::Cifar10).unwrap().as_ref(), Some(&at));
    assert_eq!(find_kind(&at, FINE).unwrap(), None);
    let error = read_folder(&at).err().unwrap();
    assert!(
        error.to_string().contains("missing test_batch.bin[.gz]"),
        "{error}"
    );
    write("test_batch.bin", &record(&[4]));
    let parts = read_folder(&at).unwrap();
    assert_eq!(
        parts.train.labels(),
        [1, 2, 3],
        "batches in the order of their numbers"
    );
    assert_eq!(parts.test.labels(), [4]);
    assert_eq!(parts.class_names, None);
    assert_eq!(parts.notes[0].text, "2 of 5 training batches found");
    write("batches.meta.txt", b"a\nb\r\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    assert_eq!(read_folder(&at).unwrap().class_names.unwrap()[1], "b");
    write("batches.meta.txt", b"a\nb\n");
    assert!(matches!(read_folder(&at), Err(Error::BadHeader { .. })));
}

#[test]
fn batches_count_against_the_memory_limit_together() {
    let folder = tempfile::tempdir().unwrap();
    let batch = gzip(&record(&[1]).repeat(100));
    for name in [
        "data_batch_1.bin.gz",
        "data_batch_2.bin.gz",
        "test_batch.bin.gz",
    ] {
        fs_err::write(folder.path().join(name), &batch).unwrap();
    }
    let read_within = |limit: usize| {
        let options = LoadOptions {
            memory_limit: Some(limit as u64),
            ..LoadOptions::default()
        };
        read(
            &Place::on_disk(folder.path()),
            Kind::Cifar10,
            &request(&options),
        )
    };
    let enough = 300 * SHAPE.len();
    assert_eq!(read_within(enough).unwrap().test.len(), 100);
    let error = read_within(enough - 1).err().unwrap();
    assert!(
        matches!(&error, Error::TooLarge { place, .. } if place.ends_with("test_batch.bin.gz")),
        "{error}"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), records in 0_usize..3) {
        let _ = parse_bytes(bytes.clone(), Kind::Cifar10);
        let _ = parse_bytes(gzip(&bytes), COARSE);
        let _ = parse_bytes([vec![0x1f, 0x8b], bytes.clone()].concat(), Kind::Cifar10);
        let whole = [record(&[1]).repeat(records), bytes].concat();
        let _ = parse_bytes(whole, Kind::Cifar10);
    }

    #[test]
    fn what_is_written_is_read(labels in prop::collection::vec(0_u8..10, 1..4), noise in any::<[u8; 16]>()) {
        let pixels: Vec<u8> = (0..SHAPE.len()).map(|at| noise[at % 16] ^ (at / 16) as u8).collect();
        let bytes: Vec<u8> = labels.iter().flat_map(|&label| std::iter::once(label).chain(pixels.iter().copied())).collect();
        let split = parse_bytes(gzip(&bytes), Kind::Cifar10).unwrap();
        prop_assert_eq!(split.labels().to_vec(), labels.iter().map(|&label| u32::from(label)).collect::<Vec<_>>());
        for index in 0..split.len() {
            prop_assert_eq!(split.raw(index), Sample::Pixels(&pixels));
        }
    }
}
