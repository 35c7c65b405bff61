//! What can go wrong with files of networks.

use std::path::PathBuf;

/// An error of a file or folder of networks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that is not a network's, or not one of this network.
    #[error(
        "{}: {reason}\nhint: expected the state_dict of a `{model}` with the same options, as safetensors", path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// The network that was expected.
        model: String,
        /// What is wrong.
        reason: String,
    },
    /// A folder without networks.
    #[error(
        "{}: no .safetensors files\nhint: `liebig train` writes networks into a folder", path.display()
    )]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file system error.
    #[error("{0}\nhint: check the path and its permissions")]
    Io(#[from] std::io::Error),
}
