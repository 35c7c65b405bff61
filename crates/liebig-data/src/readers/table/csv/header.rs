//! Whether the first line names the columns.

use std::collections::HashSet;

use super::super::cell::{Counts, is_missing, is_missing_number, number};
use super::super::date;
use super::grid::Grid;
use crate::notes::some_of;
use crate::{Note, NoteKind};

/// What the first line is.
pub(super) enum Header {
    /// The columns' names.
    Names(Vec<String>),
    /// Data like every other line.
    None,
}

/// Rows that are looked at.
const ROWS: usize = 1000;

/// The first line names the columns if it has a word where the other lines have numbers or dates. If it has no number
/// where others have them, it is data as soon as it has any number, or if all its cells are found again below.
pub(super) fn of(grid: &Grid) -> Header {
    let names = || {
        Header::Names(
            (0..grid.names.len())
                .map(|column| grid.cell(0, column).to_owned())
                .collect(),
        )
    };
    if grid.len() == 0 {
        return Header::None;
    }
    let is_number = |cell: &str| number(cell, grid.comma).is_some();
    let is_word =
        |cell: &str| !is_number(cell) && !is_missing_number(cell) && date::parse(cell).is_none();
    let (mut any_number, mut all_again) = (false, true);
    for column in 0..grid.names.len() {
        let first = grid.cell(0, column);
        let mut counts = Counts::default();
        let mut again = false;
        for row in 1..grid.len().min(ROWS) {
            let cell = grid.cell(row, column);
            again |= cell == first;
            counts.add(cell, grid.comma);
        }
        let filled = counts.numbers + counts.words;
        let values = counts.numbers + counts.dates;
        if is_word(first) && filled > 0 && 2 * values > filled {
            return names();
        }
        any_number |= is_number(first) || date::parse(first).is_some();
        all_again &= again;
    }
    match any_number || (all_again && grid.len() > 1) {
        true => Header::None,
        false => names(),
    }
}

/// The names, each once: of several equal ones, the later get a number, as pandas does it. An empty name is
/// `Unnamed: 0`, with the column's number from 0.
pub(super) fn distinct(names: Vec<String>) -> (Vec<String>, Option<Note>) {
    let mut known: HashSet<String> = HashSet::new();
    let taken: HashSet<String> = names.iter().cloned().collect();
    let mut changed = Vec::new();
    let mut distinct = Vec::with_capacity(names.len());
    for (column, name) in names.into_iter().enumerate() {
        let mut own = if is_missing(&name) && name.is_empty() {
            format!("Unnamed: {column}")
        } else {
            name.clone()
        };
        let mut number = 0;
        while known.contains(&own) || (own != name && taken.contains(&own)) {
            number += 1;
            own = format!("{name}.{number}");
        }
        if own != name {
            changed.push(format!("`{own}`"));
        }
        known.insert(own.clone());
        distinct.push(own);
    }
    let note = (!changed.is_empty()).then(|| {
        let text = format!(
            "columns without a name of their own are called {}",
            some_of(&changed)
        );
        NoteKind::Repaired.note(text)
    });
    (distinct, note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_distinct() {
        let names = ["", "a", "a", "b", "a", "a.1", ""]
            .map(str::to_owned)
            .to_vec();
        let (distinct, note) = distinct(names);
        let expected = ["Unnamed: 0", "a", "a.2", "b", "a.3", "a.1", "Unnamed: 6"];
        assert_eq!(distinct, expected);
        assert!(note.is_some_and(|note| note.text.contains("`a.2`")));
    }
}
