//! CIFAR's binary files: <https://www.cs.toronto.edu/~kriz/cifar.html>.
//!
//! A file is records without a header: one label byte (CIFAR-10) or a coarse and a fine one (CIFAR-100), then 1024 red,
//! 1024 green and 1024 blue bytes, each plane row by row. The number of records follows from the file's length, and
//! missing training batches are left out, so an incomplete set can be read.

use std::path::{Path, PathBuf};

use super::unpack::Stored;
use super::{Reader, Request, checked_labels, here_or_inside};
use crate::memory::MemoryLimit;
use crate::parts::Parts;
use crate::{Error, Format, SampleShape, Split};

/// CIFAR-10.
pub(super) static READER_10: Reader = Reader {
    format: Format::new("CIFAR-10 binary"),
    dataset: Some("cifar10"),
    looks_like: LOOKS_LIKE,
    whole: &[],
    part: ENDINGS,
    find: |folder| find_kind(folder, Kind::Cifar10),
    read: |folder, request| read(folder, Kind::Cifar10, request),
};

/// CIFAR-100 with its fine labels.
pub(super) static READER_100: Reader = Reader {
    format: Format::new("CIFAR-100 binary"),
    dataset: Some("cifar100"),
    looks_like: LOOKS_LIKE,
    whole: &[],
    part: ENDINGS,
    find: |folder| find_kind(folder, Kind::Cifar100),
    read: |folder, request| read(folder, Kind::Cifar100, request),
};

const LOOKS_LIKE: &str = "CIFAR binary batches (data_batch_1.bin[.gz], ... or train.bin[.gz])";
const ENDINGS: &[&str] = &[".bin", ".bin.gz"];

const SHAPE: SampleShape = SampleShape::Image {
    channels: 3,
    height: 32,
    width: 32,
};

/// No batch may be larger than this once unpacked; the largest official one has 154 MB.
const MAX_LEN: u64 = 1 << 30;

/// Which of the two layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Cifar10,
    Cifar100,
}

impl Kind {
    const fn classes(self) -> usize {
        match self {
            Self::Cifar10 => 10,
            Self::Cifar100 => 100,
        }
    }

    /// Label bytes before the pixels; the last one is the class.
    const fn label_len(self) -> usize {
        match self {
            Self::Cifar10 => 1,
            Self::Cifar100 => 2,
        }
    }

    const fn names_file(self) -> &'static str {
        match self {
            Self::Cifar10 => "batches.meta.txt",
            Self::Cifar100 => "fine_label_names.txt",
        }
    }

    fn train_files(self, folder: &Path) -> Vec<PathBuf> {
        match self {
            Self::Cifar10 => (1..=5)
                .filter_map(|batch| find(folder, &format!("data_batch_{batch}.bin")))
                .collect(),
            Self::Cifar100 => find(folder, "train.bin").into_iter().collect(),
        }
    }

    const fn test_file(self) -> &'static str {
        match self {
            Self::Cifar10 => "test_batch.bin",
            Self::Cifar100 => "test.bin",
        }
    }
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    [folder.join(name), folder.join(format!("{name}.gz"))]
        .into_iter()
        .find(|path| path.is_file())
}

/// The folder with training files of this layout, if there is one.
fn find_kind(folder: &Path, kind: Kind) -> Result<Option<PathBuf>, Error> {
    Ok(here_or_inside(folder, |folder| {
        !kind.train_files(folder).is_empty()
    }))
}

/// Reads the training batches that are there, in order, and the test batch.
fn read(folder: &Path, kind: Kind, request: &Request<'_>) -> Result<Parts, Error> {
    let test = find(folder, kind.test_file()).ok_or_else(|| Error::Missing {
        folder: folder.into(),
        expected: format!("{}[.gz]", kind.test_file()),
    })?;
    let files = kind.train_files(folder);
    let mut notes = Vec::new();
    if kind == Kind::Cifar10 && files.len() < 5 {
        notes.push(format!("{} of 5 training batches found", files.len()));
    }
    let train = read_files(&files, kind, request.memory)?;
    let train_size = (train.len() * SHAPE.len()) as u64;
    Ok(Parts {
        class_names: class_names(folder, kind)?,
        train,
        validation: None,
        test: read_files(&[test], kind, request.memory.less(train_size))?,
        notes,
    })
}

fn read_files(files: &[PathBuf], kind: Kind, memory: MemoryLimit) -> Result<Split, Error> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for path in files {
        let file = Stored::open(path, memory.less(pixels.len() as u64))?;
        parse(&file, kind, &mut pixels, &mut labels)?;
    }
    Split::images(SHAPE, pixels, labels)
}

fn parse(
    file: &Stored,
    kind: Kind,
    pixels: &mut Vec<u8>,
    labels: &mut Vec<u32>,
) -> Result<(), Error> {
    let bytes = file.at_most(MAX_LEN)?;
    let record_len = kind.label_len() + SHAPE.len();
    let records = bytes.chunks_exact(record_len);
    if bytes.is_empty() || !records.remainder().is_empty() {
        return Err(Error::Length {
            path: file.path.clone(),
            expected: format!(
                "a multiple of {record_len} (one record); record {} (from 0) is cut short",
                bytes.len() / record_len
            ),
            found: bytes.len() as u64,
        });
    }
    let classes = records
        .clone()
        .map(|record| i64::from(record[kind.label_len() - 1]));
    labels.extend(checked_labels(&file.path, classes, Some(kind.classes()))?);
    for record in records {
        pixels.extend_from_slice(&record[kind.label_len()..]);
    }
    Ok(())
}

fn class_names(folder: &Path, kind: Kind) -> Result<Option<Vec<String>>, Error> {
    let path = folder.join(kind.names_file());
    if !path.is_file() {
        return Ok(None);
    }
    let text = Stored::open(&path, MemoryLimit::NONE)?.at_most(1 << 20)?;
    let names: Vec<String> = String::from_utf8_lossy(&text)
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    if names.len() != kind.classes() {
        return Err(Error::BadHeader {
            path,
            place: "all lines".into(),
            expected: format!("{} class names, one a line", kind.classes()),
            found: names.len().to_string(),
        });
    }
    Ok(Some(names))
}

#[cfg(test)]
#[path = "cifar_tests.rs"]
mod tests;
