//! Files in a zip archive, unpacked one at a time when they are read, by any number of threads at once.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::index::Index;
use super::source::Opened;
use super::{Files, Item, Kind, Source};
use crate::Error;

/// A zip archive.
#[derive(Debug)]
pub(super) struct Zip {
    /// The archive's path for people.
    path: PathBuf,
    source: Source,
    index: Index<Entry>,
    /// Bytes of memory that the archive takes, if it had to be unpacked from another one.
    held: u64,
}

/// Where a file is, and how it is packed.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The byte of the header before the packed bytes.
    header: u64,
    packed: u64,
    unpacked: u64,
    sum: u32,
    method: Method,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Stored,
    Deflated,
    Encrypted,
    Other,
}

/// Deflate cannot shrink data by more than this factor.
const DEFLATE_RATIO: u64 = 1032;
/// The length of a file's header without its name and its extra field, whose lengths are at bytes 26 and 28.
const HEADER: usize = 30;
/// What a zip archive that holds anything starts with.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";

impl Zip {
    pub fn open(path: PathBuf, source: Source, held: u64) -> Result<Self, Error> {
        match list(&source) {
            Ok(index) => Ok(Self {
                path,
                source,
                index,
                held,
            }),
            Err(error) => Err(Error::Archive {
                reason: reason(&source, &error),
                path,
            }),
        }
    }

    /// The byte at which the packed bytes of a file start.
    fn start(&self, entry: &Entry, opened: &mut Opened) -> io::Result<u64> {
        opened.seek(SeekFrom::Start(entry.header))?;
        let mut header = [0; HEADER];
        opened.read_exact(&mut header)?;
        let short = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let start = entry.header + HEADER as u64 + short(26) + short(28);
        match start + entry.packed <= self.source.len() {
            true => Ok(start),
            false => Err(io::Error::other("it is cut short")),
        }
    }
}

fn list(source: &Source) -> Result<Index<Entry>, ZipError> {
    let archive = ZipArchive::new(BufReader::new(source.open()?))?;
    let mut index = Index::new();
    let metadata = archive.metadata();
    for number in 0..metadata.len() {
        let file = metadata.entry(number)?;
        let Some(inner) = file.enclosed_name() else {
            continue;
        };
        if file.is_dir() {
            index.add_folder(&inner);
            continue;
        }
        let entry = Entry {
            header: file.header_start(),
            packed: file.compressed_size(),
            unpacked: file.size(),
            sum: file.crc32(),
            method: match file.compression() {
                _ if file.encrypted() => Method::Encrypted,
                CompressionMethod::Stored => Method::Stored,
                CompressionMethod::Deflated => Method::Deflated,
                _ => Method::Other,
            },
        };
        // What is allocated follows from these numbers.
        let possible = match entry.method {
            Method::Stored => entry.unpacked == entry.packed,
            Method::Deflated => entry.unpacked / DEFLATE_RATIO <= entry.packed,
            Method::Encrypted | Method::Other => true,
        };
        let end = entry.header.saturating_add(entry.packed);
        if !possible || end > source.len() {
            return Err(ZipError::Io(io::Error::other(format!(
                "the sizes of `{}` in it cannot be true: {} bytes at byte {} that unpack to {}",
                inner.display(),
                entry.packed,
                entry.header,
                entry.unpacked,
            ))));
        }
        index.add(&inner, entry.unpacked, entry);
    }
    Ok(index)
}

/// Why a source is not a zip archive.
fn reason(source: &Source, error: &ZipError) -> String {
    let mut magic = [0; 4];
    let read = source
        .open()
        .and_then(|mut file| file.read_exact(&mut magic));
    match (error, read) {
        _ if source.len() == 0 => "the file is empty".into(),
        (ZipError::InvalidArchive(_), Ok(())) if magic == MAGIC => format!(
            "the file is cut short: it has {} bytes, and the directory at the end of a zip file is missing",
            source.len()
        ),
        _ => error.to_string(),
    }
}

impl Files for Zip {
    fn list(&self, folder: &Path) -> io::Result<Vec<Item>> {
        self.index.list(folder)
    }

    fn kind(&self, path: &Path) -> Option<Kind> {
        self.index.kind(path)
    }

    fn open(&self, file: &Path) -> io::Result<Box<dyn Read + '_>> {
        let entry = self.index.file(file)?;
        let mut packed = self.source.open()?;
        let start = self.start(entry, &mut packed)?;
        packed.seek(SeekFrom::Start(start))?;
        let packed = packed.take(entry.packed);
        let reader = match entry.method {
            Method::Stored => Packed::Stored(packed),
            Method::Deflated => {
                let buffer = entry.packed.min(BUFFER) as usize;
                Packed::Deflated(DeflateDecoder::new(BufReader::with_capacity(
                    buffer, packed,
                )))
            }
            Method::Encrypted => return Err(io::Error::other("it is encrypted")),
            Method::Other => return Err(io::Error::other("it is not packed by deflate")),
        };
        Ok(Box::new(Checked {
            reader,
            entry: *entry,
            found: Crc::new(),
            read: 0,
        }))
    }

    fn source(&self, file: &Path) -> io::Result<Option<Source>> {
        let entry = self.index.file(file)?;
        match entry.method {
            Method::Stored => {
                let start = self.start(entry, &mut self.source.open()?)?;
                Ok(self.source.part(start, entry.packed))
            }
            _ => Ok(None),
        }
    }

    fn shown(&self, path: &Path) -> PathBuf {
        self.path.join(path)
    }

    fn held(&self) -> u64 {
        self.held
    }
}

/// Packed bytes that are read at a time.
const BUFFER: u64 = 1 << 16;

enum Packed {
    Stored(Take<Opened>),
    Deflated(DeflateDecoder<BufReader<Take<Opened>>>),
}

/// Compares the length and the sum of what was unpacked with the archive's at the end.
struct Checked {
    reader: Packed,
    entry: Entry,
    found: Crc,
    read: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.reader {
            Packed::Stored(reader) => reader.read(buffer)?,
            Packed::Deflated(reader) => reader.read(buffer)?,
        };
        self.found.update(&buffer[..read]);
        self.read += read as u64;
        let ended = read == 0 && !buffer.is_empty();
        if self.read > self.entry.unpacked || (ended && self.read < self.entry.unpacked) {
            return Err(io::Error::other(format!(
                "it unpacks to another length than the archive says, {} bytes",
                self.entry.unpacked
            )));
        }
        if ended && self.found.sum() != self.entry.sum {
            return Err(io::Error::other("its checksum is wrong"));
        }
        Ok(read)
    }
}
