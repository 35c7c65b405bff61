//! What can be wrong with an artefact.

use std::path::PathBuf;

/// Why an artefact could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("{0}\nhint: check the path and its permissions")]
    Io(#[from] std::io::Error),
    /// The bytes are no `safetensors` file.
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
    /// Written by a version with another layout.
    #[error("{}: schema_version is {found}, this program reads {supported}\nhint: use the version of liebig that wrote the file, or a newer one", path.display())]
    SchemaVersion {
        /// The file.
        path: PathBuf,
        /// The version in the file, as it is written there.
        found: String,
        /// The version this program reads.
        supported: u32,
    },
    /// One field does not hold what the specification says.
    #[error("{}: {field}: {reason}\nhint: docs/artefact.md says what each field holds; the file may be damaged, write it again", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// The tensor or the metadata field, such as `recipe.batch_size`.
        field: String,
        /// What was found and what was expected.
        reason: String,
    },
}
