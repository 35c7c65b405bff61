//! One reader per format: a file here and a line in [`READERS`].
//!
//! A reader says how its format is recognised at a path and turns what is there into [`Parts`].

mod array;
mod cifar;
pub(crate) mod decode;
pub(crate) mod idx;
mod image_folder;
#[cfg(test)]
pub(crate) mod mutate;
mod numpy;
mod parquet;
pub(crate) mod recognise;
mod table;
mod unpack;

use std::path::Path;

pub(crate) use parquet::is_shard;

use crate::files::Place;
use crate::memory::MemoryLimit;
use crate::parts::Parts;
use crate::{Error, Format, LoadOptions};

/// Every format that can be read. A folder is tried in this order.
pub(crate) static READERS: &[&Reader] = &[
    &numpy::READER_NPZ,
    &numpy::READER_NPY,
    &idx::READER,
    &cifar::READER_10,
    &cifar::READER_100,
    &image_folder::READER,
    &parquet::IMAGES,
    &parquet::TABLE,
    &table::csv::READER,
];

/// A format: how it is recognised and read.
pub(crate) struct Reader {
    /// The name for people.
    pub format: Format,
    /// The dataset's name, if only one dataset comes in this format. It replaces the name of the file or folder.
    pub dataset: Option<&'static str>,
    /// What the format looks like on disk, for the message that nothing was recognised.
    pub looks_like: &'static str,
    /// Endings (in lower case) of a file that is a whole dataset.
    pub whole: &'static [&'static str],
    /// Endings (in lower case) of a file that is a part of a dataset.
    pub part: &'static [&'static str],
    /// The path to read if a folder holds a dataset of this format: the folder, one inside it, or a file in it. A file with
    /// an ending of `part` stands for the folder it is in, or for the dataset there that it belongs to.
    pub find: fn(&Place) -> Result<Option<Place>, Error>,
    /// Reads the dataset at a path that `find` gave, or at a file with an ending of `whole`.
    pub read: fn(&Place, &Request<'_>) -> Result<Parts, Error>,
}

/// What a reader is told beside the path.
pub(crate) struct Request<'a> {
    /// The number of classes, if the dataset is known by its name.
    pub classes: Option<usize>,
    pub options: &'a LoadOptions,
    pub memory: MemoryLimit,
}

/// The most classes that a reader takes; a label beyond them means that the file is damaged.
const MAX_CLASSES: i64 = 65_536;

/// Labels as class numbers, each checked against the number of classes if that is known.
fn checked_labels(
    path: &Path,
    labels: impl IntoIterator<Item = i64>,
    classes: Option<usize>,
) -> Result<Vec<u32>, Error> {
    let classes = classes.map_or(MAX_CLASSES, |classes| classes as i64);
    let check = |(record, label): (u64, i64)| match u32::try_from(label) {
        Ok(class) if label < classes => Ok(class),
        _ => Err(Error::LabelOutOfRange {
            path: path.into(),
            record,
            label,
            classes: classes as u64,
        }),
    };
    (0..).zip(labels).map(check).collect()
}

/// Folders that the official archives unpack to.
const INNER: &[&str] = &["cifar-10-batches-bin", "cifar-100-binary", "raw"];

/// The folder, or one of [`INNER`] inside it: the first that `holds` a dataset.
fn here_or_inside(folder: &Place, holds: impl Fn(&Place) -> bool) -> Option<Place> {
    let inner = INNER.iter().map(|inner| folder.join(inner));
    std::iter::once(folder.clone())
        .chain(inner)
        .find(|folder| holds(folder))
}
