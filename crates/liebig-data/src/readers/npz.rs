//! NumPy's npz in MedMNIST's layout: <https://medmnist.com>.
//!
//! The arrays are `train_images`, `train_labels`, `test_images`, `test_labels` and optionally `val_images` and
//! `val_labels`. Images are u8 `[N, H, W]` or `[N, H, W, C]`, labels integers `[N]` or `[N, 1]`.

use std::io::{Cursor, Read};
use std::path::Path;

use ndarray::{ArrayD, ArrayViewD};
use ndarray_npy::{ReadNpyExt, ViewElement, ViewNpyError, ViewNpyExt};
use zip::ZipArchive;

use super::recognise::one_file;
use super::{Reader, Request, checked_labels};
use crate::memory::{HINT_SMALLER, MemoryLimit};
use crate::parts::{Parts, count_classes};
use crate::{Error, Format, SampleShape, Split};

/// One npz file.
pub(super) static READER: Reader = Reader {
    format: Format::new("npz"),
    dataset: None,
    looks_like: "one .npz file in MedMNIST's layout",
    whole: &[".npz"],
    part: &[],
    find: |folder| one_file(folder, ".npz"),
    read: |path, request| parse(path, request.memory.read(path)?, request),
};

/// A dataset is held in memory: no array may be larger than this once unpacked.
const MAX_LEN: u64 = 4 << 30;
/// Deflate cannot shrink data by more than this factor.
const DEFLATE_RATIO: u64 = 1032;
/// NumPy's own headers stay below 200 bytes; this limits how deep the parser can recurse.
const MAX_HEADER: usize = 512;

struct Npz<'a> {
    path: &'a Path,
    stored_len: u64,
    archive: ZipArchive<Cursor<Vec<u8>>>,
    /// What may be allocated beside the file and the splits read so far.
    memory: MemoryLimit,
}

fn parse(path: &Path, bytes: Vec<u8>, request: &Request<'_>) -> Result<Parts, Error> {
    let stored_len = bytes.len() as u64;
    let archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| wrong(path, "*", format!("not an npz file: {error}")))?;
    let mut npz = Npz {
        path,
        stored_len,
        archive,
        memory: request.memory.less(stored_len),
    };
    let train = npz.split("train", request.classes)?;
    let classes = request
        .classes
        .unwrap_or_else(|| count_classes(train.labels()));
    let validation = match npz.has("val_images") {
        true => Some(npz.split("val", Some(classes))?),
        false => None,
    };
    Ok(Parts {
        class_names: None,
        test: npz.split("test", Some(classes))?,
        train,
        validation,
        notes: Vec::new(),
    })
}

fn wrong(path: &Path, array: &str, reason: impl Into<String>) -> Error {
    Error::Npz {
        path: path.into(),
        array: array.into(),
        reason: reason.into(),
    }
}

