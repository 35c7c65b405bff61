//! A path, with the files that it belongs to.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::Disk;
use super::memory::Memory;
use super::tar::Tar;
use super::zip::{self, Zip};
use super::{Files, Kind, Source, is_archive};
use crate::Error;
use crate::memory::MemoryLimit;

/// A file or folder, on disk or in an archive. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Place {
    files: Arc<dyn Files>,
    path: PathBuf,
}

impl Place {
    /// A path of the machine. An archive is not opened.
    pub fn on_disk(path: impl Into<PathBuf>) -> Self {
        Self {
            files: Arc::new(Disk),
            path: path.into(),
        }
    }

    /// A path of the machine; an archive (`.zip`, `.tar`, `.tar.gz`) stands for the folder of its files.
    ///
    /// # Errors
    /// [`Error::Archive`] if it is one but cannot be read; [`Error::TooLarge`] if it has to be unpacked into memory
    /// and does not fit.
    pub fn open(path: &Path, memory: MemoryLimit) -> Result<Self, Error> {
        let place = Self::on_disk(path);
        match is_archive(&place.name()) && !place.is_folder() {
            true => place.inside(memory),
            false => Ok(place),
        }
    }

    /// Files in memory, below an empty path.
    pub fn in_memory(files: impl IntoIterator<Item = (impl AsRef<Path>, Vec<u8>)>) -> Self {
        Self {
            files: Arc::new(Memory::new(files)),
            path: PathBuf::new(),
        }
    }

    /// The folder of the files in this archive, which may be in another archive. A zip archive is told from its first
    /// bytes or its name; everything else is taken for tar, gzipped or not.
    ///
    /// # Errors
    /// See [`open`](Self::open).
    pub fn inside(&self, memory: MemoryLimit) -> Result<Self, Error> {
        let name = self.name().to_lowercase();
        let is_zip = ZIPS.iter().any(|ending| name.ends_with(ending))
            || self.head(zip::MAGIC.len() as u64)? == zip::MAGIC;
        let mut held = 0;
        let source = match self.files.source(&self.path) {
            Ok(Some(source)) => source,
            Ok(None) => {
                let bytes = self.read(memory)?;
                held = bytes.len() as u64;
                Source::in_memory(bytes)
            }
            Err(error) => return Err(self.io(&error)),
        };
        let files: Arc<dyn Files> = match is_zip {
            true => Arc::new(Zip::open(self.shown(), source, held)?),
            false => Arc::new(Tar::open(self.shown(), source, memory)?),
        };
        Ok(Self {
            files,
            path: PathBuf::new(),
        })
    }

    /// Bytes of memory that an archive takes here because it had to be unpacked.
    pub fn held(&self) -> u64 {
        self.files.held()
    }

    /// The place `path` below this one.
    pub fn join(&self, path: impl AsRef<Path>) -> Self {
        Self {
            files: Arc::clone(&self.files),
            path: self.path.join(path),
        }
    }

    /// The folder that this is in, or the place itself at the top.
    pub fn parent(&self) -> Self {
        let parent = match self.path.parent() {
            // The parent of a bare file name on disk.
            Some(parent) if parent.as_os_str().is_empty() && self.is_on_disk() => Path::new("."),
            Some(parent) => parent,
            None => &self.path,
        };
        Self {
            files: Arc::clone(&self.files),
            path: parent.into(),
        }
    }

    /// The last part of the path; empty at the top of an archive.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The path for people: an archive's files are below the archive.
    pub fn shown(&self) -> PathBuf {
        self.files.shown(&self.path)
    }

    /// Whether this is a path of the machine and not one in an archive.
    pub fn is_on_disk(&self) -> bool {
        self.files.shown(Path::new("x")) == Path::new("x")
    }

    pub fn kind(&self) -> Option<Kind> {
        self.files.kind(&self.path)
    }

    pub fn is_folder(&self) -> bool {
        self.kind() == Some(Kind::Folder)
    }

    pub fn is_file(&self) -> bool {
        matches!(self.kind(), Some(Kind::File(_)))
    }

    /// The entries of a folder in the order of their names: places, and whether each is a folder.
    pub fn list(&self) -> Result<Vec<(Self, bool)>, Error> {
        let mut items = self.files.list(&self.path)?;
        items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let place = |item: super::Item| (self.join(&item.name), item.is_folder);
        Ok(items.into_iter().map(place).collect())
    }

