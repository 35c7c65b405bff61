//! Which columns are read, and as what.

use super::column::Column;
use super::source::{Kind, Source};
use crate::notes::some_of;
use crate::{ColumnEncoding, Error, Note, NoteKind, TableEncoding};

const HINT_STRICT: &str = "`data.strict` is set: every column must hold numbers and nothing may be missing; change the file or that setting";

/// Every column but the label that can be a feature. The others are named in a note, or refused if `strict`.
pub(super) fn found(
    source: &dyn Source,
    kinds: &[Kind],
    label: usize,
    strict: bool,
    notes: &mut Vec<Note>,
) -> Result<Vec<(usize, Kind)>, Error> {
    let mut plan = Vec::new();
    let mut left_out = Vec::new();
    for (column, kind) in kinds
        .iter()
        .enumerate()
        .filter(|(column, _)| *column != label)
    {
        let name = &source.names()[column];
        if strict && !matches!(kind, Kind::Number | Kind::Boolean) {
            let what = match kind {
                Kind::Date => "dates".into(),
                Kind::Unusable(reason) => reason.clone(),
                _ => "texts".to_owned(),
            };
            return Err(Error::Column {
                path: source.path(),
                column: name.clone(),
                reason: format!("{what}{}", first_word(source, column)?),
                hint: HINT_STRICT,
            });
        }
        match kind {
            Kind::Unusable(reason) => left_out.push(format!("`{name}` ({reason})")),
            kind => plan.push((column, kind.clone())),
        }
    }
    if !left_out.is_empty() {
        let text = format!("columns left out: {}", some_of(&left_out));
        notes.push(NoteKind::Skipped.note(text));
    }
    Ok(plan)
}

/// Where a column's first cell is that is no number, and how many cells there are.
fn first_word(source: &dyn Source, column: usize) -> Result<String, Error> {
    let read = source.read(&[(column, Kind::Text)])?;
    let Some(Column::Texts(texts)) = read.first() else {
        return Ok(String::new());
    };
    let is_word = |row: &usize| {
        texts
            .text(*row)
            .is_some_and(|text| text.parse::<f32>().is_err())
    };
    let words = (0..texts.ids.len()).filter(is_word).count();
    let Some(row) = (0..texts.ids.len()).find(is_word) else {
        return Ok(String::new());
    };
    let text = texts.text(row).unwrap_or_default();
    let place = source.place(row);
    Ok(format!(" in {words} row(s), the first `{text}` in {place}"))
}

/// Refuses missing cells: the first column that has any.
pub(super) fn refuse_missing(
    source: &dyn Source,
    plan: &[(usize, Kind)],
    cells: &[Column],
) -> Result<(), Error> {
    for ((column, _), cells) in plan.iter().zip(cells) {
        if let Some(row) = cells.first_missing() {
            let (count, place) = (cells.missing(), source.place(row));
            return Err(Error::Column {
                path: source.path(),
                column: source.names()[*column].clone(),
                reason: format!("{count} missing cell(s), the first in {place}"),
                hint: HINT_STRICT,
            });
        }
    }
    Ok(())
}

/// The columns of an encoding that comes from elsewhere, found by their names.
pub(super) fn given(
    source: &dyn Source,
    encoding: &TableEncoding,
    kinds: &[Kind],
    label: usize,
    notes: &mut Vec<Note>,
) -> Result<Vec<(usize, Kind)>, Error> {
    let names = source.names();
    let mut plan = Vec::new();
    let mut missing = Vec::new();
    for column in &encoding.columns {
        let Some(found) = names.iter().position(|name| name == column.name()) else {
            missing.push(column.name());
            continue;
        };
        let kind = match column {
            ColumnEncoding::Number { .. } if kinds[found] == Kind::Boolean => Kind::Boolean,
            ColumnEncoding::Number { .. } => Kind::Number,
            ColumnEncoding::Date { .. } => Kind::Date,
            ColumnEncoding::Categories { .. } => Kind::Text,
        };
        plan.push((found, kind));
    }
    if !missing.is_empty() {
        return Err(Error::Column {
            path: source.path(),
            column: missing.join("`, `"),
            reason: format!("missing; the table has {}", names.join(", ")),
            hint: "the table needs every column of the encoding that it is read with",
        });
    }
    let is_other = |column: &usize| *column != label && plan.iter().all(|(used, _)| used != column);
    let others = (0..names.len()).filter(is_other);
    let others: Vec<String> = others
        .map(|column| format!("`{}`", names[column]))
        .collect();
    if !others.is_empty() {
        let text = format!(
            "columns that the encoding does not have: {}",
            some_of(&others)
        );
        notes.push(NoteKind::Skipped.note(text));
    }
    Ok(plan)
}
