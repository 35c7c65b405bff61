//! Errors of run folders.

use std::path::PathBuf;

/// Why a run folder could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file system error.
    #[error("{0}\nhint: check the path, its permissions and the space left")]
    Io(#[from] std::io::Error),
    /// The folder already holds a run.
    #[error("{} holds a run already\nhint: continue it with `resume`, or give another folder to `output`", .0.display())]
    Exists(PathBuf),
    /// The folder is not empty and not a run folder.
    #[error("{} is not empty and does not hold a run\nhint: give a new or empty folder to `output`", .0.display())]
    NotARun(PathBuf),
    /// Another process is using the folder.
    #[error("{} is in use by another process\nhint: wait until it ends, or give another folder to `output`", .0.display())]
    Locked(PathBuf),
    /// The run was started with another configuration.
    #[error("{}: the run was started with another configuration:\n{difference}\nhint: resume with the same settings, or give another folder to `output`", path.display())]
    OtherConfig {
        /// The folder.
        path: PathBuf,
        /// The lines that differ.
        difference: String,
    },
    /// The run was started with other data.
    #[error("{}: the run was started with data of hash {found}, but this data has hash {expected}\nhint: resume with the same data, or give another folder to `output`", path.display())]
    OtherData {
        /// The folder.
        path: PathBuf,
        /// The hash in the manifest.
        found: String,
        /// The hash of the data given.
        expected: String,
    },
    /// The checkpoint does not hold the state that the method needs.
    #[error(
        "checkpoint: array {name}: {reason}\nhint: the checkpoint belongs to another run; start again in another folder"
    )]
    OtherState {
        /// The array.
        name: String,
        /// What was found and what was expected.
        reason: String,
    },
    /// A file of the run has invalid content.
    #[error("{}: {reason}\nhint: the file is damaged; start again in another folder", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found and what was expected.
        reason: String,
    },
}
