#![allow(clippy::unwrap_used)]

use std::io::Write;

use ndarray::{Array, Array3, Array4, Dimension, arr1, arr2};
use ndarray_npy::{WritableElement, WriteNpyExt};
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::LoadOptions;
use crate::split::Sample;

/// An npy file's bytes.
fn npy<T: WritableElement, D: Dimension>(array: &Array<T, D>) -> Vec<u8> {
    let mut bytes = Vec::new();
    array.write_npy(&mut bytes).unwrap();
    bytes
}

/// An npz file's bytes.
fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        writer
            .start_file(format!("{name}.npy"), SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gray() -> Array3<u8> {
    Array3::from_shape_fn((2, 2, 3), |(n, h, w)| (100 * n + 10 * h + w) as u8)
}

/// A small whole set with `array` in place of one of its arrays.
fn set_with(name: &str, array: Vec<u8>) -> Vec<u8> {
    let mut arrays = vec![
        ("train_images", npy(&gray())),
        ("train_labels", npy(&arr2(&[[1_u8], [0]]))),
        ("test_images", npy(&gray())),
        ("test_labels", npy(&arr2(&[[0_u8], [1]]))),
    ];
    arrays.retain(|(existing, _)| *existing != name);
    if !array.is_empty() {
        arrays.push((name, array));
    }
    npz(&arrays)
}

fn read_bytes(bytes: Vec<u8>) -> Result<Parts, Error> {
    read_within(bytes, None)
}

fn read_within(bytes: Vec<u8>, memory_limit: Option<u64>) -> Result<Parts, Error> {
    let options = LoadOptions {
        memory_limit,
        ..LoadOptions::default()
    };
    let request = Request {
        classes: None,
        options: &options,
        memory: MemoryLimit::of(&options),
    };
    parse(Path::new("set.npz"), bytes, &request)
}

fn message(bytes: Vec<u8>) -> String {
    read_bytes(bytes).err().unwrap().to_string()
}

#[test]
fn grey_images_are_read_row_by_row() {
    let parts = read_bytes(set_with("", Vec::new())).unwrap();
    assert_eq!(parts.train.shape().to_string(), "1x2x3");
    assert_eq!(
        parts.train.raw(1),
        Sample::Pixels(&[100, 101, 102, 110, 111, 112])
    );
    assert_eq!(
        (parts.train.labels(), parts.test.labels()),
        (&[1, 0][..], &[0, 1][..])
    );
    assert!(parts.validation.is_none());
}

#[test]
fn colour_images_become_planes() {
    let rgb = Array4::from_shape_fn((2, 1, 2, 3), |(n, _, w, c)| (100 * n + 10 * c + w) as u8);
    let parts = parse_train(npy(&rgb)).unwrap();
    assert_eq!(parts.0.to_string(), "3x1x2");
    assert_eq!(parts.1[6..], [100, 101, 110, 111, 120, 121]);
}

#[test]
fn fortran_order_is_understood() {
    let mut transposed = Array3::zeros((3, 2, 2).f());
    transposed.assign(&gray().permuted_axes([2, 1, 0]));
    let fortran = transposed.permuted_axes([2, 1, 0]);
    let mut fortran_order = Array3::zeros((2, 2, 3).f());
    fortran_order.assign(&fortran);
    let bytes = npy(&fortran_order);
    assert!(String::from_utf8_lossy(&bytes[..80]).contains("'fortran_order': True"));
    assert_eq!(
        parse_train(bytes).unwrap().1,
        gray().into_raw_vec_and_offset().0
    );
}

use ndarray::ShapeBuilder;

/// The shape and pixels of a file that holds this array only.
fn parse_train(array: Vec<u8>) -> Result<(SampleShape, Vec<u8>), Error> {
    let bytes = npz(&[("train_images", array)]);
    let stored_len = bytes.len() as u64;
    let archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    Npz {
        path: Path::new("set.npz"),
        stored_len,
        archive,
        memory: MemoryLimit::NONE,
    }
    .images("train_images")
}

#[test]
fn labels_may_be_of_any_integer_type_and_flat() {
    let variants = [
        npy(&arr1(&[1_u8, 0])),
        npy(&arr1(&[1_i8, 0])),
        npy(&arr1(&[1_u16, 0])),
        npy(&arr1(&[1_i16, 0])),
        npy(&arr1(&[1_u32, 0])),
        npy(&arr2(&[[1_i32], [0]])),
        npy(&arr1(&[1_u64, 0])),
        npy(&arr2(&[[1_i64], [0]])),
    ];
    for labels in variants {
        assert_eq!(
            read_bytes(set_with("train_labels", labels))
                .unwrap()
                .train
                .labels(),
            [1, 0]
        );
    }
}

#[test]
fn labels_that_are_no_class_numbers_are_told() {
    let bad = |labels| message(set_with("train_labels", labels));
    assert!(
        bad(npy(&arr1(&[0.5_f64, 1.0]))).contains("array `train_labels`: incorrect descriptor")
    );
    assert!(
        bad(npy(&arr2(&[[0_u8, 1], [1, 0]]))).contains("expected one label per image"),
        "multi-label"
    );
    assert!(bad(npy(&arr1(&[0_i64, -1]))).contains("record 1 (from 0): label -1"));
    assert!(bad(npy(&arr1(&[u64::MAX, 0]))).contains("record 0 (from 0): label"));
    assert!(bad(npy(&arr1(&[0_u8, 1, 1]))).contains("2 samples, but train_labels has 3 labels"));
    let beyond = message(set_with("test_labels", npy(&arr1(&[0_u8, 2]))));
    assert!(beyond.contains("label 2, expected 0 to 1"), "{beyond}");
}

#[test]
fn arrays_that_are_missing_or_no_images_are_told() {
    assert!(
        message(set_with("test_images", Vec::new()))
            .contains("array `test_images`: missing; the file holds")
    );
    let bad = |images| message(set_with("train_images", images));
    assert!(bad(npy(&arr1(&[1_u8, 2]))).contains("shape [2]"));
    assert!(bad(npy(&Array4::<u8>::zeros((2, 2, 2, 2)))).contains("shape [2, 2, 2, 2]"));
    assert!(bad(npy(&Array3::<f32>::zeros((2, 2, 2)))).contains("incorrect descriptor"));
    assert!(bad(npy(&Array3::<u8>::zeros((0, 2, 2)))).contains("holds nothing"));
    assert!(bad(b"not an array".to_vec()).contains("byte 0: expected an npy file"));
}

/// An npy file with a header written by hand.
fn by_hand(header: &str, data: &[u8]) -> Vec<u8> {
    let len = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &len[..], header.as_bytes(), data].concat()
}

