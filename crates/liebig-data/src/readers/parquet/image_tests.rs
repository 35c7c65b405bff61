#![allow(clippy::unwrap_used)]

use parquet::basic::Compression;

use super::written::{Cells, Style, file, loaded, loaded_with, message};
use crate::{LoadOptions, Sample};

/// A PNG of 4x4 pixels.
fn png(red: u8, blue: u8) -> Vec<u8> {
    let image = image::RgbImage::from_pixel(4, 4, image::Rgb([red, 7, blue]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

const IMAGES: &str = "optional group image { optional binary bytes; optional binary path (STRING); } optional int64 label;";
const FEATURES: &str =
    r#"{"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}"#;

/// Images of two classes; red is the row, blue the class.
pub(super) fn images(count: u8, style: &Style) -> Vec<u8> {
    let paths: Vec<String> = (0..count).map(|row| format!("{row}.png")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let columns = [
        Cells::Bytes((0..count).map(|row| Some(png(row, row % 2))).collect()),
        Cells::texts(&paths),
        Cells::whole((0..count).map(|row| i64::from(row % 2))),
    ];
    file(IMAGES, &columns, Some(FEATURES), style)
}

/// Red and blue of every image, with the label.
fn colours(split: &crate::Split) -> Vec<(u8, u8, u32)> {
    let labels = split.labels().iter().enumerate();
    labels
        .map(|(index, &label)| {
            let Sample::Pixels(pixels) = split.raw(index) else {
                unreachable!("images")
            };
            (pixels[0], pixels[47], label)
        })
        .collect()
}

#[test]
fn images_are_decoded_and_stay_with_their_labels() {
    for style in [
        Style::default(),
        Style {
            compression: Compression::UNCOMPRESSED,
            rows_in_group: 3,
        },
    ] {
        let set = loaded(images(20, &style)).unwrap();
        assert_eq!(
            (set.format.name(), set.shape.to_string().as_str()),
            ("parquet images", "3x4x4")
        );
        assert_eq!(set.class_names, ["cat", "dog"]);
        assert_eq!((set.train.len(), set.test.len()), (16, 4));
        let mut all = [colours(&set.train), colours(&set.test)].concat();
        all.sort_unstable();
        let expected: Vec<(u8, u8, u32)> = (0..20)
            .map(|row| (row, row % 2, u32::from(row % 2)))
            .collect();
        assert_eq!(all, expected);
    }
    let files = [
        (
            "data/train-00000-of-00002.parquet",
            images(10, &Style::default()),
        ),
        (
            "data/train-00001-of-00002.parquet",
            images(6, &Style::default()),
        ),
        (
            "data/test-00000-of-00001.parquet",
            images(4, &Style::default()),
        ),
    ];
    let set = loaded_with(&files, "", &LoadOptions::default()).unwrap();
    assert_eq!((set.train.len(), set.test.len()), (16, 4));
    assert_eq!(
        colours(&set.test),
        [(0, 0, 0), (1, 1, 1), (2, 0, 0), (3, 1, 1)]
    );
    let nested = [
        ("train/0000.parquet", files[0].1.clone()),
        ("test/0000.parquet", files[2].1.clone()),
    ];
    let set = loaded_with(&nested, "", &LoadOptions::default()).unwrap();
    assert_eq!((set.train.len(), set.test.len()), (10, 4));
    let options = LoadOptions {
        image_size: Some((2, 3)),
        grayscale: Some(true),
        ..LoadOptions::default()
    };
    let small = loaded_with(&files, "data", &options).unwrap();
    assert_eq!(small.shape.to_string(), "1x2x3");
}

#[test]
fn images_may_be_bytes_and_labels_texts() {
    let schema = "required binary picture; required binary jpg; required binary what (STRING);";
    let pictures = Cells::Bytes((0..10).map(|row| Some(png(row, 0))).collect());
    let columns = [
        pictures.clone(),
        pictures,
        Cells::texts(&["b", "a", "b", "a", "b", "a", "b", "a", "b", "a"]),
    ];
    let bytes = file(schema, &columns, None, &Style::default());
    let error = message(loaded(bytes.clone()));
    assert!(
        error.contains(
            "which column holds the images cannot be told; those that could be are picture, jpg"
        ),
        "{error}"
    );
    let options = LoadOptions {
        images: Some("jpg".into()),
        labels: Some("what".into()),
        ..LoadOptions::default()
    };
    let set = loaded_with(&[("t.parquet", bytes)], "t.parquet", &options).unwrap();
    assert_eq!(
        (set.class_names.join(" "), set.train.len()),
        ("a b".into(), 8)
    );
}

#[test]
fn bad_images_are_all_named_or_left_out() {
    let paths = ["a.png"; 10];
    let cells: Vec<Option<Vec<u8>>> = (0..10)
        .map(|row| match row {
            3 => None,
            4 => Some(b"<html>".to_vec()),
            _ => Some(png(row, row % 2)),
        })
        .collect();
    let columns = [
        Cells::Bytes(cells),
        Cells::texts(&paths),
        Cells::whole((0..10).map(|row| row % 2)),
    ];
    let bytes = file(IMAGES, &columns, Some(FEATURES), &Style::default());
    let error = message(loaded(bytes.clone()));
    assert!(
        error.contains("2 of 10 image files cannot be read"),
        "{error}"
    );
    assert!(
        error.contains("t.parquet, row 4 (a.png): the cell holds no image"),
        "{error}"
    );
    assert!(error.contains("t.parquet, row 5 (a.png): "), "{error}");
    let options = LoadOptions {
        skip_bad: true,
        ..LoadOptions::default()
    };
    let set = loaded_with(&[("t.parquet", bytes)], "t.parquet", &options).unwrap();
    let mut all = [colours(&set.train), colours(&set.test)].concat();
    all.sort_unstable();
    let expected: Vec<(u8, u8, u32)> = [0, 1, 2, 5, 6, 7, 8, 9]
        .map(|row| (row, row % 2, u32::from(row % 2)))
        .to_vec();
    assert_eq!(all, expected);
}

#[test]
fn fine_labels_are_the_default_and_others_can_be_chosen() {
    let schema = "required binary img; required int64 coarse_label; required int64 fine_label;";
    let features = r#"{"img": {"_type": "Image"}, "fine_label": {"names": ["a", "b", "c", "d"], "_type": "ClassLabel"}, "coarse_label": {"names": ["x", "y"], "_type": "ClassLabel"}}"#;
    let columns = [
        Cells::Bytes((0..16).map(|row| Some(png(row, 0))).collect()),
        Cells::whole((0..16).map(|row| row % 2)),
        Cells::whole((0..16).map(|row| row % 4)),
    ];
    let bytes = file(schema, &columns, Some(features), &Style::default());
    assert_eq!(
        loaded(bytes.clone()).unwrap().class_names,
        ["a", "b", "c", "d"]
    );
    for asked in ["coarse", "coarse_label"] {
        let options = LoadOptions {
            labels: Some(asked.into()),
            ..LoadOptions::default()
        };
        let set = loaded_with(&[("t.parquet", bytes.clone())], "t.parquet", &options).unwrap();
        assert_eq!(set.class_names, ["x", "y"]);
    }
}
