//! What can be wrong with a run folder.

use std::path::PathBuf;

/// Why a run folder could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("{0}\nhint: check the path, its permissions and the space left")]
    Io(#[from] std::io::Error),
    /// The folder holds a run already.
    #[error("{} holds a run already\nhint: continue it with --resume, or give another folder to --output", .0.display())]
    Exists(PathBuf),
    /// The folder holds other things.
    #[error("{} is not empty and holds no run\nhint: give a new or empty folder to --output", .0.display())]
    NotARun(PathBuf),
    /// Another process writes to the folder.
    #[error("{} is in use by another process\nhint: wait until it ends, or give another folder to --output", .0.display())]
    Locked(PathBuf),
    /// The run was started with another configuration.
    #[error("{}: the run was started with another configuration:\n{difference}\nhint: resume with the same settings, or give another folder to --output", path.display())]
    OtherConfig {
        /// The folder.
        path: PathBuf,
        /// The lines that differ.
        difference: String,
    },
    /// The run was started on other data.
    #[error("{}: the run was started on data with hash {found}, this data has {expected}\nhint: resume with the same data, or give another folder to --output", path.display())]
    OtherData {
        /// The folder.
        path: PathBuf,
        /// The hash in the manifest.
        found: String,
        /// The hash of the data given.
        expected: String,
    },
    /// A checkpoint without what the method needs.
    #[error(
        "checkpoint: array {name}: {reason}\nhint: the checkpoint is of another run; start again in another folder"
    )]
    OtherState {
        /// The array.
        name: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// A file of the run does not hold what it should.
    #[error("{}: {reason}\nhint: the file is damaged; start again in another folder", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found and what was expected.
        reason: String,
    },
}
