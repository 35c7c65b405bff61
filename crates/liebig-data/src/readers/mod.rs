//! One reader per format. Each takes a place that [`recognise`] found and gives its splits.

pub(crate) mod cifar;
pub(crate) mod csv;
mod decode;
pub(crate) mod idx;
pub(crate) mod image_folder;
pub(crate) mod npz;
pub(crate) mod recognise;
mod unpack;

use std::path::Path;

use crate::{Error, Split};

/// What a reader gives: everything of a dataset that is in the files.
pub(crate) struct Parts {
    /// Names found in the files, if the format has them.
    pub class_names: Option<Vec<String>>,
    pub train: Split,
    pub validation: Option<Split>,
    pub test: Split,
    /// Decisions that the files did not dictate, for [`Dataset::source`](crate::Dataset::source).
    pub notes: Vec<String>,
}

/// The largest class number a reader takes; a label beyond it is damage, not a class.
const MAX_CLASSES: i64 = 65_536;

/// Labels as class numbers, each checked against the number of classes if that is known.
pub(crate) fn checked_labels(
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

/// One more than the largest label.
pub(crate) fn count_classes(labels: &[u32]) -> usize {
    labels.iter().max().map_or(0, |&label| label as usize + 1)
}
