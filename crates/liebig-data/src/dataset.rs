//! A dataset in memory.

use std::fmt;

use crate::{Error, Normalization, Note, SampleShape, Space, Split};

/// A labelled dataset in memory, with its splits.
///
/// [`load`](crate::load) reads one; [`from_images`](Self::from_images) and [`from_table`](Self::from_table) make one from
/// arrays.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// In lower case with `-` between words, such as `fashion-mnist`. It is the name asked for, or that of the file or
    /// folder.
    pub name: String,
    /// The shape of every sample of every split.
    pub shape: SampleShape,
    /// One name per class, at least two; a label is an index into it.
    pub class_names: Vec<String>,
    /// Samples to train on. Every class has at least one.
    pub train: Split,
    /// Samples to choose settings by, if the dataset has them or [`validation_split`](crate::validation_split) made them.
    pub validation: Option<Split>,
    /// Samples to evaluate on. Empty only if a dataset was made from arrays in memory without any.
    pub test: Split,
    /// How samples enter the space that networks train on, and how they leave it.
    pub space: Space,
    /// blake3, in hex, of the shape, the class names and every sample and label of every split, as loaded. It does not
    /// depend on the name, the path or the file format.
    pub hash: String,
    /// Text for people: the format, and where the dataset came from.
    pub source: String,
    /// What was decided, converted, left out or found strange while it was read.
    pub notes: Vec<Note>,
    /// The format it was read from.
    pub format: Format,
}

impl Dataset {
    /// Mean and standard deviation by channel or column: the first part of [`space`](Self::space).
    #[must_use]
    pub fn normalization(&self) -> &Normalization {
        &self.space.normalization
    }

    /// The same dataset in another space, such as that of a set that was distilled from it. Whitened samples are kept, if
    /// they take no more than `memory` bytes; otherwise each is whitened whenever it is needed.
    ///
    /// # Errors
    /// [`Error::Space`] if the space is not one for samples of this shape.
    pub fn in_space(self, space: Space, memory: u64) -> Result<Self, Error> {
        space.check(self.shape)?;
        let moved = Self { space, ..self };
        Ok(moved.with_samples_in_space(memory))
    }

    /// The same dataset with other splits; all else stays, so the hash is for the caller to change.
    pub(crate) fn with_splits(&self, train: Split, validation: Option<Split>, test: Split) -> Self {
        Self {
            name: self.name.clone(),
            shape: self.shape,
            class_names: self.class_names.clone(),
            train,
            validation,
            test,
            space: self.space.clone(),
            hash: self.hash.clone(),
            source: self.source.clone(),
            notes: self.notes.clone(),
            format: self.format,
        }
    }

    /// Keeps whitened samples within `memory` bytes: those of the training split first.
    pub(crate) fn with_samples_in_space(mut self, memory: u64) -> Self {
        let mut left = memory;
        let (len, space) = (self.shape.len() as u64, &self.space);
        let mut keep = |split: Split| {
            let bytes = (split.len() as u64).saturating_mul(4 * len);
            match left.checked_sub(bytes) {
                Some(rest) => {
                    left = rest;
                    split.entered(space)
                }
                None => split,
            }
        };
        self.train = keep(self.train);
        self.test = keep(self.test);
        self
    }
}

/// The format a dataset was read from, by its name for people, such as `CSV table`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format(&'static str);

impl Format {
    /// Drawn by the program.
    pub const BUILT_IN: Self = Self("built in");
    /// Arrays in memory.
    pub const MEMORY: Self = Self("memory");

    /// The format of a reader.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Format {
    /// The name for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
