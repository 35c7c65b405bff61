#![allow(clippy::unwrap_used)]
//! Tables that are read with the encoding of another.

use std::sync::Arc;

use super::tests::{
    LABELS, assert_rows, features, file, message, missing_row, plain_row, read, read_with,
    text_and_date_row,
};
use crate::{ColumnEncoding, LoadOptions, TableEncoding};

fn encoded(encoding: Arc<TableEncoding>) -> LoadOptions {
    LoadOptions {
        encoding: Some(encoding),
        ..LoadOptions::default()
    }
}

#[test]
fn other_data_are_read_with_the_encoding_of_a_set() {
    let parts = read(&file("a,b,c,species", "\n", text_and_date_row)).unwrap();
    let encoding = parts.encoding.unwrap();
    // Columns in another order, another value, missing cells, a new column.
    let row = |row: usize| {
        let [a, ..] = features(row);
        match row {
            0 => format!("1,{},green,,2024-01-01", LABELS[0]),
            1 => format!("2,{},,NA,", LABELS[1]),
            _ => format!("3,{},red,{a},2024-01-02", LABELS[row % 3]),
        }
    };
    let text = file("new,species,b,a,c", "\n", row);
    let other = read_with(&text, &encoded(Arc::clone(&encoding))).unwrap();
    assert_eq!(other.encoding.as_ref(), Some(&encoding));
    let (ColumnEncoding::Number { fill, .. }, ColumnEncoding::Date { fill: day, .. }) =
        (&encoding.columns[0], &encoding.columns[2])
    else {
        unreachable!("a number and a date")
    };
    assert_rows(&other, |row| {
        let values = match row {
            0 => vec![*fill, 0.0, 0.0, 19_723.0],
            1 => vec![*fill, 0.0, 0.0, *day],
            _ => vec![features(row)[0], 0.0, 1.0, 19_724.0],
        };
        (values, LABELS[row % 3].into())
    });
    let texts = other.texts();
    for expected in [
        "columns that the encoding does not have: `new`".to_owned(),
        "texts that are no training categories became zeros: `b` (1: green)".into(),
        "missing texts became zeros: `b` (1)".into(),
        format!("missing numbers became the training median: `a` (2 × {fill}), `c` (1 × {day})"),
    ] {
        assert!(texts.contains(&expected.as_str()), "{texts:?}");
    }
    let lacking = file("species,b", "\n", |row| format!("{},red", LABELS[row % 3]));
    let error = message(read_with(&lacking, &encoded(Arc::clone(&encoding))));
    assert!(
        error.contains("column `a`, `c`: missing; the table has species, b"),
        "{error}"
    );
    let unlabelled = file("kind,a,b,c", "\n", |_| "x,1,red,2024-01-01".into());
    let error = message(read_with(&unlabelled, &encoded(Arc::clone(&encoding))));
    assert!(error.contains("no column `species`"), "{error}");
    let words = file("species,a,b,c", "\n", |row| {
        format!("{},x,red,2024-01-01", LABELS[row % 3])
    });
    let error = message(read_with(&words, &encoded(encoding)));
    assert!(
        error.contains("line 2: expected a finite number in column `a`, found `x`"),
        "{error}"
    );
}

#[test]
fn the_same_data_are_read_the_same_with_their_own_encoding() {
    for row in [plain_row, missing_row, text_and_date_row] {
        let text = file("a,b,c,species", "\n", row);
        let parts = read(&text).unwrap();
        let again = read_with(&text, &encoded(parts.encoding.clone().unwrap())).unwrap();
        assert_eq!((&again.train, &again.test), (&parts.train, &parts.test));
        assert_eq!(again.encoding, parts.encoding);
    }
}

#[test]
fn truth_values_are_read_as_numbers_again() {
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
    let again = read_with(&text, &encoded(parts.encoding.clone().unwrap())).unwrap();
    assert_eq!(again.train, parts.train);
}
