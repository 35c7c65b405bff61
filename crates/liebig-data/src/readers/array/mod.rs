//! Arrays in files, whatever the format of the file: images, features or labels, read in one pass from the file to where
//! they stay.

mod axes;
mod classes;
mod element;
mod features;
mod images;
mod labels;
mod notes;
mod scale;
mod set;
mod stream;

use std::path::PathBuf;

use npyz::NpyHeader;

use axes::Axes;
use classes::{Classified, Labelled, classify};
pub(super) use element::{Element, Kind};
use features::read_features;
use images::read_images;
use labels::{Labels, read_labels};
pub(super) use set::{Pair, Set};
use stream::Targets;

use super::unpack::Unpacking;
use crate::Error;
use crate::files::Place;

/// An array in a file, of which the header has been read.
pub(super) struct Array {
    /// The file of its own that it is in, or the entry of a file of several arrays.
    pub place: Place,
    /// The file of several arrays that it is in, and its name there.
    pub within: Option<(PathBuf, String)>,
    /// The byte of its first value.
    pub start: u64,
    pub content: Content,
    /// The length of each axis; none is 0. Their product is a `usize`.
    pub dims: Vec<usize>,
    /// Whether the first axis varies fastest, not the last.
    pub fortran: bool,
    /// Whether the file must end with its last value.
    pub exact: bool,
}

/// What an array holds.
pub(super) enum Content {
    Numbers(Element),
    /// Text of one length, in NumPy's encoding.
    Text(NpyHeader),
}

impl Array {
    /// The number of samples: the length of the first axis.
    pub fn samples(&self) -> usize {
        self.dims.first().copied().unwrap_or(1)
    }

    /// The type of its numbers.
    ///
    /// # Errors
    /// [`Error::ArrayFile`] if it holds text.
    pub fn element(&self) -> Result<Element, Error> {
        match &self.content {
            Content::Numbers(element) => Ok(*element),
            Content::Text(_) => Err(self.wrong(
                "it holds text, expected numbers",
                "images and features are arrays of numbers; only labels may be text",
            )),
        }
    }

    /// Its values as they are stored.
    pub fn data(&self) -> Result<Unpacking<'_>, Error> {
        let mut file = Unpacking::open(&self.place)?;
        let mut left = self.start;
        while left > 0 {
            let skipped = file.head(left.min(1 << 12) as usize)?.len() as u64;
            if skipped == 0 {
                break;
            }
            left -= skipped;
        }
        Ok(file)
    }

    /// Where it is, for people.
    pub fn shown(&self) -> PathBuf {
        match &self.within {
            Some((file, name)) => file.join(name),
            None => self.place.shown(),
        }
    }

    /// An error about this array.
    pub fn wrong(&self, reason: impl Into<String>, hint: impl Into<String>) -> Error {
        let (path, array) = match &self.within {
            Some((file, name)) => (file.clone(), Some(name.clone())),
            None => (self.place.shown(), None),
        };
        Error::ArrayFile {
            path,
            array,
            reason: reason.into(),
            hint: hint.into(),
        }
    }

    /// The error that the file ends after `read` bytes of values.
    pub fn cut(&self, read: u64, expected: u64) -> Error {
        Error::Length {
            path: self.shown(),
            expected: format!("{} ({})", self.start + expected, self.meaning(expected)),
            found: self.start + read,
        }
    }

    /// What a file of so much data consists of.
    fn meaning(&self, data: u64) -> String {
        format!("{} bytes of header and {data} of data", self.start)
    }
}

impl std::fmt::Display for Array {
    /// `uint8 [60, 28, 28]`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.content {
            Content::Numbers(element) => write!(f, "{} {:?}", element.kind, self.dims),
            Content::Text(_) => write!(f, "text {:?}", self.dims),
        }
    }
}

/// The name with the type and the shape, for a note.
fn named(array: &Array) -> String {
    match &array.within {
        Some((_, name)) => format!("`{name}` {array}"),
        None => format!("`{}` {array}", array.place.name()),
    }
}
