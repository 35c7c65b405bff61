//! Files that are in memory.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::index::Index;
use super::{Files, Item, Kind, Source};

/// Files in memory, by their paths.
#[derive(Debug)]
pub(super) struct Memory(Index<Source>);

impl Memory {
    pub fn new(files: impl IntoIterator<Item = (impl AsRef<Path>, Vec<u8>)>) -> Self {
        let mut index = Index::new();
        for (path, bytes) in files {
            let len = bytes.len() as u64;
            index.add(path.as_ref(), len, Source::in_memory(bytes));
        }
        Self(index)
    }
}

impl Files for Memory {
    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        self.0.list(folder)
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        self.0.kind(path)
    }

    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.0.file(file)?.open()?))
    }

    fn source(&self, file: &Path) -> io::Result<Option<Source>> {
        Ok(Some(self.0.file(file)?.clone()))
    }

    fn shown(&self, path: &Path) -> PathBuf {
        Path::new("memory").join(path)
    }
}
