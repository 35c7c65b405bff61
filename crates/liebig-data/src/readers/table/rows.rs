//! Which rows can be used, and which split each of them belongs to.

use std::ops::Range;

use super::column::{Column, Texts};
use super::source::{Kind, NamedSplits, Source};
use crate::random::stream;
use crate::stratified::stratified;
use crate::{Error, Note, NoteKind};

/// This share of every class becomes the test split.
const TEST_SHARE: f64 = 0.2;
/// Fixed, because the split is a part of the dataset's identity.
const SPLIT_SEED: u64 = 0;

/// The columns that were read.
pub(in super::super) struct Cells<'a> {
    pub source: &'a dyn Source,
    /// The label column, and its cells.
    pub label: usize,
    pub texts: Texts,
    /// The other columns, and their cells.
    pub plan: Vec<(usize, Kind)>,
    pub columns: Vec<Column>,
}

/// The rows of each split.
pub(in super::super) struct Rows {
    pub train: Vec<usize>,
    pub validation: Option<Vec<usize>>,
    pub test: Vec<usize>,
}

impl Rows {
    /// Every row of every split.
    pub fn all(&self) -> Vec<usize> {
        let validation = self.validation.iter().flatten();
        let all = self.train.iter().chain(validation).chain(&self.test);
        all.copied().collect()
    }
}

/// The splits that files name, without those that have no label at all, whose rows are the second value. Without test
/// rows, the validation rows are the test split, or there are no named splits.
pub(in super::super) fn labelled(
    source: &dyn Source,
    texts: &Texts,
    notes: &mut Vec<Note>,
) -> (Option<NamedSplits>, Vec<Range<usize>>) {
    let Some(mut splits) = source.splits() else {
        return (None, Vec::new());
    };
    let mut unlabelled = Vec::new();
    let mut is_empty = |name: &str, rows: &Range<usize>| {
        let empty = !rows.is_empty() && rows.clone().all(|row| texts.text(row).is_none());
        if empty {
            let text = format!("{} {name} rows, none of which has a label", rows.len());
            notes.push(NoteKind::Skipped.note(text));
            unlabelled.push(rows.clone());
        }
        empty
    };
    splits.validation = splits
        .validation
        .filter(|rows| !is_empty("validation", rows));
    if is_empty("test", &splits.test) {
        splits.test = splits.validation.take().unwrap_or(0..0);
        if !splits.test.is_empty() {
            let text = "no labelled test rows: the validation rows are the test split";
            notes.push(NoteKind::Chosen.note(text));
        }
    }
    ((!splits.test.is_empty()).then_some(splits), unlabelled)
}

/// Which rows can be used.
pub(in super::super) struct Good(Vec<bool>);

impl Good {
    /// All but those of splits without labels.
    pub fn all_but(rows: usize, unlabelled: &[Range<usize>]) -> Self {
        let mut good = vec![true; rows];
        for rows in unlabelled {
            good[rows.clone()].fill(false);
        }
        Self(good)
    }

    /// Leaves out rows without a label and rows with a cell that is not of its column's kind, and says how many they are.
    ///
    /// # Errors
    /// Unless `skip_bad`, [`Error::Row`] for the first of them.
    pub fn leave_out(&mut self, cells: &Cells<'_>, skip_bad: bool) -> Result<Vec<Note>, Error> {
        let source = cells.source;
        let name = |column: usize| &source.names()[column];
        let mut notes = Vec::new();
        let is_bare = |row: &usize| self.0[*row] && cells.texts.text(*row).is_none();
        let bare: Vec<usize> = (0..self.0.len()).filter(is_bare).collect();
        if let Some(&first) = bare.first() {
            let (what, count) = (
                format!("a label in column `{}`", name(cells.label)),
                bare.len(),
            );
            if !skip_bad {
                let found = format!("none; {count} row(s) lack it");
                return Err(source.place(first).error(what, found));
            }
            let text = format!(
                "{count} row(s) without {what}, the first {}",
                source.place(first)
            );
            notes.push(NoteKind::Skipped.note(text));
        }
        for row in bare {
            self.0[row] = false;
        }
        for ((column, kind), cells) in cells.plan.iter().zip(&cells.columns) {
            let Column::Numbers(numbers) = cells else {
                continue;
            };
            let bad: Vec<usize> = numbers
                .bad
                .iter()
                .copied()
                .filter(|&row| self.0[row])
                .collect();
            let Some(&first) = bad.first() else { continue };
            let what = match kind {
                Kind::Date => "a date",
                Kind::Boolean => "`true` or `false`",
                _ => "a finite number",
            };
            let what = format!("{what} in column `{}`", name(*column));
            let found = format!("`{}`", text_of(source, *column, first)?);
            if !skip_bad {
                return Err(source.place(first).error(what, found));
            }
            let (count, place) = (bad.len(), source.place(first));
            let text = format!("{count} row(s) without {what}, the first {place}: {found}");
            notes.push(NoteKind::Skipped.note(text));
            for row in bad {
                self.0[row] = false;
            }
        }
        Ok(notes)
    }

    /// The rows that can be used.
    pub fn rows(&self) -> Vec<usize> {
        self.among(&(0..self.0.len()))
    }

    fn among(&self, rows: &Range<usize>) -> Vec<usize> {
        rows.clone().filter(|&row| self.0[row]).collect()
    }

    /// The rows of splits that files name.
    pub fn named(&self, splits: &NamedSplits) -> Rows {
        Rows {
            train: self.among(&splits.train),
            validation: splits.validation.as_ref().map(|rows| self.among(rows)),
            test: self.among(&splits.test),
        }
    }
}

/// The text of one cell.
fn text_of(source: &dyn Source, column: usize, row: usize) -> Result<String, Error> {
    let read = source.read(&[(column, Kind::Text)])?;
    Ok(match read.first() {
        Some(Column::Texts(texts)) => texts.text(row).unwrap_or_default().to_owned(),
        _ => String::new(),
    })
}

/// Splits rows 80/20 by class with a fixed seed.
pub(in super::super) fn by_seed(
    cells: &Cells<'_>,
    class_names: &[String],
    labels: &[u32],
    rows: &[usize],
) -> Result<(Rows, Note), Error> {
    let labels: Vec<u32> = rows.iter().map(|&row| labels[row]).collect();
    let mut counts = vec![0; class_names.len()];
    for &label in &labels {
        counts[label as usize] += 1;
    }
    for (name, &found) in class_names.iter().zip(&counts) {
        if found < 2 {
            let column = &cells.source.names()[cells.label];
            return Err(Error::ClassTooSmall {
                place: format!("{}: column `{column}`", cells.source.path().display()),
                class: name.clone(),
                found,
            });
        }
    }
    let mut rng = stream(SPLIT_SEED, "table split", 0);
    let (train, test) = stratified(&labels, TEST_SHARE, &mut rng);
    let of = |places: Vec<usize>| places.into_iter().map(|place| rows[place]).collect();
    let rows = Rows {
        train: of(train),
        validation: None,
        test: of(test),
    };
    let text = format!("split 80/20 by class and seed {SPLIT_SEED}");
    Ok((rows, NoteKind::Chosen.note(text)))
}
