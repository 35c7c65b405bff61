//! Where files are read from: a folder on disk, or an archive as if it were unpacked.

mod disk;
mod index;
mod memory;
#[cfg(test)]
pub(crate) mod pack;
mod place;
mod source;
mod tar;
mod zip;

use std::ffi::OsString;
use std::fmt::Debug;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(crate) use place::Place;
pub(crate) use source::Source;

/// Files in folders. Paths are those that [`Place`] hands out; on disk they are paths of the system, in an archive they
/// are relative to its top.
pub(crate) trait Files: Debug + Send + Sync {
    /// What is in a folder, in any order.
    fn list(&self, folder: &Path) -> io::Result<Vec<Item>>;

    /// What is at a path; `None` if there is nothing.
    fn kind(&self, path: &Path) -> Option<Kind>;

    /// The bytes of a file.
    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + '_>>;

    /// A file's bytes for reading from any position; `None` if they have to be unpacked for that.
    fn source(&self, file: &Path) -> io::Result<Option<Source>>;

    /// A path as people would write it: on disk as it is, in an archive below the archive's own path.
    fn shown(&self, path: &Path) -> PathBuf;

    /// What tells whether two paths are the same folder, for files that may have links.
    fn identity(&self, folder: &Path) -> PathBuf {
        folder.into()
    }

    /// Bytes of memory that the files take, unpacked.
    fn held(&self) -> u64 {
        0
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Folder,
    /// A file of so many bytes, unpacked from the archive that it is in.
    File(u64),
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub name: OsString,
    pub is_folder: bool,
}

/// Endings, in lower case, of files that are opened as if they were folders.
pub(crate) const ARCHIVES: &[&str] = &[".zip", ".tar", ".tar.gz", ".tgz"];

/// Whether a file's name says that it is an archive that can be opened.
pub(crate) fn is_archive(name: &str) -> bool {
    let name = name.to_lowercase();
    ARCHIVES.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests;
