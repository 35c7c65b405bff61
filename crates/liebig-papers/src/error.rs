//! Errors of the catalogue, each with a hint on what to do.

use std::path::PathBuf;

/// An error of the catalogue. Irregularities in an imported *list* are not errors; each gives a [`crate::Diagnostic`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read or written.
    #[error("cannot {action} {}: {source}\nhint: {hint}", path.display())]
    Io {
        /// "read" or "write".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error from the operating system.
        source: std::io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// A file is too large to be read.
    #[error("{} has {size} bytes, more than the limit of {limit}\nhint: check that the path names the right file", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The largest size that is read, in bytes.
        limit: u64,
    },
    /// A TOML file of a catalogue does not have the expected format.
    #[error("{file}: {message}\nhint: docs/papers.md describes the format of a record")]
    Toml {
        /// The file.
        file: String,
        /// Line, column and what was expected.
        message: String,
    },
    /// A JSON file of records does not have the expected format.
    #[error("{}: {source}\nhint: expected the array that `liebig papers list --json` prints", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Line, column and what was expected.
        source: serde_json::Error,
    },
    /// A path is neither a catalogue nor a checkout of the list.
    #[error(
        "{} is not a catalogue\nhint: expected a folder with `papers/*.toml`, a checkout of the list with its \
         `README.md`, or a JSON file of records", path.display()
    )]
    NoCatalogue {
        /// The path.
        path: PathBuf,
    },
    /// An id or a section cannot be the name of a file.
    #[error(
        "`{name}` cannot be {what}\nhint: use at most 100 letters, digits, `-`, `_`, `+` and `.`, and do not begin with `-` or `.`"
    )]
    Name {
        /// "an id" or "a section".
        what: &'static str,
        /// What was given.
        name: String,
    },
    /// No record has this id.
    #[error("no paper has the id `{id}`\nhint: {hint}")]
    UnknownPaper {
        /// The requested id.
        id: String,
        /// The nearest ids, or how to find one.
        hint: String,
    },
    /// A query is malformed, or names an unknown field or value.
    #[error("in the query, {message}\nhint: {hint}")]
    Query {
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: String,
    },
    /// A line in a table of results is malformed.
    #[error("{file}, line {line}: {message}\nhint: {hint}")]
    Results {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
        /// What was expected.
        hint: &'static str,
    },
    /// The search engine failed.
    #[error(
        "the search index failed: {0}\nhint: this is a bug in Liebig; please report it with the query"
    )]
    Search(#[from] rusqlite::Error),
    /// A chart could not be drawn.
    #[error("the chart could not be drawn: {0}\nhint: this is a bug in Liebig; please report it")]
    Chart(String),
}

impl Error {
    /// A failure to read `path`.
    pub(crate) fn read(path: &std::path::Path, source: std::io::Error) -> Self {
        Error::Io {
            action: "read",
            path: path.into(),
            source,
            hint: "check the path and its permissions",
        }
    }

    /// A failure to write `path`.
    pub(crate) fn write(path: &std::path::Path, source: std::io::Error) -> Self {
        Error::Io {
            action: "write",
            path: path.into(),
            source,
            hint: "check that the folder is writable and the disk is not full",
        }
    }
}
