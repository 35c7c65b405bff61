//! Files that may be gzipped, which is told from their first bytes and not from their names.

use std::io::{BufReader, Chain, Cursor, Read};
use std::path::PathBuf;

use flate2::bufread::MultiGzDecoder;

use crate::Error;
use crate::files::Place;
use crate::memory::MemoryLimit;

/// Deflate cannot shrink data by more than this factor.
const DEFLATE_RATIO: u64 = 1032;
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Bytes that are read at a time.
const BUFFER: usize = 1 << 16;

/// A file that is being read, and unpacked on the way if it is gzipped.
pub(super) struct Unpacking<'a> {
    place: &'a Place,
    reader: Reader<'a>,
    stored: u64,
    /// Unpacked bytes so far.
    read: u64,
}

type Stream<'a> = BufReader<Chain<Cursor<Vec<u8>>, Box<dyn Read + 'a>>>;

enum Reader<'a> {
    Plain(Stream<'a>),
    Gzip(Box<MultiGzDecoder<Stream<'a>>>),
}

impl<'a> Unpacking<'a> {
    pub fn open(place: &'a Place) -> Result<Self, Error> {
        let mut file = place.reader()?;
        let mut magic = Vec::new();
        let read = (&mut file).take(MAGIC.len() as u64).read_to_end(&mut magic);
        read.map_err(|error| place.io(&error))?;
        let is_gzip = magic == MAGIC;
        let stream = BufReader::with_capacity(BUFFER, Cursor::new(magic).chain(file));
        Ok(Self {
            place,
            reader: match is_gzip {
                true => Reader::Gzip(Box::new(MultiGzDecoder::new(stream))),
                false => Reader::Plain(stream),
            },
            stored: place.len()?,
            read: 0,
        })
    }

    /// The path for people.
    pub fn path(&self) -> PathBuf {
        self.place.shown()
    }

    pub fn is_gzip(&self) -> bool {
        matches!(self.reader, Reader::Gzip(_))
    }

    /// The most bytes that this file can hold once unpacked; their number, if it is not packed.
    pub fn capacity(&self) -> u64 {
        match self.is_gzip() {
            true => self.stored.saturating_mul(DEFLATE_RATIO),
            false => self.stored,
        }
    }

    /// Unpacked bytes that were read so far.
    pub fn position(&self) -> u64 {
        self.read
    }

    /// Reads until `buffer` is full or the file ends; the number of bytes read.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.read += filled as u64;
                    return Err(self.damaged(&error));
                }
            }
        }
        self.read += filled as u64;
        Ok(filled)
    }

    /// The next `limit` bytes, or all if there are fewer.
    pub fn head(&mut self, limit: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; limit];
        let filled = self.fill(&mut bytes)?;
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Checks that the file has ended, where it has `expected` bytes, which `meaning` explains.
    pub fn end(&mut self, expected: u64, meaning: &str) -> Result<(), Error> {
        if self.fill(&mut [0])? == 0 {
            return Ok(());
        }
        Err(Error::Length {
            path: self.path(),
            expected: format!("{expected} ({meaning}) and no more"),
            found: match self.is_gzip() {
                true => self.read,
                false => self.stored,
            },
        })
    }

    fn damaged(&self, error: &std::io::Error) -> Error {
        match self.is_gzip() {
            true => Error::Gzip {
                path: self.path(),
                unpacked: self.read,
                reason: error.to_string(),
            },
            false => self.place.io(error),
        }
    }
}

impl Read for Unpacking<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Gzip(reader) => reader.read(buffer),
        }
    }
}

/// A file that is read at once.
pub(super) struct Stored<'a> {
    place: &'a Place,
    memory: MemoryLimit,
}

impl<'a> Stored<'a> {
    pub fn open(place: &'a Place, memory: MemoryLimit) -> Result<Self, Error> {
        Ok(Self { place, memory })
    }

    /// All unpacked bytes, but no more than `limit` and than the memory that is left.
    pub fn at_most(&self, limit: u64) -> Result<Vec<u8>, Error> {
        let mut file = Unpacking::open(self.place)?;
        let limit = limit.min(self.memory.left());
        let mut bytes = Vec::new();
        if !file.is_gzip() {
            let expected = file.capacity().min(limit);
            bytes.reserve_exact(usize::try_from(expected).unwrap_or(0));
        }
        let mut block = vec![0; BUFFER];
        loop {
            let filled = file.fill(&mut block)?;
            if (bytes.len() + filled) as u64 > limit {
                return Err(Error::UnpacksTooLarge {
                    path: file.path(),
                    limit,
                });
            }
            bytes.extend_from_slice(&block[..filled]);
            if filled < block.len() {
                return Ok(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn place(bytes: Vec<u8>) -> Place {
        Place::in_memory([("file", bytes)]).join("file")
    }

    #[test]
    fn plain_and_gzipped_bytes_are_the_same() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|at| (at % 251) as u8).collect();
        // Two gzip members one after the other are one file.
        let members = [gzip(&bytes[..70_000]), gzip(&bytes[70_000..])].concat();
        for stored in [bytes.clone(), gzip(&bytes), members] {
            let place = place(stored);
            let mut file = Unpacking::open(&place).unwrap();
            assert!(file.capacity() >= 200_000);
            assert_eq!(file.head(10).unwrap(), bytes[..10]);
            let mut rest = vec![0; 199_990];
            assert_eq!(file.fill(&mut rest).unwrap(), rest.len());
            assert_eq!(rest, bytes[10..]);
            assert_eq!(file.position(), 200_000);
            file.end(200_000, "all").unwrap();
            assert!(file.head(5).unwrap().is_empty());
            let stored = |limit| {
                Stored::open(&place, MemoryLimit::NONE)
                    .unwrap()
                    .at_most(limit)
            };
            assert_eq!(stored(200_000).unwrap(), bytes);
            assert!(matches!(
                stored(199_999),
                Err(Error::UnpacksTooLarge { limit: 199_999, .. })
            ));
        }
        for short in [vec![], vec![0x1f]] {
            let place = place(short.clone());
            let read = Stored::open(&place, MemoryLimit::NONE).unwrap().at_most(9);
            assert_eq!(read.unwrap(), short);
        }
    }

    #[test]
    fn a_file_that_goes_on_or_breaks_off_is_told() {
        for (stored, found) in [(vec![7; 30], 30), (gzip(&[7; 30]), 29)] {
            let place = place(stored);
            let mut file = Unpacking::open(&place).unwrap();
            file.head(28).unwrap();
            let error = file.end(28, "a header and data").unwrap_err().to_string();
            let expected =
                format!("ends at byte {found}, expected 28 (a header and data) and no more");
            assert!(error.contains(&expected), "{error}");
        }
        let mut cut = gzip(&[7; 300]);
        cut.truncate(cut.len() - 9);
        let place = place(cut);
        let error = Unpacking::open(&place).unwrap().head(400).unwrap_err();
        assert!(matches!(error, Error::Gzip { .. }), "{error}");
    }
}
