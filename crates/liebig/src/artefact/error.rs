//! Errors of artefacts.

use std::path::PathBuf;

/// Why an artefact could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file system error.
    #[error("{0}\nhint: check the path and its permissions")]
    Io(#[from] std::io::Error),
    /// The bytes are not a `safetensors` file.
    #[error("{}: not a safetensors file: {reason}\nhint: give the distilled.safetensors of a run, or the run's folder", path.display())]
    NotSafetensors {
        /// The file.
        path: PathBuf,
        /// What the decoder found.
        reason: String,
    },
    /// A `safetensors` file that some other program wrote.
    #[error("{}: no \"liebig\" entry in the metadata\nhint: this safetensors file is not a distilled set", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The file has a layout that this version does not know.
    #[error("{}: schema_version is {found}, but this program reads versions 1 to {supported}\nhint: use the version of liebig that wrote the file, or a newer one", path.display())]
    SchemaVersion {
        /// The file.
        path: PathBuf,
        /// The version as the file states it.
        found: String,
        /// The highest version that this program reads.
        supported: u32,
    },
    /// The file with the whitening of a set is missing.
    #[error("{}: the file of its whitening is missing, expected {}\nhint: copy it from where the set was made, or distil again", path.display(), file.display())]
    NoWhitening {
        /// The artefact.
        path: PathBuf,
        /// The file that was expected.
        file: PathBuf,
    },
    /// A field violates the specification.
    #[error("{}: {field}: {reason}\nhint: docs/artefact.md specifies each field; the file may be damaged, so create it again", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The tensor or the metadata field, such as `recipe.batch_size`.
        field: String,
        /// What was found and what was expected.
        reason: String,
    },
}
