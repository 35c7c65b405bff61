//! Columns that hold what a network should hardly learn from.

use super::column::Column;
use crate::notes::some_of;
use crate::{ColumnEncoding, Note, NoteKind};

/// Names of columns that number the rows, in lower case.
const ID_NAMES: &[&str] = &[
    "id",
    "index",
    "idx",
    "rowid",
    "row_id",
    "unnamed: 0",
    "uuid",
];
/// Fewer rows than these rise by chance.
const ENOUGH_ROWS: usize = 5;

/// Warnings about columns that number the rows and about columns that do not vary in the training split. They are kept.
pub(super) fn suspicions(
    encodings: &[ColumnEncoding],
    cells: &[Column],
    train: &[usize],
) -> Vec<Note> {
    let (mut ids, mut constant) = (Vec::new(), Vec::new());
    for (encoding, cells) in encodings.iter().zip(cells) {
        let name = encoding.name();
        let named = ID_NAMES.contains(&name.to_lowercase().as_str());
        if named || (matches!(encoding, ColumnEncoding::Number { .. }) && numbers_rows(cells)) {
            ids.push(format!("`{name}`"));
        }
        if is_constant(cells, train) {
            constant.push(format!("`{name}`"));
        }
    }
    let mut notes = Vec::new();
    if !ids.is_empty() {
        let text = format!(
            "columns that look like row numbers, not like features: {}",
            some_of(&ids)
        );
        notes.push(NoteKind::Warning.note(text));
    }
    if !constant.is_empty() {
        let text = format!("columns with a single value: {}", some_of(&constant));
        notes.push(NoteKind::Warning.note(text));
    }
    notes
}

/// Whether every row has a whole number that is larger than the one before.
fn numbers_rows(cells: &Column) -> bool {
    match cells {
        Column::Numbers(numbers) => {
            numbers.rising
                && numbers.whole
                && numbers.missing == 0
                && numbers.values.len() >= ENOUGH_ROWS
        }
        Column::Texts(_) => false,
    }
}

fn is_constant(cells: &Column, train: &[usize]) -> bool {
    match cells {
        Column::Numbers(numbers) => {
            let mut values = train
                .iter()
                .map(|&row| numbers.values[row])
                .filter(|value| !value.is_nan());
            values
                .next()
                .is_some_and(|first| values.all(|value| value == first))
        }
        Column::Texts(texts) => {
            texts
                .count(train)
                .into_iter()
                .filter(|&count| count > 0)
                .count()
                == 1
        }
    }
}
