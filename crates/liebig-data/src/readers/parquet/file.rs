//! One parquet file: where its bytes are, and its footer.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};

use super::super::table::joined::TableFile;
use super::features::Features;
use super::guard::{damaged, guarded};
use super::schema::{Field, fields};
use crate::files::Place;
use crate::memory::MemoryLimit;
use crate::{Error, Note};

/// Bytes that are read from the disk at a time.
const BUFFER: usize = 16 << 10;

/// A file with its footer; the cells are read when they are needed.
pub(super) struct ParquetFile {
    pub path: PathBuf,
    pub content: Content,
    pub metadata: ParquetMetaData,
    pub fields: Vec<Field>,
    pub features: Features,
    names: Vec<String>,
    rows: usize,
    notes: Vec<Note>,
}

impl ParquetFile {
    /// Reads the footer. A file in an archive is read into memory.
    pub fn open(place: &Place, memory: MemoryLimit) -> Result<Self, Error> {
        let path = place.shown();
        let content = match place.is_on_disk() {
            true => Content::on_disk(&path)?,
            false => Content::in_memory(place.read(memory)?),
        };
        Self::of(path, content)
    }

    /// A file from its bytes.
    pub fn of(path: PathBuf, content: Content) -> Result<Self, Error> {
        let metadata = guarded(&path, || {
            ParquetMetaDataReader::new().parse_and_finish(&content)
        })?;
        let mut rows = 0_usize;
        for group in metadata.row_groups() {
            let count = usize::try_from(group.num_rows());
            let count = count
                .map_err(|_| damaged(&path, format!("a row group of {} rows", group.num_rows())))?;
            rows = rows.saturating_add(count);
        }
        let features = Features::of(&metadata);
        let fields = fields(metadata.file_metadata().schema_descr(), &features);
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        Ok(Self {
            path,
            content,
            metadata,
            fields,
            features,
            names,
            rows,
            notes: Vec::new(),
        })
    }

    /// Whether a column holds encoded images.
    pub fn has_images(&self) -> bool {
        self.fields.iter().any(|field| field.image.is_some())
    }
}

impl TableFile for ParquetFile {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn notes(&self) -> &[Note] {
        &self.notes
    }
}

/// A file's bytes, which several threads may read.
#[derive(Clone)]
pub(super) enum Content {
    Memory(Bytes),
    Disk {
        file: Arc<Mutex<fs_err::File>>,
        len: u64,
    },
}

impl Content {
    pub fn in_memory(bytes: Vec<u8>) -> Self {
        Self::Memory(bytes.into())
    }

    fn on_disk(path: &Path) -> Result<Self, Error> {
        let file = fs_err::File::open(path)?;
        let len = file.metadata()?.len();
        Ok(Self::Disk {
            file: Arc::new(Mutex::new(file)),
            len,
        })
    }

    /// Fills `buffer` from byte `start` on, as far as there are bytes; how many there were.
    fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.len().saturating_sub(start)).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        let buffer = &mut buffer[..count];
        match self {
            Self::Memory(bytes) => buffer.copy_from_slice(&bytes[start as usize..][..count]),
            Self::Disk { file, .. } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(buffer)?;
            }
        }
        Ok(count)
    }
}

impl Length for Content {
    fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Disk { len, .. } => *len,
        }
    }
}

impl ChunkReader for Content {
    type T = ContentReader;

    fn get_read(&self, start: u64) -> ParquetResult<ContentReader> {
        Ok(ContentReader {
            content: self.clone(),
            at: start.min(self.len()),
            buffer: Vec::new(),
            used: 0,
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let end = start
            .checked_add(length as u64)
            .filter(|&end| end <= self.len());
        let Some(end) = end else {
            return Err(ParquetError::EOF(format!(
                "the file ends at byte {}, but {length} bytes from byte {start} on are needed",
                self.len()
            )));
        };
        if let Self::Memory(bytes) = self {
            return Ok(bytes.slice(start as usize..end as usize));
        }
        let mut bytes = vec![0; length];
        self.read_at(start, &mut bytes)?;
        Ok(bytes.into())
    }
}

/// Reads on from a place of a file.
pub(super) struct ContentReader {
    content: Content,
    at: u64,
    buffer: Vec<u8>,
    /// How much of the buffer has been handed out.
    used: usize,
}

impl Read for ContentReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.used == self.buffer.len() {
            self.buffer.resize(BUFFER, 0);
            let count = self.content.read_at(self.at, &mut self.buffer)?;
            self.buffer.truncate(count);
            self.at += count as u64;
            self.used = 0;
        }
        let count = out.len().min(self.buffer.len() - self.used);
        out[..count].copy_from_slice(&self.buffer[self.used..][..count]);
        self.used += count;
        Ok(count)
    }
}
