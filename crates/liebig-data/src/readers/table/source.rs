//! The cells of a table, in whatever files.

use std::ops::Range;
use std::path::PathBuf;

use super::column::Column;
use crate::{Error, Note};

/// A table in one file or several, whose rows come one file after the other.
pub(crate) trait Source: Sync {
    /// The file or folder for messages.
    fn path(&self) -> PathBuf;

    /// The columns' names, each once.
    fn names(&self) -> &[String];

    /// The number of rows of all files.
    fn rows(&self) -> usize;

    /// The rows of each split, if the files say which they are.
    fn splits(&self) -> Option<NamedSplits>;

    /// What every column holds.
    fn kinds(&self) -> Result<Vec<Kind>, Error>;

    /// Columns, each read as a kind that it can be read as.
    fn read(&self, columns: &[(usize, Kind)]) -> Result<Vec<Column>, Error>;

    /// Where a row is.
    fn place(&self, row: usize) -> RowPlace;

    /// Names of the classes, where the file declares them for a column of class numbers.
    fn class_names(&self, _column: usize) -> Option<&[String]> {
        None
    }

    /// How the files were read.
    fn notes(&self) -> Vec<Note>;
}

/// What a column holds, or is to be read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    /// `true` and `false`, which are read as 1 and 0.
    Boolean,
    Date,
    /// Texts; any column can be read as this.
    Text,
    /// Nothing that can be a feature, and why.
    Unusable(String),
}

/// The rows of splits that files name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedSplits {
    pub train: Range<usize>,
    pub validation: Option<Range<usize>>,
    pub test: Range<usize>,
}

/// Where a row is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowPlace {
    pub path: PathBuf,
    /// `line` or `row`.
    pub unit: &'static str,
    /// Counted from 1.
    pub number: u64,
}

impl RowPlace {
    /// The error that something else was expected there.
    pub fn error(self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::Row {
            path: self.path,
            unit: self.unit,
            number: self.number,
            expected: expected.into(),
            found: found.into(),
        }
    }
}

impl std::fmt::Display for RowPlace {
    /// `line 3`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.unit, self.number)
    }
}
