#![allow(clippy::unwrap_used)]

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::LoadOptions;
use crate::split::Sample;

/// The bytes of an IDX file.
fn idx(magic: u32, dims: &[u32], data: &[u8]) -> Vec<u8> {
    let header = std::iter::once(&magic).chain(dims);
    header
        .flat_map(|word| word.to_be_bytes())
        .chain(data.iter().copied())
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn stored(name: &str, bytes: Vec<u8>) -> Stored {
    Stored::of(Path::new(name), bytes, MemoryLimit::NONE)
}

/// Two images of height 2 and width 3 with labels 1 and 0.
fn images() -> Vec<u8> {
    idx(IMAGES, &[2, 2, 3], &(0..12).collect::<Vec<u8>>())
}

fn labels() -> Vec<u8> {
    idx(LABELS, &[2], &[1, 0])
}

fn split_of(images: Vec<u8>, labels: Vec<u8>, classes: Option<usize>) -> Result<Split, Error> {
    parse_split(
        &stored("images", images),
        &stored("labels", labels),
        classes,
    )
}

fn read_folder(folder: &Path) -> Result<Parts, Error> {
    let request = Request {
        classes: None,
        options: &LoadOptions::default(),
        memory: MemoryLimit::NONE,
    };
    read(folder, &request)
}

fn message(images: Vec<u8>, labels: Vec<u8>) -> String {
    split_of(images, labels, None).unwrap_err().to_string()
}

#[test]
fn pixels_and_labels_are_read_row_by_row_plain_or_gzipped() {
    for pack in [|bytes: Vec<u8>| bytes, |bytes: Vec<u8>| gzip(&bytes)] {
        let split = split_of(pack(images()), pack(labels()), None).unwrap();
        assert_eq!(
            split.shape(),
            SampleShape::Image {
                channels: 1,
                height: 2,
                width: 3
            }
        );
        assert_eq!(split.labels(), [1, 0]);
        assert_eq!(split.raw(1), Sample::Pixels(&[6, 7, 8, 9, 10, 11]));
    }
}

#[test]
fn swapped_files_are_told() {
    let error = split_of(labels(), images(), None).unwrap_err();
    assert!(matches!(
        error,
        Error::WrongMagic {
            expected: IMAGES,
            found: LABELS,
            ..
        }
    ));
    assert!(
        error
            .to_string()
            .contains("label file under an image file's name")
    );
}

#[test]
fn a_wrong_magic_number_is_told() {
    let error = split_of(b"PK\x03\x04 some zip".to_vec(), labels(), None).unwrap_err();
    assert!(matches!(
        error,
        Error::WrongMagic {
            found: 0x504b_0304,
            ..
        }
    ));
}

#[test]
fn a_cut_header_is_told() {
    for cut in [0, 3, 4, 15] {
        let message = message(images()[..cut].to_vec(), labels());
        assert!(
            message.contains(&format!("images: ends at byte {cut}, expected at least 16")),
            "{message}"
        );
    }
}

#[test]
fn missing_and_surplus_data_are_told() {
    let mut bytes = images();
    bytes.pop();
    // A plain file's length is known, so the header is what cannot be true.
    assert!(
        message(bytes, labels())
            .contains("byte 12: expected a size from 1 that fits a file of at most 27 bytes")
    );
    let mut bytes = images();
    bytes.push(0);
    assert!(message(bytes.clone(), labels()).contains("ends at byte 29, expected 28"));
    assert!(message(gzip(&bytes), labels()).contains("ends at byte 29, expected 28"));
    bytes.truncate(27);
    assert!(message(gzip(&bytes), labels()).contains("ends at byte 27, expected 28"));
}

#[test]
fn a_cut_gzip_stream_is_told() {
    let mut bytes = gzip(&images());
    bytes.truncate(bytes.len() - 9);
    let error = split_of(bytes, labels(), None).unwrap_err();
    assert!(matches!(error, Error::Gzip { .. }), "{error}");
}

#[test]
fn absurd_and_zero_sizes_are_told_without_allocating() {
    for dims in [[u32::MAX; 3], [0, 2, 3], [2, 0, 3], [2, 2, 0]] {
        let error = split_of(idx(IMAGES, &dims, &[0; 12]), labels(), None).unwrap_err();
        assert!(matches!(error, Error::BadHeader { .. }), "{error}");
        let error = split_of(gzip(&idx(IMAGES, &dims, &[0; 12])), labels(), None).unwrap_err();
        assert!(matches!(error, Error::BadHeader { .. }), "{error}");
    }
}

#[test]
fn a_gzip_bomb_is_unpacked_only_as_far_as_its_header_says() {
    let bomb = gzip(&idx(IMAGES, &[2, 2, 3], &vec![0; 64 << 20]));
    let error = split_of(bomb, labels(), None).unwrap_err();
    assert!(matches!(error, Error::Length { found: 29, .. }), "{error}");
}

#[test]
fn a_file_that_unpacks_to_more_than_the_limit_is_not_unpacked() {
    let options = LoadOptions {
        memory_limit: Some(1 << 20),
        ..LoadOptions::default()
    };
    let images = gzip(&idx(IMAGES, &[2, 1000, 1000], &vec![0; 2_000_000]));
    let needed = images.len() as u64 + 16 + 2_000_000;
    let images = Stored::of(Path::new("images"), images, MemoryLimit::of(&options));
    let error = parse_split(&images, &stored("labels", labels()), None).unwrap_err();
    assert!(
        matches!(error, Error::TooLarge { needed: n, limit: 1_048_576, .. } if n == needed),
        "{error}"
    );
}

#[test]
fn different_counts_are_told() {
    let error = split_of(images(), idx(LABELS, &[3], &[0, 1, 0]), None).unwrap_err();
    assert!(matches!(
        error,
        Error::CountMismatch {
            samples: 2,
            labels: 3,
            ..
        }
    ));
}

#[test]
fn a_label_out_of_range_is_told_with_its_record() {
    let error = split_of(images(), idx(LABELS, &[2], &[0, 7]), Some(7)).unwrap_err();
    assert!(matches!(
        error,
        Error::LabelOutOfRange {
            record: 1,
            label: 7,
            classes: 7,
            ..
        }
    ));
    assert!(
        error
            .to_string()
            .starts_with("labels: record 1 (from 0): label 7, expected 0 to 6")
    );
}

#[test]
fn a_folder_is_read_with_its_validation_split_and_either_spelling() {
    let folder = tempfile::tempdir().unwrap();
    let write =
        |name: &str, bytes: Vec<u8>| fs_err::write(folder.path().join(name), bytes).unwrap();
    write("train-images.idx3-ubyte", images());
    write("train-labels.idx1-ubyte", labels());
    write("t10k-images-idx3-ubyte.gz", gzip(&images()));
    assert!(found_in(folder.path()));
    let error = read_folder(folder.path()).err().unwrap();
    assert!(
        error
            .to_string()
            .contains("missing t10k-labels-idx1-ubyte[.gz]"),
        "{error}"
    );
    write("t10k-labels-idx1-ubyte", labels());
    assert!(read_folder(folder.path()).unwrap().validation.is_none());
    write("val-images-idx3-ubyte", images());
    write("val-labels-idx1-ubyte", idx(LABELS, &[2], &[0, 2]));
    let error = read_folder(folder.path()).err().unwrap();
    assert!(
        matches!(error, Error::LabelOutOfRange { classes: 2, .. }),
        "classes are those of the training split"
    );
    write("val-labels-idx1-ubyte", labels());
    assert_eq!(
        read_folder(folder.path())
            .unwrap()
            .validation
            .unwrap()
            .len(),
        2
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(images in any::<Vec<u8>>(), labels in any::<Vec<u8>>()) {
        let _ = split_of(images.clone(), labels, None);
        let _ = split_of(gzip(&images), gzip(&images), None);
    }

    #[test]
    fn any_header_is_read_or_refused(dims in any::<[u32; 3]>(), data in any::<Vec<u8>>()) {
        let _ = split_of(idx(IMAGES, &dims, &data), idx(LABELS, &dims[..1], &data), None);
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
        let split = split_of(images, pack(idx(LABELS, &[count], &classes)), None).unwrap();
        let all: Vec<usize> = (0..split.len()).collect();
        let plain = crate::Space::from(crate::Normalization { mean: vec![0.0], std: vec![1.0 / 255.0], known: false });
        let back: Vec<u8> = split.batch(&all, &plain).iter().map(|x| x.round() as u8).collect();
        prop_assert_eq!(back, data);
        prop_assert_eq!(split.labels(), (0..count).collect::<Vec<u32>>());
    }
}
