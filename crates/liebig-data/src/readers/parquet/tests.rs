#![allow(clippy::unwrap_used)]

use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use proptest::prelude::*;

use super::written::{Cells, Style, file, loaded, loaded_with, message, texts};
use crate::{ColumnEncoding, Dataset, Error, LoadOptions, Sample};

/// Every sample with its class, in the order of the first feature.
fn rows(set: &Dataset) -> Vec<(Vec<f32>, String)> {
    let mut rows = Vec::new();
    for split in [Some(&set.train), set.validation.as_ref(), Some(&set.test)]
        .into_iter()
        .flatten()
    {
        for (index, &label) in split.labels().iter().enumerate() {
            let Sample::Features(features) = split.raw(index) else {
                unreachable!("a table")
            };
            rows.push((features.to_vec(), set.class_names[label as usize].clone()));
        }
    }
    rows.sort_by(|a, b| a.0[0].total_cmp(&b.0[0]));
    rows
}

const PLAIN: &str = "required double x; optional int64 n; optional binary colour (STRING); required binary kind (STRING);";

/// Twelve rows; the second has no number and the third no colour.
pub(super) fn plain(style: &Style) -> Vec<u8> {
    let n = (0..12).map(|row| (row != 1).then_some(row * 10));
    let colour = (0..12).map(|row| {
        (row != 2).then(|| {
            if row % 2 == 0 {
                b"blue".to_vec()
            } else {
                b"red".to_vec()
            }
        })
    });
    let kinds: Vec<&str> = (0..12)
        .map(|row| if row % 3 == 0 { "b" } else { "a" })
        .collect();
    let columns = [
        Cells::doubles((0..12).map(|row| f64::from(row) - 2.5)),
        Cells::I64(n.collect()),
        Cells::Bytes(colour.collect()),
        Cells::texts(&kinds),
    ];
    file(PLAIN, &columns, None, style)
}

#[test]
fn a_table_is_read_like_a_text_table() {
    let options = LoadOptions {
        label_column: Some("kind".into()),
        ..LoadOptions::default()
    };
    for (compression, rows_in_group) in [
        (Compression::UNCOMPRESSED, 5),
        (Compression::SNAPPY, 100),
        (Compression::GZIP(GzipLevel::default()), 1),
        (Compression::ZSTD(ZstdLevel::default()), 4),
        (Compression::LZ4_RAW, 12),
    ] {
        let style = Style {
            compression,
            rows_in_group,
        };
        let set = loaded_with(&[("t.parquet", plain(&style))], "t.parquet", &options).unwrap();
        assert_eq!((set.format.name(), set.shape.len()), ("parquet table", 4));
        assert_eq!(set.class_names, ["a", "b"]);
        let rows = rows(&set);
        assert_eq!(rows.len(), 12);
        let encoding = set.space.encoding.as_ref().unwrap();
        let ColumnEncoding::Number { fill, .. } = encoding.columns[1] else {
            unreachable!()
        };
        for (index, (features, class)) in rows.iter().enumerate() {
            let hot = match index {
                2 => [0.0, 0.0],
                _ => [
                    f32::from(u8::from(index % 2 == 0)),
                    f32::from(u8::from(index % 2 == 1)),
                ],
            };
            let number = if index == 1 {
                fill
            } else {
                index as f32 * 10.0
            };
            assert_eq!(features[..], [index as f32 - 2.5, number, hot[0], hot[1]]);
            assert_eq!(class, if index % 3 == 0 { "b" } else { "a" });
        }
        let texts = texts(&set);
        assert!(
            texts.contains(&format!(
                "repaired: missing numbers became the training median: `n` (1 × {fill})"
            )),
            "{texts:?}"
        );
        assert!(
            texts.contains(&"repaired: missing texts became zeros: `colour` (1)".to_owned()),
            "{texts:?}"
        );
    }
}

