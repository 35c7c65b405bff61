//! What can go wrong with a pool of experts.

use std::path::PathBuf;

/// An error of a pool of experts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A folder that holds no pool.
    #[error(
        "{}: there is no experts.json\nhint: `liebig experts train` makes a pool; give its folder", path.display()
    )]
    NoPool {
        /// The folder.
        path: PathBuf,
    },
    /// A pool without finished experts.
    #[error(
        "{}: no expert is finished\nhint: train some with `liebig experts train`, with the same settings", path.display()
    )]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A pool that was trained in another way or on other data.
    #[error(
        "{}: the experts are others: {key} is {found}, expected {expected}\nhint: use another folder, or the settings that experts.json has", path.display()
    )]
    Other {
        /// The folder.
        path: PathBuf,
        /// What differs.
        key: String,
        /// What the pool has.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// A pool whose experts were not trained for long enough.
    #[error(
        "{}: the experts have {found} epochs, but {needed} are needed\nhint: train experts for more epochs, or lower `method.max_start_epoch` or `method.expert_epochs`", path.display()
    )]
    TooShort {
        /// The folder.
        path: PathBuf,
        /// Epochs that they have.
        found: usize,
        /// Epochs that are read.
        needed: usize,
    },
    /// A file that is damaged, or is none of this pool.
    #[error(
        "{}: {reason}\nhint: delete the file and train the expert again with `liebig experts train`", path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file system error.
    #[error("{0}\nhint: check the path, its permissions and the free space")]
    Io(#[from] std::io::Error),
}