impl Npz<'_> {
    fn has(&self, array: &str) -> bool {
        self.archive
            .index_for_name(&format!("{array}.npy"))
            .is_some()
    }

    fn wrong(&self, array: &str, reason: impl Into<String>) -> Error {
        wrong(self.path, array, reason)
    }

    fn split(&mut self, split: &str, classes: Option<usize>) -> Result<Split, Error> {
        let (images, labels) = (format!("{split}_images"), format!("{split}_labels"));
        let (shape, pixels) = self.images(&images)?;
        let found = self.labels(&labels)?;
        if found.len() != pixels.len() / shape.len() {
            return Err(Error::CountMismatch {
                samples_at: format!("{}/{images}", self.path.display()).into(),
                samples: (pixels.len() / shape.len()) as u64,
                labels_at: labels.into(),
                labels: found.len() as u64,
            });
        }
        let place = self.path.join(labels);
        self.memory = self.memory.less(pixels.len() as u64);
        Split::images(shape, pixels, checked_labels(&place, found, classes)?)
    }

    /// Unpacked bytes of an array's npy file.
    fn entry(&mut self, array: &str) -> Result<Vec<u8>, Error> {
        if !self.has(array) {
            let names: Vec<_> = self.archive.file_names().filter_map(Result::ok).collect();
            let reason = format!("missing; the file holds {}", names.join(", "));
            return Err(self.wrong(array, reason));
        }
        let (path, memory) = (self.path, self.memory);
        let entry = self
            .archive
            .by_name(&format!("{array}.npy"))
            .map_err(|error| wrong(path, array, error.to_string()))?;
        // The array as unpacked and as samples. The file states this size and may be wrong, so reading has a limit too.
        let needed = entry.size().min(MAX_LEN).saturating_mul(2);
        memory.check(
            &path.join(array),
            needed,
            || "the array".into(),
            HINT_SMALLER,
        )?;
        let limit = self
            .stored_len
            .saturating_mul(DEFLATE_RATIO)
            .min(MAX_LEN)
            .min(memory.left());
        let mut bytes = Vec::new();
        entry
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| wrong(path, array, format!("after {} bytes: {error}", bytes.len())))?;
        if bytes.len() as u64 > limit {
            return Err(Error::UnpacksTooLarge {
                path: path.join(array),
                limit,
            });
        }
        let header_len = match bytes[..] {
            [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, low, high, ..] => {
                usize::from(low) | usize::from(high) << 8
            }
            _ => return Err(self.wrong(array, "byte 0: expected an npy file of version 1.0")),
        };
        if header_len > MAX_HEADER {
            return Err(self.wrong(
                array,
                format!(
                    "byte 8: expected a header of at most {MAX_HEADER} bytes, found {header_len}"
                ),
            ));
        }
        Ok(bytes)
    }

    fn images(&mut self, array: &str) -> Result<(SampleShape, Vec<u8>), Error> {
        let bytes = self.entry(array)?;
        let images = ArrayViewD::<u8>::view_npy(&bytes)
            .map_err(|error| self.wrong(array, error.to_string()))?;
        let (channels, height, width) = match *images.shape() {
            [_, height, width] => (1, height, width),
            [_, height, width, channels @ (1 | 3)] => (channels, height, width),
            ref shape => return Err(self.wrong(array, format!("shape {shape:?}"))),
        };
        if images.is_empty() {
            return Err(self.wrong(array, format!("shape {:?} holds nothing", images.shape())));
        }
        // NHWC to NCHW; without a channel axis there is one channel.
        let planar = match images.ndim() {
            4 => images.permuted_axes(vec![0, 3, 1, 2]),
            _ => images,
        };
        let shape = SampleShape::Image {
            channels,
            height,
            width,
        };
        Ok((shape, planar.iter().copied().collect()))
    }

    fn labels(&mut self, array: &str) -> Result<Vec<i64>, Error> {
        let bytes = self.entry(array)?;
        let labels = integers::<u8>(&bytes)
            .or_else(|error| next::<i8>(error, &bytes))
            .or_else(|error| next::<u16>(error, &bytes))
            .or_else(|error| next::<i16>(error, &bytes))
            .or_else(|error| next::<u32>(error, &bytes))
            .or_else(|error| next::<i32>(error, &bytes))
            .or_else(|error| next::<u64>(error, &bytes))
            .or_else(|error| next::<i64>(error, &bytes))
            .map_err(|error| self.wrong(array, error.to_string()))?;
        match *labels.shape() {
            [_] | [_, 1] => Ok(labels.into_iter().collect()),
            ref shape => Err(self.wrong(
                array,
                format!("shape {shape:?}: expected one label per image"),
            )),
        }
    }
}

/// An integer array of element type `T`.
fn integers<T>(bytes: &[u8]) -> Result<ArrayD<i64>, ViewNpyError>
where
    T: ViewElement + ndarray_npy::ReadableElement + Copy + TryInto<i64>,
{
    // A number that does not fit i64 is not a class either; it is reported as a label out of range.
    let number = |value: T| value.try_into().unwrap_or(i64::MAX);
    match ArrayViewD::<T>::view_npy(bytes) {
        Ok(view) => Ok(view.mapv(number)),
        // The view checks the length before the alignment, so reading allocates no more than the file holds.
        Err(ViewNpyError::MisalignedData) => match ArrayD::<T>::read_npy(bytes) {
            Ok(array) => Ok(array.mapv(number)),
            Err(error) => Err(ViewNpyError::InvalidData(error.into())),
        },
        Err(error) => Err(error),
    }
}

/// The next element type, if the last one failed only because the array has another type.
fn next<T>(error: ViewNpyError, bytes: &[u8]) -> Result<ArrayD<i64>, ViewNpyError>
where
    T: ViewElement + ndarray_npy::ReadableElement + Copy + TryInto<i64>,
{
    match error {
        ViewNpyError::WrongDescriptor(_) => integers::<T>(bytes),
        other => Err(other),
    }
}

#[cfg(test)]
#[path = "npz_tests.rs"]
mod tests;