    /// The files of a folder, or the folders in it, in the order of their names.
    pub fn files(&self) -> Result<Vec<Self>, Error> {
        self.entries(false)
    }

    /// See [`files`](Self::files).
    pub fn folders(&self) -> Result<Vec<Self>, Error> {
        self.entries(true)
    }

    fn entries(&self, folders: bool) -> Result<Vec<Self>, Error> {
        let entries = self.list()?.into_iter();
        let wanted = entries.filter(|(_, is_folder)| *is_folder == folders);
        Ok(wanted.map(|(place, _)| place).collect())
    }

    /// Every file below a folder: the files of a folder before those of the folders in it, each in the order of their
    /// names. A link back to a folder that it lies in is not followed. `enter` says which folders to look into.
    pub fn walk(&self, enter: impl Fn(&Self) -> bool) -> Result<Vec<Self>, Error> {
        let mut files = Vec::new();
        self.walk_into(&enter, &mut vec![self.identity()], &mut files)?;
        Ok(files)
    }

    fn walk_into(
        &self,
        enter: &impl Fn(&Self) -> bool,
        above: &mut Vec<PathBuf>,
        files: &mut Vec<Self>,
    ) -> Result<(), Error> {
        let mut folders = Vec::new();
        for (place, is_folder) in self.list()? {
            match is_folder {
                true => folders.push(place),
                false => files.push(place),
            }
        }
        for folder in folders.into_iter().filter(|folder| enter(folder)) {
            let identity = folder.identity();
            // A link to a folder above the one that the walk began at leads back as well.
            let leads_back = above.iter().any(|above| above.starts_with(&identity));
            if leads_back || above.len() > MAX_DEPTH {
                continue;
            }
            above.push(identity);
            folder.walk_into(enter, above, files)?;
            above.pop();
        }
        Ok(())
    }

    /// Whether this folder is a link to the folder that it lies in, or to one above that.
    pub fn leads_up(&self) -> bool {
        self.parent().identity().starts_with(self.identity())
    }

    fn identity(&self) -> PathBuf {
        self.files.identity(&self.path)
    }

    /// The number of bytes of a file.
    pub fn len(&self) -> Result<u64, Error> {
        match self.kind() {
            Some(Kind::File(len)) => Ok(len),
            _ => Err(self.missing()),
        }
    }

    /// A file's bytes, if they fit.
    pub fn read(&self, memory: MemoryLimit) -> Result<Vec<u8>, Error> {
        let len = self.len()?;
        memory.check(
            &self.shown(),
            len,
            || "the file as stored".into(),
            crate::memory::HINT_SMALLER,
        )?;
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
        let mut reader = self.reader()?;
        let read = reader.read_to_end(&mut bytes);
        read.map_err(|error| self.io(&error))?;
        Ok(bytes)
    }

    /// The first `limit` bytes of a file, or all if there are fewer.
    pub fn head(&self, limit: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let read = self.reader()?.take(limit).read_to_end(&mut bytes);
        read.map_err(|error| self.io(&error))?;
        Ok(bytes)
    }

    /// A reader of a file's bytes. Its errors do not name the file; [`io`](Self::io) does that.
    pub fn reader(&self) -> Result<Box<dyn Read + '_>, Error> {
        let reader = self.files.open(&self.path);
        reader.map_err(|error| self.io(&error))
    }

    fn missing(&self) -> Error {
        let path = self.shown();
        let reason = format!("{}: no such file", path.display());
        Error::Io(std::io::Error::new(std::io::ErrorKind::NotFound, reason))
    }

    /// An error of reading that names this file.
    pub fn io(&self, error: &std::io::Error) -> Error {
        let reason = format!("{}: {error}", self.shown().display());
        Error::Io(std::io::Error::new(error.kind(), reason))
    }
}

/// Endings of zip archives, in lower case.
const ZIPS: &[&str] = &[".zip", ".npz"];

/// Folders below each other; more means that something is wrong.
const MAX_DEPTH: usize = 64;

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({})", self.shown().display())
    }
}

impl fmt::Display for Place {
    /// The path for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown().display().fmt(f)
    }
}

impl PartialEq for Place {
    /// Whether both are the same path for people.
    fn eq(&self, other: &Self) -> bool {
        self.shown() == other.shown()
    }
}
