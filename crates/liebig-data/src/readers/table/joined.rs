//! Several files as one table.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::shards::Shards;
use super::source::NamedSplits;
use crate::files::Place;
use crate::{Error, Note, NoteKind};

/// A file that holds rows of a table.
pub(crate) trait TableFile {
    fn path(&self) -> &Path;
    fn names(&self) -> &[String];
    fn rows(&self) -> usize;
    fn notes(&self) -> &[Note];
}

/// The files of a table: those of training, then of validation, then of test.
pub(crate) struct Joined<F> {
    /// The only file, or the folder.
    pub path: PathBuf,
    /// The columns of the first file.
    pub names: Vec<String>,
    /// Each file, with the place of every column in it.
    pub files: Vec<(F, Vec<usize>)>,
    pub splits: Option<NamedSplits>,
    pub notes: Vec<Note>,
}

impl<F: TableFile> Joined<F> {
    /// `files` are those of `shards`, in order. A test or validation file that lacks a column, such as the label, is left
    /// out.
    pub fn new(place: &Place, shards: Shards, files: Vec<F>) -> Result<Self, Error> {
        let names = files
            .first()
            .map_or_else(Vec::new, |file| file.names().to_vec());
        let [train, validation] = [shards.train.len(), shards.validation.len()];
        let mut notes = shards.notes;
        let mut used = Vec::new();
        let mut rows = [0_usize; 3];
        for (index, file) in files.into_iter().enumerate() {
            let split = usize::from(index >= train) + usize::from(index >= train + validation);
            let columns = match columns_of(file.names(), &names) {
                Ok(columns) => columns,
                Err(missing) if split == 0 => {
                    return Err(Error::Column {
                        path: file.path().into(),
                        column: missing,
                        reason: "missing, but the first file has it".into(),
                        hint: "all files of the training split need the same columns",
                    });
                }
                Err(missing) => {
                    let text = format!("{} lacks the column `{missing}`", file.path().display());
                    notes.push(NoteKind::Skipped.note(text));
                    continue;
                }
            };
            rows[split] = rows[split].saturating_add(file.rows());
            for note in file.notes() {
                let text = match index {
                    0 => note.text.clone(),
                    _ => format!("{}: {}", file.path().display(), note.text),
                };
                notes.push(note.kind.note(text));
            }
            used.push((file, columns));
        }
        let [train, validation, test] = rows;
        let tested = train.saturating_add(validation);
        let mut splits = NamedSplits {
            train: 0..train,
            validation: (validation > 0).then_some(train..tested),
            test: tested..tested.saturating_add(test),
        };
        if test == 0
            && let Some(validation) = splits.validation.take()
        {
            let text = "no test files: the validation files are the test split";
            notes.push(NoteKind::Chosen.note(text));
            splits.test = validation;
        }
        Ok(Self {
            path: place.shown(),
            names,
            files: used,
            splits: (!splits.test.is_empty()).then_some(splits),
            notes,
        })
    }

    pub fn rows(&self) -> usize {
        let rows = self.files.iter().map(|(file, _)| file.rows());
        rows.fold(0, usize::saturating_add)
    }

    /// The file of a row, and the row in it.
    pub fn find(&self, row: usize) -> Option<(&F, usize)> {
        let mut row = row;
        for (file, _) in &self.files {
            if row < file.rows() {
                return Some((file, row));
            }
            row -= file.rows();
        }
        None
    }
}

/// The place in a file of every column; otherwise the name of one that it lacks.
fn columns_of(found: &[String], names: &[String]) -> Result<Vec<usize>, String> {
    let places: HashMap<&String, usize> = found.iter().zip(0..).collect();
    let place = |name: &String| places.get(name).copied().ok_or_else(|| name.clone());
    names.iter().map(place).collect()
}
