#![allow(clippy::unwrap_used)]
//! Tables as people have them, after public bug reports: catboost 154, LightGBM 345, Aliro 208, mlpack's examples 15.

use super::csv::parse;
use crate::parts::Parts;
use crate::readers::mutate::survives;
use crate::split::Sample;
use crate::{ColumnEncoding, Error, LoadOptions};

pub(super) const LABELS: [&str; 3] = ["setosa", "versi color", "vir\"ginica"];
const ROWS: usize = 60;

/// Three features of a row, with three decimals.
pub(super) fn features(row: usize) -> [f32; 3] {
    let value = |seed: usize| ((row * 37 + seed * 101) % 997) as f32 / 1000.0 - 0.3;
    [value(1) + (row % 3 * 4) as f32, value(2), value(3)]
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A file of a header and rows, each line ended by `end`.
pub(super) fn file(header: &str, end: &str, row: impl Fn(usize) -> String) -> String {
    let header = (!header.is_empty()).then(|| header.to_owned());
    let lines = header.into_iter().chain((0..ROWS).map(row));
    lines.map(|line| line + end).collect()
}

pub(super) fn plain_row(row: usize) -> String {
    let [a, b, c] = features(row);
    format!("{a},{b},{c},{}", quoted(LABELS[row % 3]))
}

pub(super) fn read(text: &str) -> Result<Parts, Error> {
    read_with(text, &LoadOptions::default())
}

pub(super) fn read_with(text: &str, options: &LoadOptions) -> Result<Parts, Error> {
    parse("t.csv", text.as_bytes(), options)
}

pub(super) fn message(result: Result<Parts, Error>) -> String {
    result.err().unwrap().to_string()
}

fn strict() -> LoadOptions {
    LoadOptions {
        strict: true,
        ..LoadOptions::default()
    }
}

/// Every row with its class, training rows first.
fn rows(parts: &Parts) -> Vec<(Vec<f32>, String)> {
    let names = parts.class_names.as_ref().unwrap();
    let mut rows = Vec::new();
    for split in [&parts.train, &parts.test] {
        for (index, &label) in split.labels().iter().enumerate() {
            let Sample::Features(features) = split.raw(index) else {
                unreachable!("a table")
            };
            rows.push((features.to_vec(), names[label as usize].clone()));
        }
    }
    rows
}

/// The rows in any order, as they should be.
pub(super) fn assert_rows(parts: &Parts, expected: impl Fn(usize) -> (Vec<f32>, String)) {
    let sorted = |mut rows: Vec<(Vec<f32>, String)>| {
        rows.sort_by(|(a, _), (b, _)| {
            a.iter()
                .map(|x| x.to_bits())
                .cmp(b.iter().map(|x| x.to_bits()))
        });
        rows
    };
    assert_eq!(
        sorted(rows(parts)),
        sorted((0..ROWS).map(expected).collect())
    );
}

fn plain(row: usize) -> (Vec<f32>, String) {
    (features(row).to_vec(), LABELS[row % 3].into())
}

#[test]
fn quoted_labels_with_quotes_and_spaces() {
    let parts = read(&file("a,b,c,species", "\n", plain_row)).unwrap();
    assert_eq!(parts.class_names.as_deref().unwrap(), LABELS);
    assert_eq!((parts.train.len(), parts.test.len()), (48, 12));
    assert_rows(&parts, plain);
    let number = |name: &str| ColumnEncoding::Number {
        name: name.into(),
        fill: 0.0,
    };
    let encoding = parts.encoding.as_ref().unwrap();
    let names: Vec<&str> = encoding.columns.iter().map(ColumnEncoding::name).collect();
    assert_eq!(
        (names, encoding.label.as_str()),
        (vec!["a", "b", "c"], "species")
    );
    assert_eq!(encoding.columns[0].width(), number("a").width());
}

#[test]
fn byte_order_mark_semicolons_and_decimal_commas() {
    let row = |row| {
        let [a, b, c] = features(row).map(|x| x.to_string().replace('.', ","));
        format!("{a};{b};{c};{}", quoted(LABELS[row % 3]))
    };
    let text = format!("\u{feff}{}", file("a;b;c;species", "\r\n", row));
    let parts = read(&text).unwrap();
    assert_rows(&parts, plain);
    assert!(
        parts
            .texts()
            .contains(&"decimal commas read as decimal points")
    );
}

#[test]
fn a_label_in_the_first_column_without_a_header() {
    let row = |row: usize| {
        let [a, b, c] = features(row);
        format!("{},{a},{b},{c}", row % 3)
    };
    let text = file("", "\n", row);
    let expected = |row: usize| (features(row).to_vec(), (row % 3).to_string());
    let parts = read(&text).unwrap();
    assert_rows(&parts, expected);
    assert!(
        parts
            .texts()
            .contains(&"label column `1`, as it holds few whole numbers")
    );
    let options = LoadOptions {
        label_column: Some("first".into()),
        ..LoadOptions::default()
    };
    assert_rows(&read_with(&text, &options).unwrap(), expected);
}

/// Without the cells that are missing.
fn is_missing(row: usize, column: usize) -> bool {
    (row + column).is_multiple_of(7) || (row + column).is_multiple_of(11)
}

pub(super) fn missing_row(row: usize) -> String {
    let cell = |(column, x): (usize, f32)| match (row + column) % 7 {
        0 => String::new(),
        _ if is_missing(row, column) => ["NA", "n/a", "NaN", "null", "?", "-"][row % 6].into(),
        _ => x.to_string(),
    };
    let cells: Vec<String> = features(row).into_iter().enumerate().map(cell).collect();
    format!("{},{}", cells.join(","), quoted(LABELS[row % 3]))
}

#[test]
fn missing_numbers_become_the_median_of_the_training_split() {
    let text = file("a,b,c,species", "\n", missing_row);
    let parts = read(&text).unwrap();
    let fills: Vec<f32> = (0..3)
        .map(
            |column| match parts.encoding.as_ref().unwrap().columns[column] {
                ColumnEncoding::Number { fill, .. } => fill,
                _ => unreachable!("numbers"),
            },
        )
        .collect();
    assert_rows(&parts, |row| {
        let filled = |(column, x)| {
            if is_missing(row, column) {
                fills[column]
            } else {
                x
            }
        };
        (
            features(row).into_iter().enumerate().map(filled).collect(),
            LABELS[row % 3].into(),
        )
    });
    // The median of what is there in the training split alone; a filled cell equals it by chance at most.
    for (column, &fill) in fills.iter().enumerate() {
        let mut there: Vec<f32> = (0..parts.train.len())
            .map(|index| rows(&parts)[index].0[column])
            .filter(|&x| x != fill)
            .collect();
        there.sort_by(f32::total_cmp);
        let below = there.iter().filter(|&&x| x < fill).count();
        assert!(
            below.abs_diff(there.len() - below) <= 1,
            "{column}: {below} of {}",
            there.len()
        );
    }
    let missing = |column| (0..ROWS).filter(|&row| is_missing(row, column)).count();
    let [a, b, c] = [0, 1, 2].map(|column| format!("({} × {})", missing(column), fills[column]));
    let expected = format!("missing numbers became the training median: `a` {a}, `b` {b}, `c` {c}");
    assert!(
        parts.texts().contains(&expected.as_str()),
        "{:?}",
        parts.texts()
    );
    let error = message(read_with(&text, &strict()));
    let count = missing(0);
    assert!(
        error.contains(&format!(
            "column `a`: {count} missing cell(s), the first in line 2"
        )),
        "{error}"
    );
}

pub(super) fn text_and_date_row(row: usize) -> String {
    let colour = if row.is_multiple_of(2) {
        "dark, blue"
    } else {
        "red"
    };
    format!(
        "{},{},2024-0{}-01,{}",
        features(row)[0],
        quoted(colour),
        1 + row % 9,
        quoted(LABELS[row % 3])
    )
}

#[test]
fn texts_become_categories_and_dates_become_days() {
    let text = file("a,b,c,species", "\n", text_and_date_row);
    let parts = read(&text).unwrap();
    const DAYS: [f32; 9] = [
        19_723.0, 19_754.0, 19_783.0, 19_814.0, 19_844.0, 19_875.0, 19_905.0, 19_936.0, 19_967.0,
    ];
    assert_rows(&parts, |row| {
        let blue = f32::from(u8::from(row.is_multiple_of(2)));
        let values = vec![features(row)[0], blue, 1.0 - blue, DAYS[row % 9]];
        (values, LABELS[row % 3].into())
    });
    let texts = parts.texts();
    assert!(
        texts.contains(&"text columns became one feature for each value: `b` (2: dark, blue, red)"),
        "{texts:?}"
    );
    assert!(
        texts.contains(&"dates became days since 1970-01-01: `c`"),
        "{texts:?}"
    );
    let names = parts.encoding.unwrap().feature_names();
    assert_eq!(names, ["a", "b=dark, blue", "b=red", "c"]);
    let error = message(read_with(&text, &strict()));
    assert!(
        error.contains("column `b`: texts in 60 row(s), the first `dark, blue` in line 2"),
        "{error}"
    );
}

#[test]
fn row_numbers_and_constants_are_named() {
    let row = |row: usize| {
        format!(
            "{},7,{},{}",
            1000 + row,
            features(row)[0],
            quoted(LABELS[row % 3])
        )
    };
    let parts = read(&file("id,constant,a,species", "\n", row)).unwrap();
    assert_rows(&parts, |row| {
        let values = vec![1000.0 + row as f32, 7.0, features(row)[0]];
        (values, LABELS[row % 3].into())
    });
    let texts = parts.texts();
    assert!(
        texts.contains(&"columns that look like row numbers, not like features: `id`"),
        "{texts:?}"
    );
    assert!(
        texts.contains(&"columns with a single value: `constant`"),
        "{texts:?}"
    );
}

#[test]
fn one_class_ragged_rows_and_regression_are_refused_with_the_reason() {
    let numbers = |row: usize| {
        let [a, b, c] = features(row);
        format!("{a},{b},{c}")
    };
    let one = file("a,b,c,species", "\n", |row| numbers(row) + ",x");
    let error = message(read(&one));
    assert!(
        error.contains("t.csv: column `species` holds only `x`: 1 class(es) found"),
        "{error}"
    );
    let ragged = file("a,b,c,species", "\n", plain_row) + "1,2\n";
    assert!(message(read(&ragged)).contains("t.csv: line 62: expected 4 cells, found 2"));
    let regression = file("a,b,c,species", "\n", |row| {
        format!("{},{:.4}", numbers(row), row as f32 * 3.7013)
    });
    let error = message(read(&regression));
    let expected = "column `species` looks like regression: 60 distinct numbers in 60 rows, with fractions such as ";
    assert!(error.contains(expected), "{error}");
    let prices = file("a,b,c,target", "\n", |row| {
        format!("{},{}", numbers(row), row / 2 * 1000)
    });
    let error = message(read(&prices));
    assert!(
        error.contains("column `target` looks like regression: 30 distinct numbers in 60 rows"),
        "{error}"
    );
    let names = file("a,b,c,class", "\n", |row| {
        format!("{},n{row}", numbers(row))
    });
    let error = message(read(&names));
    assert!(
        error.contains("column `class` holds no classes: 60 distinct texts in 60 rows"),
        "{error}"
    );
    let unlabelled = file("a,b,c,class", "\n", |row| {
        numbers(row) + if row < 58 { ",x" } else { ",?" }
    });
    let error = message(read(&unlabelled));
    assert!(
        error.contains("line 60: expected a label in column `class`, found none; 2 row(s) lack it"),
        "{error}"
    );
}

#[test]
fn texts_of_many_values_and_unclear_dates_are_left_out() {
    let row = |row: usize| {
        format!(
            "{},name {row},{}/{}/2024,,{}",
            features(row)[1],
            row % 12 + 1,
            row % 11 + 1,
            LABELS[row % 2]
        )
    };
    let text = file("a,name,day,empty,species", "\n", row);
    let parts = read(&text).unwrap();
    assert_rows(&parts, |row| {
        (vec![features(row)[1]], LABELS[row % 2].into())
    });
    let texts = parts.texts();
    let expected = "columns left out: `day` (dates that do not say which number is the month; write 2024-12-31), `empty` (it is empty)";
    assert!(texts.contains(&expected), "{texts:?}");
    assert!(
        texts.contains(&"columns left out: `name` (48 different texts in 48 training rows)"),
        "{texts:?}"
    );
}

#[test]
fn truth_values_are_numbers_or_classes() {
    let row = |row: usize| {
        format!(
            "{},{},{}",
            features(row)[0],
            row.is_multiple_of(4),
            LABELS[row % 2]
        )
    };
    let text = file("a,flag,species", "\n", row);
    let parts = read(&text).unwrap();
    assert_rows(&parts, |row| {
        let flag = f32::from(u8::from(row.is_multiple_of(4)));
        (vec![features(row)[0], flag], LABELS[row % 2].into())
    });
    let text = file("a,sold", "\n", |row| {
        format!("{},{}", features(row)[0], row.is_multiple_of(4))
    });
    assert_eq!(read(&text).unwrap().class_names.unwrap(), ["false", "true"]);
}

#[test]
fn damaged_files_are_read_or_refused() {
    let with_comma = |row: usize| plain_row(row).replace(',', ";").replace('.', ",");
    let good: Vec<Vec<u8>> = [
        file("a,b,c,species", "\n", plain_row),
        file("a;b;c;species", "\r\n", with_comma),
        file("a,b,c,species", "\n", missing_row),
        file("a,b,c,species", "\n", text_and_date_row),
        file("", "\n", plain_row),
    ]
    .into_iter()
    .map(String::into_bytes)
    .collect();
    let options = LoadOptions {
        memory_limit: Some(256 << 20),
        skip_bad: true,
        ..LoadOptions::default()
    };
    survives("table of text", &good, |bytes| {
        let _ = parse("t.csv", bytes, &options);
        let _ = parse("t.csv", bytes, &LoadOptions::default());
    });
}