#[test]
fn columns_of_every_kind_are_read() {
    let schema = "required boolean flag; required int32 small (INTEGER(16,false)); required int64 big (INTEGER(64,false));
        required float single; required int32 price (DECIMAL(9,2)); required int32 day (DATE);
        required int64 at (TIMESTAMP(MICROS,true)); required binary number (STRING); required binary blob;
        required int64 label;";
    let row = |row: i64| row;
    let columns = [
        Cells::Bool((0..10).map(|row| Some(row % 2 == 1)).collect()),
        Cells::I32(vec![Some(-1); 10]),
        Cells::I64(vec![Some(-1); 10]),
        Cells::F32((0..10).map(|row| Some(row as f32 / 4.0)).collect()),
        Cells::I32((0..10).map(|row| Some(row * 25)).collect()),
        Cells::I32((0..10).map(|row| Some(19_000 + row)).collect()),
        Cells::I64((0..10).map(|row| Some(row * 43_200_000_000)).collect()),
        Cells::texts(&["0.5", "1.5", "2", "3", "4", "?", "6", "7", "8", "9"]),
        Cells::texts(&["\u{1}"; 10]),
        Cells::whole((0..10).map(|index| row(index) % 2 + 5)),
    ];
    let set = loaded(file(schema, &columns, None, &Style::default())).unwrap();
    assert_eq!(set.class_names, ["5", "6"]);
    let mut rows = rows(&set);
    rows.sort_by(|a, b| a.0[3].total_cmp(&b.0[3]));
    for (index, (features, class)) in rows.iter().enumerate() {
        let at = index as f32;
        let number = match index {
            0 => 0.5,
            1 => 1.5,
            5 => continue,
            _ => at,
        };
        let expected = [
            at % 2.0,
            4_294_967_295.0,
            18_446_744_073_709_551_615.0,
            at / 4.0,
            at / 4.0,
            19_000.0 + at,
            at / 2.0,
            number,
        ];
        assert_eq!(features[..], expected);
        assert_eq!(*class, (index % 2 + 5).to_string());
    }
    let texts = texts(&set);
    assert!(
        texts.contains(&"skipped: columns left out: `blob` (bytes that are no text)".to_owned()),
        "{texts:?}"
    );
    assert!(
        texts.contains(&"converted: dates became days since 1970-01-01: `day`, `at`".to_owned()),
        "{texts:?}"
    );
}

#[test]
fn classes_that_are_declared_keep_their_names_and_order() {
    let schema = "required double x; required int64 label;";
    let columns = [
        Cells::doubles((0..12).map(f64::from)),
        Cells::whole((0..12).map(|row| row % 2 * 2)),
    ];
    let features = r#"{"label": {"_type": "ClassLabel", "names": ["zebra", "ant", "bee"]}}"#;
    let set = loaded(file(schema, &columns, Some(features), &Style::default())).unwrap();
    assert_eq!(set.class_names, ["zebra", "bee"]);
    assert!(
        texts(&set).contains(&"warning: classes without samples are left out: `ant`".to_owned())
    );
    assert!(
        rows(&set)
            .iter()
            .all(|(x, class)| (x[0] % 2.0 == 0.0) == (class == "zebra"))
    );
    let columns = [columns[0].clone(), Cells::whole((0..12).map(|row| row % 4))];
    let error = message(loaded(file(
        schema,
        &columns,
        Some(features),
        &Style::default(),
    )));
    assert!(
        error.contains("row 4: expected a class from 0 to 2, found `3`"),
        "{error}"
    );
}

#[test]
fn files_are_splits_by_their_names() {
    let part = |from: i32, count: i32, label: &dyn Fn(i32) -> i64| {
        let columns = [
            Cells::doubles((from..from + count).map(f64::from)),
            Cells::whole((from..from + count).map(label)),
        ];
        file(
            "required double x; required int64 label;",
            &columns,
            None,
            &Style::default(),
        )
    };
    let label = |row: i32| i64::from(row % 2);
    let files = [
        ("data/train-00000-of-00002.parquet", part(0, 10, &label)),
        ("data/train-00001-of-00002.parquet", part(10, 4, &label)),
        (
            "data/validation-00000-of-00001.parquet",
            part(20, 4, &label),
        ),
        ("data/test-00000-of-00001.parquet", part(30, 6, &label)),
    ];
    let options = LoadOptions::default();
    for path in ["", "data", "data/train-00001-of-00002.parquet"] {
        let set = loaded_with(&files, path, &options).unwrap();
        let validation = set.validation.as_ref().unwrap().len();
        assert_eq!(
            (set.train.len(), validation, set.test.len()),
            (14, 4, 6),
            "{path}"
        );
        assert!(
            (0..14).all(|row| set.train.raw(row) == Sample::Features(&[row as f32])),
            "the order is kept"
        );
    }
    let set = loaded_with(&files[..3], "", &options).unwrap();
    assert_eq!(
        (set.train.len(), set.test.len(), set.validation.is_none()),
        (14, 4, true)
    );
    let unlabelled = ("data/test.parquet", {
        let schema = "required double x; optional int64 label;";
        let columns = [Cells::doubles([1.0, 2.0]), Cells::I64(vec![None, None])];
        file(schema, &columns, None, &Style::default())
    });
    let set = loaded_with(&[files[0].clone(), unlabelled.clone()], "", &options).unwrap();
    assert_eq!((set.train.len(), set.test.len()), (8, 2));
    assert!(texts(&set).contains(&"skipped: 2 test rows, none of which has a label".to_owned()));
    let other = file(
        "required double x;",
        &[Cells::doubles([1.0])],
        None,
        &Style::default(),
    );
    let set = loaded_with(
        &[files[0].clone(), ("data/test.parquet", other.clone())],
        "",
        &options,
    )
    .unwrap();
    assert!(
        texts(&set)
            .iter()
            .any(|text| text.contains("lacks the column `label`"))
    );
    let error = message(loaded_with(
        &[
            files[0].clone(),
            files[3].clone(),
            ("data/train.parquet", other),
        ],
        "",
        &options,
    ));
    assert!(
        error.contains("column `label`: missing, but the first file has it"),
        "{error}"
    );
}

