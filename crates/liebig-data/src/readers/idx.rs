//! IDX files, the format of MNIST: <http://yann.lecun.com/exdb/mnist/>.
//!
//! A big-endian header (magic number, then one u32 per dimension), then bytes. Images are `[N, H, W]`, labels `[N]`.

use std::path::{Path, PathBuf};

use super::unpack::Stored;
use super::{Reader, Request, checked_labels, here_or_inside};
use crate::memory::MemoryLimit;
use crate::parts::{Parts, count_classes};
use crate::{Error, Format, SampleShape, Split};

/// IDX files in a folder.
pub(super) static READER: Reader = Reader {
    format: Format::new("IDX"),
    dataset: None,
    looks_like: "IDX files (train-images-idx3-ubyte[.gz], ...)",
    whole: &[],
    part: &[
        "-idx3-ubyte",
        ".idx3-ubyte",
        "-idx1-ubyte",
        ".idx1-ubyte",
        "-idx3-ubyte.gz",
        ".idx3-ubyte.gz",
        "-idx1-ubyte.gz",
        ".idx1-ubyte.gz",
    ],
    find: |folder| Ok(here_or_inside(folder, found_in)),
    read,
};

const IMAGES: u32 = 0x0000_0803;
const LABELS: u32 = 0x0000_0801;

/// How file names may call a split.
const TRAIN: &[&str] = &["train"];
const VALIDATION: &[&str] = &["val", "validation", "valid"];
const TEST: &[&str] = &["t10k", "test"];

/// Whether the folder holds IDX training images.
fn found_in(folder: &Path) -> bool {
    find(folder, TRAIN, "images-idx3").is_some()
}

/// Reads `train`, `t10k` or `test`, and `val` if there is one.
fn read(folder: &Path, request: &Request<'_>) -> Result<Parts, Error> {
    let size = |split: &Split| (split.len() * split.shape().len()) as u64;
    let memory = request.memory;
    let train = read_split(folder, TRAIN, request.classes, memory)?;
    let classes = request
        .classes
        .unwrap_or_else(|| count_classes(train.labels()));
    let memory = memory.less(size(&train));
    let test = read_split(folder, TEST, Some(classes), memory)?;
    let validation = match find(folder, VALIDATION, "images-idx3") {
        Some(_) => {
            let memory = memory.less(size(&test));
            Some(read_split(folder, VALIDATION, Some(classes), memory)?)
        }
        None => None,
    };
    Ok(Parts {
        class_names: None,
        train,
        validation,
        test,
        notes: Vec::new(),
    })
}

fn find(folder: &Path, split: &[&str], kind: &str) -> Option<PathBuf> {
    let dotted = kind.replace('-', ".");
    for split in split {
        for kind in [kind, &dotted] {
            for ending in ["", ".gz"] {
                let path = folder.join(format!("{split}-{kind}-ubyte{ending}"));
                if path.is_file() {
                    return Some(path);
                }
            }
        }
    }
    None
}

fn read_split(
    folder: &Path,
    split: &[&str],
    classes: Option<usize>,
    memory: MemoryLimit,
) -> Result<Split, Error> {
    let file = |kind: &str| {
        find(folder, split, kind).ok_or_else(|| Error::Missing {
            folder: folder.into(),
            expected: format!("{}-{kind}-ubyte[.gz]", split[0]),
        })
    };
    let images = Stored::open(&file("images-idx3")?, memory)?;
    let labels = Stored::open(&file("labels-idx1")?, memory)?;
    parse_split(&images, &labels, classes)
}

fn parse_split(images: &Stored, labels: &Stored, classes: Option<usize>) -> Result<Split, Error> {
    let (dims, pixels) = parse(images, IMAGES)?;
    let (label_dims, label_bytes) = parse(labels, LABELS)?;
    let [count, height, width] = dims[..] else {
        return Err(missing_header(images, 16, 4 + 4 * dims.len() as u64));
    };
    if label_dims != [count] {
        return Err(Error::CountMismatch {
            samples_at: images.path.clone(),
            samples: count as u64,
            labels_at: labels.path.clone(),
            labels: label_bytes.len() as u64,
        });
    }
    let labels = checked_labels(
        &labels.path,
        label_bytes.into_iter().map(i64::from),
        classes,
    )?;
    let shape = SampleShape::Image {
        channels: 1,
        height,
        width,
    };
    Split::images(shape, pixels, labels)
}

/// The sizes in the header and the data after it. Nothing is allocated that the file could not fill.
fn parse(file: &Stored, magic: u32) -> Result<(Vec<usize>, Vec<u8>), Error> {
    let dims_count = u64::from(magic & 0xff);
    let header_len = 4 + 4 * dims_count;
    let header = file.head(header_len)?;
    let words: Vec<u32> = header
        .chunks_exact(4)
        .map(|word| {
            word.iter()
                .fold(0, |number, &byte| number << 8 | u32::from(byte))
        })
        .collect();
    match words.first() {
        Some(&found) if found != magic => {
            return Err(Error::WrongMagic {
                path: file.path.clone(),
                expected: magic,
                found,
                hint: match found {
                    IMAGES => "this is an image file under a label file's name",
                    LABELS => "this is a label file under an image file's name",
                    _ => "not an IDX file of bytes, or damaged",
                },
            });
        }
        Some(_) if header.len() as u64 == header_len => {}
        _ => return Err(missing_header(file, header_len, header.len() as u64)),
    }
    let mut len = header_len;
    let mut data_len = 1_u64;
    for (index, &size) in words[1..].iter().enumerate() {
        data_len = data_len.saturating_mul(u64::from(size));
        len = header_len.saturating_add(data_len);
        if size == 0 || len > file.capacity() {
            return Err(Error::BadHeader {
                path: file.path.clone(),
                place: format!("byte {}", 4 + 4 * index),
                expected: format!(
                    "a size from 1 that fits a file of at most {} bytes",
                    file.capacity()
                ),
                found: size.to_string(),
            });
        }
    }
    let mut data = file.exactly(
        len,
        &format!("{header_len} bytes of header and {data_len} of data"),
    )?;
    data.drain(..header_len as usize);
    Ok((words[1..].iter().map(|&size| size as usize).collect(), data))
}

fn missing_header(file: &Stored, expected: u64, found: u64) -> Error {
    Error::Length {
        path: file.path.clone(),
        expected: format!("at least {expected} (the header)"),
        found,
    }
}

#[cfg(test)]
#[path = "idx_tests.rs"]
mod tests;
