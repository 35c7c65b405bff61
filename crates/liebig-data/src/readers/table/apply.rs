//! Turns cells into features.

use rayon::prelude::*;

use super::column::{Column, MISSING};
use crate::classes::Classes;
use crate::notes::some_of;
use crate::{ColumnEncoding, Note, NoteKind};

/// Rows that one thread fills at a time.
const BLOCK: usize = 1024;

/// One column, ready to be written into samples.
struct Writer<'a> {
    /// Where its features begin in a sample.
    at: usize,
    what: What<'a>,
}

enum What<'a> {
    Numbers {
        values: &'a [f32],
        fill: f32,
    },
    /// The category of every text.
    Texts {
        ids: &'a [u32],
        category: Vec<Option<u32>>,
    },
}

/// The features of these rows, `[rows, width]`, row major. Column and encoding of the same place belong together.
pub(super) fn apply(encodings: &[ColumnEncoding], cells: &[Column], rows: &[usize]) -> Vec<f32> {
    let mut at = 0;
    let mut writers = Vec::with_capacity(encodings.len());
    for (encoding, cells) in encodings.iter().zip(cells) {
        let what = match (encoding, cells) {
            (
                ColumnEncoding::Number { fill, .. } | ColumnEncoding::Date { fill, .. },
                Column::Numbers(numbers),
            ) => Some(What::Numbers {
                values: &numbers.values,
                fill: *fill,
            }),
            (ColumnEncoding::Categories { categories, .. }, Column::Texts(texts)) => {
                let category = category_of(categories, &texts.distinct);
                Some(What::Texts {
                    ids: &texts.ids,
                    category,
                })
            }
            _ => None,
        };
        writers.extend(what.map(|what| Writer { at, what }));
        at += encoding.width();
    }
    let width = at;
    let mut features = vec![0.0; rows.len() * width];
    if width == 0 {
        return features;
    }
    let blocks = features
        .par_chunks_mut(BLOCK * width)
        .zip(rows.par_chunks(BLOCK));
    blocks.for_each(|(features, rows)| {
        for writer in &writers {
            write(writer, features, rows, width);
        }
    });
    features
}

fn write(writer: &Writer<'_>, features: &mut [f32], rows: &[usize], width: usize) {
    for (sample, &row) in features.chunks_exact_mut(width).zip(rows) {
        match &writer.what {
            What::Numbers { values, fill } => {
                let value = values[row];
                sample[writer.at] = if value.is_nan() { *fill } else { value };
            }
            What::Texts { ids, category } => {
                if let Some(Some(category)) = category.get(ids[row] as usize) {
                    sample[writer.at + *category as usize] = 1.0;
                }
            }
        }
    }
}

/// The place of every text among the categories.
fn category_of(categories: &[String], texts: &[String]) -> Vec<Option<u32>> {
    // The order is that of the encoding, which may come from elsewhere.
    let sorted = Classes::of(categories);
    let mut place = vec![0; sorted.len()];
    for (at, name) in (0..).zip(categories) {
        if let Some(label) = sorted.label(name) {
            place[label as usize] = at;
        }
    }
    let of = |text: &String| sorted.label(text).map(|label| place[label as usize]);
    texts.iter().map(of).collect()
}

/// What was filled in for missing cells, and which texts are no categories.
pub(super) fn notes(encodings: &[ColumnEncoding], cells: &[Column], rows: &[usize]) -> Vec<Note> {
    let (mut filled, mut zeros, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (encoding, cells) in encodings.iter().zip(cells) {
        let name = encoding.name();
        match (encoding, cells) {
            (
                ColumnEncoding::Number { fill, .. } | ColumnEncoding::Date { fill, .. },
                Column::Numbers(numbers),
            ) => {
                let missing = rows
                    .iter()
                    .filter(|&&row| numbers.values[row].is_nan())
                    .count();
                if missing > 0 {
                    filled.push(format!("`{name}` ({missing} × {fill})"));
                }
            }
            (ColumnEncoding::Categories { categories, .. }, Column::Texts(texts)) => {
                let missing = rows
                    .iter()
                    .filter(|&&row| texts.ids[row] == MISSING)
                    .count();
                if missing > 0 {
                    zeros.push(format!("`{name}` ({missing})"));
                }
                let category = category_of(categories, &texts.distinct);
                let counts = texts.count(rows);
                let others = texts.distinct.iter().zip(&counts).zip(&category);
                let others: Vec<_> = others
                    .filter(|((_, count), category)| **count > 0 && category.is_none())
                    .collect();
                if !others.is_empty() {
                    let cells: usize = others.iter().map(|((_, count), _)| **count).sum();
                    let texts: Vec<&String> = others.iter().map(|((text, _), _)| *text).collect();
                    unknown.push(format!("`{name}` ({cells}: {})", some_of(&texts)));
                }
            }
            _ => {}
        }
    }
    let mut notes = Vec::new();
    let mut note = |kind: NoteKind, what: &str, columns: &[String]| {
        if !columns.is_empty() {
            notes.push(kind.note(format!("{what}: {}", some_of(columns))));
        }
    };
    note(
        NoteKind::Repaired,
        "missing numbers became the training median",
        &filled,
    );
    note(NoteKind::Repaired, "missing texts became zeros", &zeros);
    note(
        NoteKind::Warning,
        "texts that are no training categories became zeros",
        &unknown,
    );
    notes
}
