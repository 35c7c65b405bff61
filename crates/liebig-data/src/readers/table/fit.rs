//! Finds on the training split how the columns of a table become features.

use rayon::prelude::*;

use super::column::{Column, Numbers, Texts};
use super::source::{Kind, Source};
use crate::classes::Classes;
use crate::notes::some_of;
use crate::{ColumnEncoding, Error, Note, NoteKind};

/// A text column with more distinct values than these is left out.
const MOST_CATEGORIES: usize = 64;
/// A text column with more distinct values than these is left out if there are fewer than two rows of each.
const MANY_CATEGORIES: usize = 10;

/// How each of these columns becomes features; `None` for one that cannot become one, which a note names.
pub(super) fn fit(
    source: &dyn Source,
    columns: &[(usize, Kind)],
    cells: &[Column],
    train: &[usize],
) -> Result<(Vec<Option<ColumnEncoding>>, Vec<Note>), Error> {
    let fitted: Vec<Result<ColumnEncoding, String>> = columns
        .par_iter()
        .zip(cells)
        .map(|((column, kind), cells)| {
            let name = source.names()[*column].clone();
            match (cells, kind) {
                (Column::Texts(texts), _) => categories(name, texts, train),
                (Column::Numbers(numbers), Kind::Date) => Ok(ColumnEncoding::Date {
                    name,
                    fill: median(numbers, train)?,
                }),
                (Column::Numbers(numbers), _) => Ok(ColumnEncoding::Number {
                    name,
                    fill: median(numbers, train)?,
                }),
            }
        })
        .collect();
    let name = |column: usize| &source.names()[column];
    let mut left_out = Vec::new();
    let mut fit = Vec::new();
    for ((column, _), fitted) in columns.iter().zip(fitted) {
        match fitted {
            Ok(encoding) => fit.push(Some(encoding)),
            Err(reason) => {
                left_out.push(format!("`{}` ({reason})", name(*column)));
                fit.push(None);
            }
        }
    }
    if fit.iter().all(Option::is_none) {
        return Err(Error::Column {
            path: source.path(),
            column: "*".into(),
            reason: format!("no column can be a feature: {}", some_of(&left_out)),
            hint: "a table needs a column of numbers, dates or a few different texts beside the label",
        });
    }
    let mut notes = Vec::new();
    if !left_out.is_empty() {
        let text = format!("columns left out: {}", some_of(&left_out));
        notes.push(NoteKind::Skipped.note(text));
    }
    let named = |wanted: fn(&ColumnEncoding) -> Option<String>| -> Vec<String> {
        fit.iter().flatten().filter_map(wanted).collect()
    };
    let texts = named(|column| match column {
        ColumnEncoding::Categories { name, categories } => Some(format!(
            "`{name}` ({}: {})",
            categories.len(),
            some_of(categories)
        )),
        _ => None,
    });
    if !texts.is_empty() {
        let text = format!(
            "text columns became one feature for each value: {}",
            some_of(&texts)
        );
        notes.push(NoteKind::Converted.note(text));
    }
    let dates = named(|column| match column {
        ColumnEncoding::Date { name, .. } => Some(format!("`{name}`")),
        _ => None,
    });
    if !dates.is_empty() {
        let text = format!("dates became days since 1970-01-01: {}", some_of(&dates));
        notes.push(NoteKind::Converted.note(text));
    }
    Ok((fit, notes))
}

/// The mean of the two middle numbers if their count is even.
fn median(numbers: &Numbers, train: &[usize]) -> Result<f32, String> {
    let there = train
        .iter()
        .map(|&row| numbers.values[row])
        .filter(|value| !value.is_nan());
    let mut there: Vec<f32> = there.collect();
    let upper = there.len() / 2;
    if there.is_empty() {
        return Err("no value in the training split".into());
    }
    let is_odd = there.len() % 2 == 1;
    let (below, &mut high, _) = there.select_nth_unstable_by(upper, f32::total_cmp);
    let low = below.iter().copied().max_by(f32::total_cmp);
    Ok(match low {
        Some(low) if !is_odd => ((f64::from(low) + f64::from(high)) / 2.0) as f32,
        _ => high,
    })
}

fn categories(name: String, texts: &Texts, train: &[usize]) -> Result<ColumnEncoding, String> {
    let counts = texts.count(train);
    let rows: usize = counts.iter().sum();
    let used = texts
        .distinct
        .iter()
        .zip(&counts)
        .filter(|(_, count)| **count > 0);
    let found: Vec<&String> = used.map(|(text, _)| text).collect();
    let distinct = found.len();
    if distinct > MOST_CATEGORIES || (distinct > MANY_CATEGORIES && distinct * 2 > rows) {
        return Err(format!(
            "{distinct} different texts in {rows} training rows"
        ));
    }
    if found.is_empty() {
        return Err("no value in the training split".into());
    }
    Ok(ColumnEncoding::Categories {
        name,
        categories: Classes::of(found).names().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn numbers(values: &[f32]) -> Numbers {
        let mut numbers = Numbers::default();
        for &value in values {
            match value.is_nan() {
                true => numbers.push_missing(),
                false => numbers.push(value, || value.into()),
            }
        }
        numbers
    }

    #[test]
    fn the_median_is_that_of_the_training_rows() {
        let column = numbers(&[3.0, 1.0, f32::NAN, 2.0, 100.0, 4.0]);
        for (rows, expected) in [
            (&[0, 1, 3][..], 2.0),
            (&[0, 1, 3, 5], 2.5),
            (&[0, 2], 3.0),
            (&[0, 1, 2, 3, 4, 5], 3.0),
            (&[4, 5], 52.0),
        ] {
            assert_eq!(median(&column, rows).unwrap(), expected, "{rows:?}");
        }
        assert!(median(&column, &[2]).is_err());
    }

    #[test]
    fn few_texts_are_categories_and_many_are_not() {
        let texts_of = |count: usize, rows: usize| {
            let mut texts = Texts::default();
            for row in 0..rows {
                texts.push(&format!("t{}", row % count));
            }
            let rows: Vec<usize> = (0..rows).collect();
            categories("x".into(), &texts, &rows)
        };
        let names = |result: Result<ColumnEncoding, String>| match result.unwrap() {
            ColumnEncoding::Categories { categories, .. } => categories,
            _ => unreachable!(),
        };
        assert_eq!(
            names(texts_of(11, 22))[..3],
            ["t0", "t1", "t2"],
            "natural order"
        );
        assert_eq!(names(texts_of(10, 10)).len(), 10);
        assert_eq!(names(texts_of(64, 1000)).len(), 64);
        assert_eq!(
            texts_of(11, 21).unwrap_err(),
            "11 different texts in 21 training rows"
        );
        assert_eq!(
            texts_of(65, 1000).unwrap_err(),
            "65 different texts in 1000 training rows"
        );
    }
}
