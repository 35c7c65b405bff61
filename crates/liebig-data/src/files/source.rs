//! Bytes that can be read from any position: a file on disk, a part of one, or bytes in memory.

use std::fmt;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// See the module. Cheap to clone; several readers of one source do not disturb each other.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    bytes: Bytes,
    start: u64,
    len: u64,
}

#[derive(Clone, Debug)]
enum Bytes {
    Disk(PathBuf),
    Memory(Shared),
}

#[derive(Clone)]
struct Shared(Arc<Vec<u8>>);

impl Source {
    /// A file of the machine.
    pub fn on_disk(path: &Path) -> io::Result<Self> {
        Ok(Self {
            len: fs_err::metadata(path)?.len(),
            bytes: Bytes::Disk(path.into()),
            start: 0,
        })
    }

    pub fn in_memory(bytes: Vec<u8>) -> Self {
        Self {
            len: bytes.len() as u64,
            bytes: Bytes::Memory(Shared(Arc::new(bytes))),
            start: 0,
        }
    }

    /// The number of bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// `len` bytes from byte `start` on; `None` if this source has not so many.
    pub fn part(&self, start: u64, len: u64) -> Option<Self> {
        let end = start.checked_add(len)?;
        (end <= self.len).then(|| Self {
            bytes: self.bytes.clone(),
            start: self.start + start,
            len,
        })
    }

    /// A reader of all bytes, at the first.
    pub fn open(&self) -> io::Result<Opened> {
        let mut opened = Opened {
            reader: match &self.bytes {
                Bytes::Disk(path) => Reader::Disk(fs_err::File::open(path)?),
                Bytes::Memory(bytes) => Reader::Memory(Cursor::new(bytes.clone())),
            },
            start: self.start,
            len: self.len,
            at: 0,
        };
        opened.rewind()?;
        Ok(opened)
    }
}

/// An open [`Source`].
pub(crate) struct Opened {
    reader: Reader,
    start: u64,
    len: u64,
    /// Bytes from `start`.
    at: u64,
}

enum Reader {
    Disk(fs_err::File),
    Memory(Cursor<Shared>),
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let buffer = &mut buffer[..wanted];
        let read = match &mut self.reader {
            Reader::Disk(file) => file.read(buffer)?,
            Reader::Memory(bytes) => bytes.read(buffer)?,
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        let at = at.ok_or(io::ErrorKind::InvalidInput)?;
        let to = self
            .start
            .checked_add(at)
            .ok_or(io::ErrorKind::InvalidInput)?;
        match &mut self.reader {
            Reader::Disk(file) => file.seek(SeekFrom::Start(to))?,
            Reader::Memory(bytes) => bytes.seek(SeekFrom::Start(to))?,
        };
        self.at = at;
        Ok(at)
    }
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(source: &Source) -> Vec<u8> {
        let mut bytes = Vec::new();
        source.open().unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn parts_of_parts_are_the_same_on_disk_and_in_memory() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..50).collect();
        fs_err::write(file.path(), &bytes).unwrap();
        for source in [
            Source::on_disk(file.path()).unwrap(),
            Source::in_memory(bytes.clone()),
        ] {
            assert_eq!((source.len(), read(&source)), (50, bytes.clone()));
            let part = source.part(10, 30).unwrap();
            let inner = part.part(5, 25).unwrap();
            assert_eq!(
                (read(&part), read(&inner)),
                (bytes[10..40].into(), bytes[15..40].into())
            );
            assert!(part.part(5, 26).is_none() && part.part(u64::MAX, 2).is_none());
            assert!(read(&part.part(30, 0).unwrap()).is_empty());
            let mut opened = inner.open().unwrap();
            let mut two = [0; 2];
            for (to, at) in [
                (SeekFrom::End(-2), 23),
                (SeekFrom::Start(3), 3),
                (SeekFrom::Current(-4), 1),
            ] {
                assert_eq!(opened.seek(to).unwrap(), at);
                opened.read_exact(&mut two).unwrap();
                assert_eq!(two, [15 + at as u8, 16 + at as u8]);
            }
            assert!(opened.seek(SeekFrom::Current(-4)).is_err());
            assert_eq!(opened.seek(SeekFrom::End(9)).unwrap(), 34);
            assert_eq!(
                opened.read(&mut two).unwrap(),
                0,
                "beyond the end there is nothing"
            );
        }
    }
}
