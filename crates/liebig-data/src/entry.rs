//! What is known of a dataset by its name alone.

use crate::parts::Parts;
use crate::{Error, Normalization, SampleShape};

/// A row of the table of known datasets.
pub(crate) struct Entry {
    /// In plain spelling: lower case, `-` between words.
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub description: &'static str,
    pub shape: SampleShape,
    /// The number of classes that labels are checked against.
    pub classes: usize,
    /// Empty if the files bring them or they are plain numbers.
    pub class_names: &'static [&'static str],
    /// Per channel; empty if no constants are in use.
    pub mean: &'static [f32],
    pub std: &'static [f32],
    /// Makes the set, for one that the program has in itself.
    pub built_in: Option<fn() -> Result<Parts, Error>>,
}

impl Entry {
    /// The name and the aliases.
    pub fn names(&self) -> Vec<&'static str> {
        std::iter::once(self.name)
            .chain(self.aliases.iter().copied())
            .collect()
    }

    /// Names of the classes, if there are `count` of them.
    pub fn class_names(&self, count: usize) -> Option<Vec<String>> {
        let names = self.class_names;
        (names.len() == count && count > 0).then(|| names.iter().map(|&name| name.into()).collect())
    }

    /// The published constants, if the data have as many channels and classes as the set of this name.
    pub fn normalization(&self, shape: SampleShape, classes: usize) -> Option<Normalization> {
        let same = shape.groups() == self.shape.groups() && classes == self.classes;
        (same && !self.mean.is_empty() && matches!(shape, SampleShape::Image { .. })).then(|| {
            Normalization {
                mean: self.mean.into(),
                std: self.std.into(),
                known: true,
            }
        })
    }
}
