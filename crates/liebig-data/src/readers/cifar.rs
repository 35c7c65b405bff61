//! CIFAR's binary files: <https://www.cs.toronto.edu/~kriz/cifar.html>.
//!
//! A file is records without a header: one label byte (CIFAR-10) or a coarse and a fine one (CIFAR-100), then 1024 red,
//! 1024 green and 1024 blue bytes, each plane row by row. The number of records follows from the file's length, and
//! missing training batches are left out, so an incomplete set can be read.

use super::numpy::is_pickle;
use super::unpack::{Stored, Unpacking};
use super::{Reader, Request, here_or_inside};
use crate::files::Place;
use crate::memory::{HINT_SMALLER, MemoryLimit};
use crate::parts::Parts;
use crate::{Error, Format, LoadOptions, NoteKind, SampleShape, Split};

/// CIFAR-10.
pub(super) static READER_10: Reader = Reader {
    format: Format::new("CIFAR-10 binary"),
    dataset: Some("cifar10"),
    looks_like: LOOKS_LIKE,
    whole: &[],
    part: ENDINGS,
    find: |folder| find_kind(folder, Kind::Cifar10),
    read: |folder, request| match &request.options.labels {
        None => read(folder, Kind::Cifar10, request),
        Some(labels) => Err(Error::Setting {
            setting: "data.labels",
            found: labels.clone(),
            expected: "no value, as CIFAR-10 has one kind of labels",
        }),
    },
};

/// CIFAR-100 with its fine or its coarse labels.
pub(super) static READER_100: Reader = Reader {
    format: Format::new("CIFAR-100 binary"),
    dataset: Some("cifar100"),
    looks_like: LOOKS_LIKE,
    whole: &[],
    part: ENDINGS,
    find: |folder| find_kind(folder, Kind::Cifar100 { coarse: false }),
    read: |folder, request| read(folder, Kind::cifar100(request.options)?, request),
};

const LOOKS_LIKE: &str = "CIFAR binary batches (data_batch_1.bin[.gz], ... or train.bin[.gz])";
const ENDINGS: &[&str] = &[".bin", ".bin.gz"];

const SHAPE: SampleShape = SampleShape::Image {
    channels: 3,
    height: 32,
    width: 32,
};

/// Records that are read at a time.
const RECORDS: usize = 64;

/// Which of the two layouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Cifar10,
    Cifar100 { coarse: bool },
}

impl Kind {
    /// CIFAR-100 with the labels that the options ask for.
    fn cifar100(options: &LoadOptions) -> Result<Self, Error> {
        let asked = options.labels.as_deref().unwrap_or("fine").to_lowercase();
        match asked.as_str() {
            "fine" => Ok(Self::Cifar100 { coarse: false }),
            "coarse" => Ok(Self::Cifar100 { coarse: true }),
            _ => Err(Error::Setting {
                setting: "data.labels",
                found: asked,
                expected: "fine (100 classes) or coarse (20 classes) for CIFAR-100",
            }),
        }
    }

    const fn classes(self) -> usize {
        match self {
            Self::Cifar10 => 10,
            Self::Cifar100 { coarse: false } => 100,
            Self::Cifar100 { coarse: true } => 20,
        }
    }

    /// Label bytes before the pixels.
    const fn label_len(self) -> usize {
        match self {
            Self::Cifar10 => 1,
            Self::Cifar100 { .. } => 2,
        }
    }

    /// Which of the label bytes is the class.
    const fn label_at(self) -> usize {
        match self {
            Self::Cifar10 | Self::Cifar100 { coarse: true } => 0,
            Self::Cifar100 { coarse: false } => 1,
        }
    }

    const fn names_file(self) -> &'static str {
        match self {
            Self::Cifar10 => "batches.meta.txt",
            Self::Cifar100 { coarse: false } => "fine_label_names.txt",
            Self::Cifar100 { coarse: true } => "coarse_label_names.txt",
        }
    }

    fn train_files(self, folder: &Place) -> Vec<Place> {
        match self {
            Self::Cifar10 => (1..=5)
                .filter_map(|batch| find(folder, &format!("data_batch_{batch}.bin")))
                .collect(),
            Self::Cifar100 { .. } => find(folder, "train.bin").into_iter().collect(),
        }
    }

    const fn test_file(self) -> &'static str {
        match self {
            Self::Cifar10 => "test_batch.bin",
            Self::Cifar100 { .. } => "test.bin",
        }
    }
}

fn find(folder: &Place, name: &str) -> Option<Place> {
    [folder.join(name), folder.join(format!("{name}.gz"))]
        .into_iter()
        .find(|path| path.is_file())
}

/// The folder with training files of this layout, if there is one. A file stands for the folder it is in.
///
/// # Errors
/// [`Error::Pickle`] if it holds the batches of the version for Python instead.
fn find_kind(place: &Place, kind: Kind) -> Result<Option<Place>, Error> {
    let folder = match place.is_file() {
        true => place.parent(),
        false => place.clone(),
    };
    let found = here_or_inside(&folder, |folder| !kind.train_files(folder).is_empty());
    if found.is_none() {
        refuse_pickles(&folder, kind)?;
    }
    Ok(found)
}

