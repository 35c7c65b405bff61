//! From the texts of the label column to classes.

use super::column::{MISSING, Texts};
use super::label_column::wrong;
use super::source::Source;
use crate::classes::Classes;
use crate::{Error, Note, NoteKind};

/// From so many rows on, a column with almost as many distinct values as rows cannot be a label.
const ENOUGH_ROWS: usize = 10;
/// More distinct numbers than these are no classes if there are few rows of each.
const MANY_NUMBERS: usize = 20;
/// So many rows of each number are few.
const FEW_ROWS: usize = 4;

/// The classes of a table.
pub(in super::super) struct Labels {
    pub class_names: Vec<String>,
    /// The class of every row; of rows without a label, something.
    pub labels: Vec<u32>,
    pub notes: Vec<Note>,
}

/// The classes of the `rows` that have a label, in natural order; numbers are the same class if they have the same value.
/// Names that the file declares keep their order.
pub(in super::super) fn classes(
    source: &dyn Source,
    column: usize,
    texts: &Texts,
    rows: &[usize],
) -> Result<Labels, Error> {
    if let Some(names) = source.class_names(column) {
        return declared(source, column, texts, rows, names);
    }
    let counts = texts.count(rows);
    let used = texts.distinct.iter().zip(&counts);
    let used: Vec<&String> = used
        .filter(|(_, count)| **count > 0)
        .map(|(text, _)| text)
        .collect();
    let name = &source.names()[column];
    check(source, name, &used, rows.len())?;
    let plain = plain_names(&texts.distinct);
    let names = plain.iter().zip(&counts);
    let classes = Classes::of(names.filter(|(_, count)| **count > 0).map(|(name, _)| name));
    let of_text: Vec<u32> = plain
        .iter()
        .map(|name| classes.label(name).unwrap_or(0))
        .collect();
    one_class(source, name, classes.names())?;
    Ok(Labels {
        class_names: classes.names().to_vec(),
        labels: labels_of(texts, &of_text),
        notes: Vec::new(),
    })
}

/// Refuses values that are no classes.
fn check(source: &dyn Source, name: &str, distinct: &[&String], rows: usize) -> Result<(), Error> {
    let values: Vec<Option<f64>> = distinct.iter().map(|text| text.parse().ok()).collect();
    let count = distinct.len();
    let numbers = values.iter().all(Option::is_some);
    let fraction = values
        .iter()
        .position(|value| value.is_some_and(|value| value.fract() != 0.0));
    let almost_all = rows >= ENOUGH_ROWS && 5 * count >= 4 * rows;
    let reason = match fraction {
        Some(at) if numbers => format!(
            "column `{name}` looks like regression: {count} distinct numbers in {rows} rows, with fractions such as {}; classes are needed",
            distinct[at]
        ),
        _ if numbers && (almost_all || (count > MANY_NUMBERS && count * FEW_ROWS > rows)) => {
            format!(
                "column `{name}` looks like regression: {count} distinct numbers in {rows} rows; classes are needed"
            )
        }
        _ if almost_all => format!(
            "column `{name}` holds no classes: {count} distinct texts in {rows} rows, such as `{}`",
            distinct[0]
        ),
        _ => return Ok(()),
    };
    Err(wrong(source, reason))
}

/// The names by which texts are the same class: whole numbers without a fraction, if all are numbers.
fn plain_names(distinct: &[String]) -> Vec<String> {
    let plain = |text: &String| {
        let value: f64 = text.parse().ok()?;
        let digits = text.trim_start_matches(['+', '-']);
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        match value.fract() == 0.0 {
            true if is_plain && !text.starts_with('+') => Some(text.clone()),
            // Adding zero makes -0 a 0.
            true => Some(format!("{:.0}", value + 0.0)),
            false => None,
        }
    };
    let numbers: Option<Vec<String>> = distinct.iter().map(plain).collect();
    numbers.unwrap_or_else(|| distinct.to_vec())
}

fn one_class(source: &dyn Source, column: &str, names: &[String]) -> Result<(), Error> {
    let found = match names {
        [] => "no class at all".into(),
        [name] => format!("only `{name}`"),
        _ => return Ok(()),
    };
    Err(Error::TooFewClasses {
        place: format!(
            "{}: column `{column}` holds {found}",
            source.path().display()
        ),
        found: names.len(),
    })
}

fn labels_of(texts: &Texts, of_text: &[u32]) -> Vec<u32> {
    let label = |&id: &u32| of_text.get(id as usize).copied().unwrap_or(0);
    texts.ids.iter().map(label).collect()
}

/// Classes whose names are declared: the texts are their numbers from 0. Those without any row are left out.
fn declared(
    source: &dyn Source,
    column: usize,
    texts: &Texts,
    rows: &[usize],
    names: &[String],
) -> Result<Labels, Error> {
    let number = |text: &String| text.parse::<usize>().ok().filter(|&n| n < names.len());
    let numbers: Vec<Option<usize>> = texts.distinct.iter().map(number).collect();
    let beyond = |&&row: &&usize| {
        let id = texts.ids[row];
        id != MISSING && numbers[id as usize].is_none()
    };
    if let Some(&row) = rows.iter().find(beyond) {
        return Err(source.place(row).error(
            format!("a class from 0 to {}", names.len().saturating_sub(1)),
            format!("`{}`", texts.text(row).unwrap_or_default()),
        ));
    }
    let mut rows_of = vec![0; names.len()];
    for (number, count) in numbers.iter().zip(texts.count(rows)) {
        if let Some(number) = number {
            rows_of[*number] += count;
        }
    }
    let (class_names, of_number, notes) = without_empty(names, &rows_of);
    one_class(source, &source.names()[column], &class_names)?;
    let of_text: Vec<u32> = numbers
        .iter()
        .map(|number| number.map_or(0, |number| of_number[number]))
        .collect();
    Ok(Labels {
        class_names,
        labels: labels_of(texts, &of_text),
        notes,
    })
}

/// Leaves out the classes without samples: the names of the others, the new number of each class, and a note.
fn without_empty(names: &[String], samples: &[usize]) -> (Vec<String>, Vec<u32>, Vec<Note>) {
    let (mut kept, mut empty, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for (name, &count) in names.iter().zip(samples) {
        numbers.push(kept.len() as u32);
        match count {
            0 => empty.push(format!("`{name}`")),
            _ => kept.push(name.clone()),
        }
    }
    let mut notes = Vec::new();
    if !empty.is_empty() {
        let text = format!(
            "classes without samples are left out: {}",
            crate::notes::some_of(&empty)
        );
        notes.push(NoteKind::Warning.note(text));
    }
    (kept, numbers, notes)
}