#[test]
fn missing_labels_and_infinite_numbers_are_told_by_their_row_or_left_out() {
    let schema = "required double x; optional int64 label;";
    let cells = |x: &[f64], labels: &[Option<i64>]| {
        let columns = [
            Cells::doubles(x.iter().copied()),
            Cells::I64(labels.to_vec()),
        ];
        file(schema, &columns, None, &Style::default())
    };
    let labels = [Some(0), Some(1), None, Some(1), Some(0), Some(1)];
    let x = [1.0, 2.0, 3.0, f64::INFINITY, 5.0, f64::NAN];
    let error = message(loaded(cells(&x, &labels)));
    assert!(
        error.contains("row 3: expected a label in column `label`, found none; 1 row(s) lack it"),
        "{error}"
    );
    let whole = [Some(0), Some(1), Some(0), Some(1), Some(0), Some(1)];
    let error = message(loaded(cells(&x, &whole)));
    assert!(
        error.contains("row 4: expected a finite number in column `x`, found `inf`"),
        "{error}"
    );
    let options = LoadOptions {
        skip_bad: true,
        ..LoadOptions::default()
    };
    let set = loaded_with(&[("t.parquet", cells(&x, &labels))], "t.parquet", &options).unwrap();
    assert_eq!(set.train.len() + set.test.len(), 4);
}

#[test]
fn files_that_are_no_parquet_or_cut_short_are_told() {
    for bytes in [
        Vec::new(),
        b"PAR1".to_vec(),
        b"x,class\n1,a\n".to_vec(),
        plain(&Style::default())[..300].to_vec(),
    ] {
        let error = message(loaded(bytes));
        assert!(
            error.contains("t.parquet: not a readable parquet file"),
            "{error}"
        );
        assert!(
            error.contains("hint: the file is cut short or damaged"),
            "{error}"
        );
    }
}

#[test]
fn what_needs_too_much_memory_is_refused() {
    let columns = [
        Cells::doubles((0..2000).map(f64::from)),
        Cells::whole((0..2000).map(|row| row % 2)),
    ];
    let bytes = file(
        "required double x; required int64 label;",
        &columns,
        None,
        &Style::default(),
    );
    let options = LoadOptions {
        memory_limit: Some(10_000),
        ..LoadOptions::default()
    };
    let error = loaded_with(&[("t.parquet", bytes)], "t.parquet", &options).unwrap_err();
    assert!(
        matches!(error, Error::TooLarge { limit: 10_000, .. }),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_written_is_read(
        cells in prop::collection::vec((any::<f32>().prop_filter("finite", |x| x.is_finite()), any::<bool>(), 0_i64..3), 1..40),
        rows_in_group in 1_usize..50,
    ) {
        // Every class twice at least, and two classes at least.
        let two = [(0.0, true, 0), (0.0, false, 1)];
        let cells: Vec<_> = cells.iter().chain(&cells).chain(&two).chain(&two).copied().collect();
        let columns = [
            Cells::F32(cells.iter().map(|(x, ..)| Some(*x)).collect()),
            Cells::Bool(cells.iter().map(|(_, flag, _)| Some(*flag)).collect()),
            Cells::whole(cells.iter().map(|(.., label)| *label)),
        ];
        let style = Style { compression: Compression::SNAPPY, rows_in_group };
        let set = loaded(file("required float x; required boolean flag; required int64 class;", &columns, None, &style)).unwrap();
        let mut found: Vec<(u32, u32, i64)> = rows(&set)
            .into_iter()
            .map(|(row, class)| (row[0].to_bits(), row[1].to_bits(), class.parse().unwrap()))
            .collect();
        let mut expected: Vec<(u32, u32, i64)> = cells
            .iter()
            .map(|(x, flag, class)| (x.to_bits(), f32::from(u8::from(*flag)).to_bits(), *class))
            .collect();
        found.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
    }
}