fn refuse_pickles(folder: &Place, kind: Kind) -> Result<(), Error> {
    let (inner, name) = match kind {
        Kind::Cifar10 => ("cifar-10-batches-py", "data_batch_1"),
        Kind::Cifar100 { .. } => ("cifar-100-python", "train"),
    };
    for folder in [folder.clone(), folder.join(inner)] {
        let file = folder.join(name);
        if file.is_file() && is_pickle(&file.head(2)?) {
            return Err(Error::Pickle {
                path: file.shown(),
                what: "CIFAR's version for Python",
                hint: "get the binary version (cifar-10-binary.tar.gz, cifar-100-binary.tar.gz), which holds the same images",
            });
        }
    }
    Ok(())
}

/// Reads the training batches that are there, in order, and the test batch.
fn read(folder: &Place, kind: Kind, request: &Request<'_>) -> Result<Parts, Error> {
    let test = find(folder, kind.test_file()).ok_or_else(|| Error::Missing {
        folder: folder.shown(),
        expected: format!("{}[.gz]", kind.test_file()),
    })?;
    let files = kind.train_files(folder);
    let mut notes = Vec::new();
    if kind == Kind::Cifar10 && files.len() < 5 {
        let text = format!("{} of 5 training batches found", files.len());
        notes.push(NoteKind::Warning.note(text));
    }
    if let Kind::Cifar100 { coarse } = kind {
        notes.push(NoteKind::Chosen.note(match coarse {
            false => "fine labels, 100 classes (`data.labels` = coarse: 20 classes)",
            true => "coarse labels, 20 classes (`data.labels` = fine: 100 classes)",
        }));
    }
    let train = read_files(&files, kind, request.memory)?;
    let train_size = (train.len() * SHAPE.len()) as u64;
    Ok(Parts {
        encoding: None,
        class_names: class_names(folder, kind)?,
        train,
        validation: None,
        test: read_files(&[test], kind, request.memory.less(train_size))?,
        notes,
    })
}

fn read_files(files: &[Place], kind: Kind, memory: MemoryLimit) -> Result<Split, Error> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for file in files {
        let record = kind.label_len() + SHAPE.len();
        // Nothing for a gzipped file, whose number of records shows only at its end.
        let file = Unpacking::open(file)?;
        if !file.is_gzip() {
            let records = file.capacity() / record as u64;
            let needed = (pixels.len() as u64).saturating_add(records * SHAPE.len() as u64);
            memory.check(
                &file.path(),
                needed,
                || format!("{records} images"),
                HINT_SMALLER,
            )?;
            pixels.reserve_exact(records as usize * SHAPE.len());
        }
        parse(file, kind, &mut pixels, &mut labels, memory)?;
    }
    Split::images(SHAPE, pixels, labels)
}

fn parse(
    mut file: Unpacking<'_>,
    kind: Kind,
    pixels: &mut Vec<u8>,
    labels: &mut Vec<u32>,
    memory: MemoryLimit,
) -> Result<(), Error> {
    let record_len = kind.label_len() + SHAPE.len();
    let first = labels.len();
    let mut block = vec![0; RECORDS * record_len];
    loop {
        let filled = file.fill(&mut block)?;
        let records = block[..filled].chunks_exact(record_len);
        let left = records.remainder().len();
        if left > 0 || file.position() == 0 {
            let whole = file.position() / record_len as u64;
            return Err(Error::Length {
                path: file.path(),
                expected: format!(
                    "a multiple of {record_len} (one record); of record {whole} (from 0) there are {left} bytes"
                ),
                found: file.position(),
            });
        }
        let needed = pixels.len() + records.len() * SHAPE.len();
        let what = || format!("more than {} images", labels.len());
        memory.check(&file.path(), needed as u64, what, HINT_SMALLER)?;
        for record in records {
            let label = record[kind.label_at()];
            if usize::from(label) >= kind.classes() {
                return Err(Error::LabelOutOfRange {
                    path: file.path(),
                    record: (labels.len() - first) as u64,
                    label: i64::from(label),
                    classes: kind.classes() as u64,
                });
            }
            labels.push(u32::from(label));
            pixels.extend_from_slice(&record[kind.label_len()..]);
        }
        if filled < block.len() {
            return Ok(());
        }
    }
}

/// The classes' names from the file beside the batches; numbers if it is not there but the classes are not those that the
/// dataset's name stands for.
fn class_names(folder: &Place, kind: Kind) -> Result<Option<Vec<String>>, Error> {
    let path = folder.join(kind.names_file());
    if !path.is_file() {
        let numbers = || (0..kind.classes()).map(|class| class.to_string()).collect();
        return Ok((kind == Kind::Cifar100 { coarse: true }).then(numbers));
    }
    let text = Stored::open(&path, MemoryLimit::NONE)?.at_most(1 << 20)?;
    let names: Vec<String> = String::from_utf8_lossy(&text)
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    if names.len() != kind.classes() {
        return Err(Error::BadHeader {
            path: path.shown(),
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
