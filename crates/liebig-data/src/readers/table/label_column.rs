//! Which column of a table holds the class.

use super::column::Column;
use super::source::{Kind, Source};
use crate::{Error, Note, NoteKind};

/// Names of columns that hold the class, in lower case.
pub(in super::super) const NAMES: &[&str] = &[
    "class",
    "classes",
    "label",
    "labels",
    "target",
    "species",
    "variety",
    "category",
    "diagnosis",
    "outcome",
    "y",
];
/// A column of whole numbers at either end is taken for the label only if it has at most so many distinct ones, each of
/// them in two rows at least.
const MOST_NUMBERS: usize = 100;

/// The label column: the one asked for; otherwise the one with a usual name; otherwise the only one that holds texts;
/// otherwise the first or the last, if exactly one of them holds a few whole numbers again and again.
pub(super) fn choose(
    source: &dyn Source,
    kinds: &[Kind],
    asked: Option<&str>,
) -> Result<(usize, Note), Error> {
    let names = source.names();
    let note = |column: usize, why: &str| {
        let text = format!("label column `{}`{why}", names[column]);
        Ok((column, NoteKind::Chosen.note(text)))
    };
    if names.len() < 2 {
        let reason = format!(
            "{} column(s), expected a label and at least one feature",
            names.len()
        );
        return Err(wrong(source, reason));
    }
    if let Some(asked) = asked {
        return match numbered(names, asked) {
            Some(column) => note(column, ""),
            None => Err(wrong(source, format!("no column `{asked}`"))),
        };
    }
    let usual = |name: &String| NAMES.contains(&name.to_lowercase().as_str());
    let mut candidates = indices(names, usual);
    if candidates.is_empty() {
        candidates = indices(kinds, |kind| matches!(kind, Kind::Text | Kind::Boolean));
    }
    if candidates.is_empty() {
        for end in [0, names.len() - 1] {
            if is_of_classes(source, end)? {
                candidates.push(end);
            }
        }
        if let [column] = candidates[..] {
            return note(column, ", as it holds few whole numbers");
        }
    }
    match candidates[..] {
        [column] => note(column, ""),
        [] => Err(wrong(source, "no column looks like a label".into())),
        _ => {
            let names: Vec<&str> = candidates.iter().map(|&column| &*names[column]).collect();
            let reason = format!(
                "more than one column looks like a label: {}",
                names.join(", ")
            );
            Err(wrong(source, reason))
        }
    }
}

/// The column with this name, this number from 1, or at this end.
pub(in super::super) fn numbered(names: &[String], asked: &str) -> Option<usize> {
    if let Some(column) = names.iter().position(|name| name == asked) {
        return Some(column);
    }
    match asked {
        "first" => Some(0),
        "last" => names.len().checked_sub(1),
        _ => {
            let number: usize = asked.parse().ok()?;
            number.checked_sub(1).filter(|&column| column < names.len())
        }
    }
}

fn indices<T>(all: &[T], holds: impl Fn(&T) -> bool) -> Vec<usize> {
    (0..all.len()).filter(|&index| holds(&all[index])).collect()
}

/// Whether a column holds a few whole numbers again and again.
fn is_of_classes(source: &dyn Source, column: usize) -> Result<bool, Error> {
    let read = source.read(&[(column, Kind::Text)])?;
    let Some(Column::Texts(texts)) = read.first() else {
        return Ok(false);
    };
    let distinct = texts.distinct.len();
    let whole = |text: &String| text.parse::<f64>().is_ok_and(|value| value.fract() == 0.0);
    if !(2..=MOST_NUMBERS).contains(&distinct) || !texts.distinct.iter().all(whole) {
        return Ok(false);
    }
    let rows: Vec<usize> = (0..texts.ids.len()).collect();
    Ok(texts.count(&rows).into_iter().all(|count| count >= 2))
}

/// The error that a table's label column cannot be used.
pub(in super::super) fn wrong(source: &dyn Source, reason: String) -> Error {
    Error::LabelColumn {
        path: source.path(),
        reason,
        columns: source.names().join(", "),
    }
}
