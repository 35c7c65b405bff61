//! The folders that the names of an archive's files make.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Item, Kind};

/// An archive's files by their paths, each with what is needed to read it.
#[derive(Debug)]
pub(super) struct Index<T> {
    files: BTreeMap<PathBuf, (u64, T)>,
    /// The entries of every folder, by name; the top is the empty path.
    folders: BTreeMap<PathBuf, BTreeMap<OsString, bool>>,
}

impl<T> Index<T> {
    pub fn new() -> Self {
        Self {
            files: BTreeMap::new(),
            folders: BTreeMap::from([(PathBuf::new(), BTreeMap::new())]),
        }
    }

    /// Adds a file of `len` bytes. Of two files at one path, the later counts, as when they are unpacked one after the
    /// other. A path that leads out of the archive is left out.
    pub fn add(&mut self, path: &Path, len: u64, file: T) {
        let Some(path) = inside(path) else { return };
        self.enter(&path, false);
        self.files.insert(path, (len, file));
    }

    /// Adds a folder, which may be empty.
    pub fn add_folder(&mut self, path: &Path) {
        let Some(path) = inside(path) else { return };
        self.enter(&path, true);
        self.folders.entry(path).or_default();
    }

    /// Enters a path into the folders above it.
    fn enter(&mut self, path: &Path, is_folder: bool) {
        let (Some(name), Some(parent)) = (path.file_name(), path.parent()) else {
            return;
        };
        let known = self.folders.contains_key(parent);
        let entries = self.folders.entry(parent.into()).or_default();
        entries.insert(name.into(), is_folder);
        if !known {
            self.enter(parent, true);
        }
    }

    pub fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        let entries = self.folders.get(folder).ok_or(io::ErrorKind::NotFound)?;
        let item = |(name, is_folder): (&OsString, &bool)| Item {
            name: name.clone(),
            is_folder: *is_folder,
        };
        Ok(entries.iter().map(item).collect())
    }

    pub fn kind(&self, path: &Path) -> Option<Kind> {
        if self.folders.contains_key(path) {
            return Some(Kind::Folder);
        }
        self.files.get(path).map(|(len, _)| Kind::File(*len))
    }

    /// What is needed to read a file.
    pub fn file(&self, path: &Path) -> io::Result<&T> {
        let (_, file) = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(file)
    }
}

/// The path without `.`; `None` if it is empty, absolute or has a `..`.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut inside = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => inside.push(part),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!inside.as_os_str().is_empty()).then_some(inside)
}
