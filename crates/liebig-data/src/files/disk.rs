//! Files on disk.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Files, Item, Kind, Source};

/// The file system of the machine. Links are followed.
#[derive(Debug)]
pub(super) struct Disk;

impl Files for Disk {
    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        fs_err::read_dir(folder)?
            .map(|entry| {
                let entry = entry?;
                let kind = entry.file_type()?;
                // Only a link needs another question to the system.
                let is_folder = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
                Ok(Item {
                    name: entry.file_name(),
                    is_folder,
                })
            })
            .collect()
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        let metadata = fs_err::metadata(path).ok()?;
        Some(match metadata.is_dir() {
            true => Kind::Folder,
            false => Kind::File(metadata.len()),
        })
    }

    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(fs_err::File::open(file)?))
    }

    fn source(&self, file: &Path) -> io::Result<Option<Source>> {
        Source::on_disk(file).map(Some)
    }

    fn shown(&self, path: &Path) -> PathBuf {
        path.into()
    }

    fn identity(&self, folder: &Path) -> PathBuf {
        fs_err::canonicalize(folder).unwrap_or_else(|_| folder.into())
    }
}
