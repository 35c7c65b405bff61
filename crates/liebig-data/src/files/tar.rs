//! Files in a tar archive. A plain one is read where it is; a gzipped one is unpacked into memory, as gzip cannot be read
//! from the middle.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use tar::Archive;

use super::index::Index;
use super::{Files, Item, Kind, Source};
use crate::Error;
use crate::memory::{HINT_UNPACK, MemoryLimit};

/// A tar archive.
#[derive(Debug)]
pub(super) struct Tar {
    /// The archive's path for people.
    path: PathBuf,
    index: Index<Source>,
    /// Bytes of memory that the unpacked archive takes, if it was gzipped.
    held: u64,
}

impl Tar {
    pub fn open(path: PathBuf, mut source: Source, memory: MemoryLimit) -> Result<Self, Error> {
        let mut held = 0;
        let mut magic = [0; 2];
        if source.open()?.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b] {
            source = Source::in_memory(unpack(&path, &source, memory)?);
            held = source.len();
        }
        match list(&source) {
            Ok(index) => Ok(Self { path, index, held }),
            Err(error) => Err(Error::Archive {
                path,
                reason: error.to_string(),
            }),
        }
    }
}

fn unpack(path: &Path, source: &Source, memory: MemoryLimit) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let limit = memory.left();
    MultiGzDecoder::new(io::BufReader::new(source.open()?))
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| Error::Gzip {
            path: path.into(),
            unpacked: bytes.len() as u64,
            reason: error.to_string(),
        })?;
    let needed = bytes.len() as u64;
    memory.check(path, needed, || "the unpacked archive".into(), HINT_UNPACK)?;
    Ok(bytes)
}

fn list(source: &Source) -> io::Result<Index<Source>> {
    // An archive ends in blocks of zeros, so an empty file is none.
    if source.len() == 0 {
        return Err(io::Error::other("the file is empty"));
    }
    let mut index = Index::new();
    for entry in Archive::new(source.open()?).entries_with_seek()? {
        let entry = entry?;
        let path = entry.path()?.into_owned();
        match entry.header().entry_type() {
            kind if kind.is_dir() => index.add_folder(&path),
            kind if kind.is_file() => {
                let (start, len) = (entry.raw_file_position(), entry.size());
                let file = source.part(start, len).ok_or_else(|| {
                    io::Error::other(format!(
                        "the file is cut short: it has {} bytes, but `{}` in it ends at byte {}",
                        source.len(),
                        path.display(),
                        start.saturating_add(len),
                    ))
                })?;
                index.add(&path, len, file);
            }
            // Links and devices.
            _ => {}
        }
    }
    Ok(index)
}

impl Files for Tar {
    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        self.index.list(folder)
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        self.index.kind(path)
    }

    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.index.file(file)?.open()?))
    }

    fn source(&self, file: &Path) -> io::Result<Option<Source>> {
        Ok(Some(self.index.file(file)?.clone()))
    }

    fn shown(&self, path: &Path) -> PathBuf {
        self.path.join(path)
    }

    fn held(&self) -> u64 {
        self.held
    }
}