#[test]
fn headers_that_cannot_be_true_are_refused_without_allocating() {
    let header =
        |shape: &str| format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
    let bad = |header: &str| message(set_with("train_images", by_hand(header, &[0; 8])));
    assert!(bad(&header("(4000000000, 4000000000, 4)")).contains("train_images"));
    assert!(bad(&header("(1000000000000, 28, 28)")).contains("train_images"));
    assert!(bad(&header("(2, 2, 3)")).contains("missing 4 bytes of data"));
    assert!(
        bad(&"(".repeat(60_000)).contains("header of at most 512 bytes"),
        "no deep recursion"
    );
    assert!(bad(&"(".repeat(500)).contains("train_images"));
    let labels = "{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999,), }\n";
    assert!(message(set_with("train_labels", by_hand(labels, &[0; 8]))).contains("train_labels"));
}

#[test]
fn misaligned_labels_are_read() {
    for pad in 0..8 {
        let header = format!(
            "{{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }}{}\n",
            " ".repeat(pad)
        );
        let data = [1_i64, 0].map(i64::to_le_bytes).concat();
        assert_eq!(
            read_bytes(set_with("train_labels", by_hand(&header, &data)))
                .unwrap()
                .train
                .labels(),
            [1, 0]
        );
    }
}

#[test]
fn arrays_over_the_memory_limit_are_not_unpacked() {
    let large = npy(&Array3::<u8>::zeros((2, 700, 700)));
    let bytes = set_with("train_images", large);
    let error = read_within(bytes.clone(), Some(1 << 20)).err().unwrap();
    assert!(
        matches!(&error, Error::TooLarge { place, needed, limit: 1_048_576, .. }
            if place == "set.npz/train_images" && *needed > 2 * 2 * 700 * 700),
        "{error}"
    );
    // The test images are of another shape, but that is for later: they are read.
    assert!(read_within(bytes, Some(4 << 20)).is_ok());
}

#[test]
fn a_cut_file_is_told() {
    let bytes = set_with("", Vec::new());
    assert!(message(bytes[..bytes.len() / 2].to_vec()).contains("not an npz file"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>()) {
        let _ = read_bytes(bytes.clone());
        let _ = read_bytes(set_with("train_images", bytes.clone()));
        let _ = read_bytes(set_with("train_labels", by_hand(&String::from_utf8_lossy(&bytes), &bytes)));
    }

    #[test]
    fn any_damage_is_read_or_refused(at in any::<prop::sample::Index>(), value in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = set_with("", Vec::new());
        let len = bytes.len();
        bytes[at.index(len)] = value;
        let _ = read_bytes(bytes.clone());
        bytes.truncate(cut.index(len));
        let _ = read_bytes(bytes);
    }
}
