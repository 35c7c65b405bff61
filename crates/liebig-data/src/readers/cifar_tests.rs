#![allow(clippy::unwrap_used)]

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::LoadOptions;
use crate::split::Sample;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

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

fn read_folder(folder: &Path) -> Result<Parts, Error> {
    read(folder, Kind::Cifar10, &request(&LoadOptions::default()))
}

fn parse_bytes(bytes: Vec<u8>, kind: Kind) -> Result<Split, Error> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    parse(
        &Stored::of(Path::new("batch.bin"), bytes, MemoryLimit::NONE),
        kind,
        &mut pixels,
        &mut labels,
    )?;
    Split::images(SHAPE, pixels, labels)
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
fn cifar100s_class_is_the_fine_label() {
    let bytes = [record(&[3, 99]), record(&[19, 0])].concat();
    assert_eq!(
        parse_bytes(bytes, Kind::Cifar100).unwrap().labels(),
        [99, 0]
    );
}

#[test]
fn a_cut_record_is_told_by_its_number() {
    let mut bytes = [record(&[0]), record(&[1]), record(&[2])].concat();
    bytes.pop();
    let error = parse_bytes(bytes.clone(), Kind::Cifar10).unwrap_err();
    assert!(matches!(error, Error::Length { found: 9218, .. }));
    assert!(
        error.to_string().contains("record 2 (from 0) is cut short"),
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
    let write = |name: &str, bytes: &[u8]| fs_err::write(folder.path().join(name), bytes).unwrap();
    assert_eq!(find_kind(folder.path(), Kind::Cifar10).unwrap(), None);
    write("data_batch_2.bin", &[record(&[2]), record(&[3])].concat());
    write("data_batch_1.bin.gz", &gzip(&record(&[1])));
    assert_eq!(
        find_kind(folder.path(), Kind::Cifar10).unwrap().as_deref(),
        Some(folder.path())
    );
    assert_eq!(find_kind(folder.path(), Kind::Cifar100).unwrap(), None);
    let error = read_folder(folder.path()).err().unwrap();
    assert!(
        error.to_string().contains("missing test_batch.bin[.gz]"),
        "{error}"
    );
    write("test_batch.bin", &record(&[4]));
    let parts = read_folder(folder.path()).unwrap();
    assert_eq!(
        parts.train.labels(),
        [1, 2, 3],
        "batches in the order of their numbers"
    );
    assert_eq!(parts.test.labels(), [4]);
    assert_eq!(parts.class_names, None);
    assert_eq!(parts.notes, ["2 of 5 training batches found"]);
    write("batches.meta.txt", b"a\nb\r\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    assert_eq!(
        read_folder(folder.path()).unwrap().class_names.unwrap()[1],
        "b"
    );
    write("batches.meta.txt", b"a\nb\n");
    assert!(matches!(
        read_folder(folder.path()),
        Err(Error::BadHeader { .. })
    ));
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
        read(folder.path(), Kind::Cifar10, &request(&options))
    };
    // The training pixels, and the test batch as stored and as unpacked.
    let enough = 200 * SHAPE.len() + batch.len() + 100 * (SHAPE.len() + 1);
    assert_eq!(read_within(enough).unwrap().test.len(), 100);
    let error = read_within(enough - 1).err().unwrap();
    assert!(
        matches!(&error, Error::UnpacksTooLarge { path, .. } if path.ends_with("test_batch.bin.gz")),
        "{error}"
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), records in 0_usize..3) {
        let _ = parse_bytes(bytes.clone(), Kind::Cifar10);
        let _ = parse_bytes(gzip(&bytes), Kind::Cifar100);
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
