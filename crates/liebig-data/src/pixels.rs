//! The pixels of all images of a split: in memory, or in a file where there is not enough of it.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use memmap2::Mmap;

use crate::Error;

/// Images one after the other, all of one length.
#[derive(Clone, Debug)]
pub(crate) enum Pixels {
    /// `[n, C, H, W]`.
    Memory(Vec<u8>),
    Disk(OnDisk),
}

/// Some of the images of a file that is mapped into memory: the system reads what is looked at, and forgets it when memory
/// is needed for something else.
#[derive(Clone, Debug)]
pub(crate) struct OnDisk {
    file: Arc<Mmap>,
    /// The image that each of ours is in the file.
    images: Vec<u32>,
    /// Bytes of an image.
    len: usize,
}

impl Pixels {
    /// Image `index`; `len` are the bytes of an image. Like slice indexing, panics if there is no such image.
    pub fn image(&self, index: usize, len: usize) -> &[u8] {
        match self {
            Self::Memory(pixels) => &pixels[index * len..(index + 1) * len],
            Self::Disk(disk) => disk.image(index),
        }
    }

    /// Everything in order, in pieces of whole images.
    pub fn pieces(&self) -> Box<dyn Iterator<Item = &[u8]> + '_> {
        match self {
            Self::Memory(pixels) => Box::new(std::iter::once(pixels.as_slice())),
            Self::Disk(disk) => Box::new((0..disk.images.len()).map(|index| disk.image(index))),
        }
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Memory(pixels) => pixels.len(),
            Self::Disk(disk) => disk.images.len() * disk.len,
        }
    }

    /// The bytes that are taken for as long as the images are.
    pub fn memory(&self) -> u64 {
        match self {
            Self::Memory(pixels) => pixels.len() as u64,
            Self::Disk(disk) => 4 * disk.images.len() as u64,
        }
    }

    /// Keeps the images with these ascending indices, without a copy of them in memory beside the others.
    pub fn keep(&mut self, indices: &[usize], len: usize) {
        match self {
            Self::Memory(pixels) => keep_records(pixels, indices, len),
            Self::Disk(disk) => *disk = disk.choose(indices),
        }
    }

    /// The chosen images in this order. Like slice indexing, panics if an index is out of range.
    pub fn choose(&self, indices: &[usize], len: usize) -> Self {
        match self {
            Self::Memory(pixels) => Self::Memory(gather(pixels, indices, len)),
            Self::Disk(disk) => Self::Disk(disk.choose(indices)),
        }
    }
}

impl PartialEq for Pixels {
    /// Whether the pixels are the same, wherever they lie.
    fn eq(&self, other: &Self) -> bool {
        let bytes = |pixels: &Self| -> blake3::Hash {
            let mut hash = blake3::Hasher::new();
            for piece in pixels.pieces() {
                hash.update(piece);
            }
            hash.finalize()
        };
        match (self, other) {
            (Self::Memory(one), Self::Memory(other)) => one == other,
            _ => self.len() == other.len() && bytes(self) == bytes(other),
        }
    }
}

impl OnDisk {
    fn image(&self, index: usize) -> &[u8] {
        let start = self.images[index] as usize * self.len;
        &self.file[start..start + self.len]
    }

    fn choose(&self, indices: &[usize]) -> Self {
        Self {
            images: indices.iter().map(|&index| self.images[index]).collect(),
            file: self.file.clone(),
            len: self.len,
        }
    }
}

/// The chosen records of `len` values, in this order.
pub(crate) fn gather<T: Copy>(all: &[T], indices: &[usize], len: usize) -> Vec<T> {
    let mut chosen = Vec::with_capacity(indices.len() * len);
    for &index in indices {
        chosen.extend_from_slice(&all[index * len..(index + 1) * len]);
    }
    chosen
}

/// Moves the kept records of `len` values to the front, in place.
pub(crate) fn keep_records<T: Copy>(values: &mut Vec<T>, indices: &[usize], len: usize) {
    for (to, &from) in indices.iter().enumerate() {
        if to < from {
            values.copy_within(from * len..(from + 1) * len, to * len);
        }
    }
    values.truncate(indices.len() * len);
    values.shrink_to_fit();
}

/// A file of images while it is written. It has no name, so that nothing of it stays when the program ends.
pub(crate) struct Scratch {
    file: Mutex<File>,
    folder: PathBuf,
    /// Bytes of an image.
    len: usize,
}

impl Scratch {
    /// A file for images of `len` bytes in the system's folder for temporary files.
    pub fn new(len: usize) -> Result<Self, Error> {
        let folder = std::env::temp_dir();
        let file = tempfile::tempfile_in(&folder);
        let file = file.map_err(|source| failed(&folder, source))?;
        Ok(Self {
            file: Mutex::new(file),
            folder,
            len,
        })
    }

    /// Where the file lies.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Writes image `index`.
    pub fn write(&self, index: usize, pixels: &[u8]) -> Result<(), Error> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let start = SeekFrom::Start((index * self.len) as u64);
        let written = file.seek(start).and_then(|_| file.write_all(pixels));
        written.map_err(|source| failed(&self.folder, source))
    }

    /// The images of each of the groups, which are numbers of images one after the other.
    pub fn finish(self, groups: &[usize]) -> Result<Vec<Pixels>, Error> {
        let Self { file, folder, len } = self;
        let file = file.into_inner().unwrap_or_else(PoisonError::into_inner);
        let count: usize = groups.iter().sum();
        let mapped = file.set_len((count * len) as u64).and_then(|()| {
            // SAFETY: the file has no name and its only handle ends here, so nobody writes to it or shortens it.
            #[allow(unsafe_code)]
            unsafe {
                Mmap::map(&file)
            }
        });
        let file = Arc::new(mapped.map_err(|source| failed(&folder, source))?);
        let mut start = 0;
        let group = |&count: &usize| {
            let images = start..start + count as u32;
            start = images.end;
            Pixels::Disk(OnDisk {
                file: file.clone(),
                images: images.collect(),
                len,
            })
        };
        Ok(groups.iter().map(group).collect())
    }
}

fn failed(folder: &std::path::Path, source: std::io::Error) -> Error {
    Error::Scratch {
        folder: folder.into(),
        source,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn images_on_disk_are_those_in_memory() {
        let scratch = Scratch::new(2).unwrap();
        for index in [4, 0, 3, 1, 2] {
            scratch
                .write(index, &[index as u8, 10 + index as u8])
                .unwrap();
        }
        let groups = scratch.finish(&[3, 2]).unwrap();
        let memory = Pixels::Memory(vec![0, 10, 1, 11, 2, 12]);
        assert_eq!(groups[0], memory);
        assert_ne!(groups[1], memory);
        assert_eq!(groups[1].image(1, 2), [4, 14]);
        assert_eq!((groups[1].len(), groups[1].memory()), (4, 8));
        assert_eq!(
            groups[0].pieces().collect::<Vec<_>>().concat(),
            [0, 10, 1, 11, 2, 12]
        );
        let chosen = groups[0].choose(&[2, 0], 2);
        assert_eq!(chosen, memory.choose(&[2, 0], 2));
        assert_eq!(chosen.choose(&[1], 2), Pixels::Memory(vec![0, 10]));
    }
}
