//! What every source of a dataset gives, before it becomes a [`Dataset`](crate::Dataset).

use std::sync::Arc;

use crate::{Note, Split, TableEncoding};

/// Everything of a dataset that is in its source: the files of a format, arrays in memory, or the drawing program.
pub(crate) struct Parts {
    /// Names found in the source, if it has them.
    pub class_names: Option<Vec<String>>,
    pub train: Split,
    pub validation: Option<Split>,
    pub test: Split,
    /// How a table's columns became features.
    pub encoding: Option<Arc<TableEncoding>>,
    /// For [`Dataset::notes`](crate::Dataset::notes).
    pub notes: Vec<Note>,
}

impl Parts {
    /// The notes without their kinds.
    #[cfg(test)]
    pub fn texts(&self) -> Vec<&str> {
        self.notes.iter().map(|note| note.text.as_str()).collect()
    }

    /// The splits that there are, with their names.
    pub fn splits(&self) -> impl Iterator<Item = (&'static str, &Split)> {
        let validation = self.validation.as_ref().map(|split| ("validation", split));
        [("train", &self.train), ("test", &self.test)]
            .into_iter()
            .chain(validation)
    }
}

/// One more than the largest label.
pub(crate) fn count_classes(labels: &[u32]) -> usize {
    labels.iter().max().map_or(0, |&label| label as usize + 1)
}
