//! Files that may be gzipped, which is told from their first bytes and not from their names.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::Error;
use crate::memory::{HINT_SMALLER, MemoryLimit};

/// Deflate cannot shrink data by more than this factor.
const DEFLATE_RATIO: u64 = 1032;

/// A file's bytes as stored, read in full so that sizes in its header can be checked against them.
pub(super) struct Stored {
    pub path: PathBuf,
    bytes: Vec<u8>,
    /// What may be allocated beside `bytes`.
    memory: MemoryLimit,
}

impl Stored {
    pub fn open(path: &Path, memory: MemoryLimit) -> Result<Self, Error> {
        Ok(Self::of(path, memory.read(path)?, memory))
    }

    /// As if `bytes` were the content of the file at `path`.
    pub fn of(path: &Path, bytes: Vec<u8>, memory: MemoryLimit) -> Self {
        Self {
            path: path.into(),
            memory: memory.less(bytes.len() as u64),
            bytes,
        }
    }

    fn is_gzip(&self) -> bool {
        self.bytes.starts_with(&[0x1f, 0x8b])
    }

    /// The most bytes that this file can hold once unpacked.
    pub fn capacity(&self) -> u64 {
        let stored = self.bytes.len() as u64;
        if self.is_gzip() {
            stored.saturating_mul(DEFLATE_RATIO)
        } else {
            stored
        }
    }

    /// The first `limit` unpacked bytes, or all if there are fewer.
    pub fn head(&self, limit: u64) -> Result<Vec<u8>, Error> {
        if !self.is_gzip() {
            let end = self
                .bytes
                .len()
                .min(usize::try_from(limit).unwrap_or(usize::MAX));
            return Ok(self.bytes[..end].to_vec());
        }
        let mut unpacked = Vec::new();
        match MultiGzDecoder::new(&self.bytes[..])
            .take(limit)
            .read_to_end(&mut unpacked)
        {
            Ok(_) => Ok(unpacked),
            Err(error) => Err(Error::Gzip {
                path: self.path.clone(),
                unpacked: unpacked.len() as u64,
                reason: error.to_string(),
            }),
        }
    }

    /// All unpacked bytes, of which there must be exactly `len`.
    pub fn exactly(&self, len: u64, meaning: &str) -> Result<Vec<u8>, Error> {
        self.memory
            .check(&self.path, len, || "the unpacked file".into(), HINT_SMALLER)?;
        let bytes = self.head(len.saturating_add(1))?;
        let found = bytes.len() as u64;
        if found == len {
            return Ok(bytes);
        }
        let beyond = if found > len { " and no more" } else { "" };
        Err(Error::Length {
            path: self.path.clone(),
            expected: format!("{len} ({meaning}){beyond}"),
            found,
        })
    }

    /// All unpacked bytes, but no more than `limit` and than the memory that is left.
    pub fn at_most(&self, limit: u64) -> Result<Vec<u8>, Error> {
        let limit = limit.min(self.memory.left());
        let bytes = self.head(limit.saturating_add(1))?;
        if bytes.len() as u64 > limit {
            return Err(Error::UnpacksTooLarge {
                path: self.path.clone(),
                limit,
            });
        }
        Ok(bytes)
    }
}
