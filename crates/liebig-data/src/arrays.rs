//! Datasets from arrays in memory.

use crate::assemble::{Origin, assemble};
use crate::discover::plain;
use crate::known;
use crate::memory::MemoryLimit;
use crate::parts::Parts;
use crate::{Dataset, Error, Format, LoadOptions, SampleShape, Split};

impl Dataset {
    /// A dataset of images that are in memory.
    ///
    /// `shape` is `(channels, height, width)`. `train` and `test` are pixels `[n, C, H, W]` (row major, one byte a value)
    /// with one label an image, an index into `class_names`. The test split may be empty (`(vec![], vec![])`).
    ///
    /// What follows is the same as for files: the hash of the same content is the same, and a name that is known
    /// (`cifar10`) brings the normalisation constants of the literature if channels and classes agree with it. Without
    /// them, the constants are those of the training split.
    ///
    /// # Errors
    /// [`Error::Array`] if the name or the shape is empty or an array's length does not follow from the number of its
    /// labels; [`Error::TooFewClasses`] for fewer than two classes; [`Error::LabelOutOfRange`] for a label without a class
    /// name; [`Error::EmptyClass`] for a class without training samples.
    ///
    /// ```
    /// use liebig_data::Dataset;
    ///
    /// let dark_and_bright = (vec![10, 20, 30, 40, 215, 225, 235, 245], vec![0, 1]);
    /// let none = (Vec::new(), Vec::new());
    /// let set = Dataset::from_images("shades", (1, 2, 2), ["dark", "bright"], dark_and_bright, none)?;
    /// assert_eq!(set.shape.to_string(), "1x2x2");
    /// assert_eq!(set.train.batch(&[1], &set.space).len(), 4);
    /// # Ok::<(), liebig_data::Error>(())
    /// ```
    pub fn from_images(
        name: &str,
        shape: (usize, usize, usize),
        class_names: impl IntoIterator<Item = impl Into<String>>,
        train: (Vec<u8>, Vec<u32>),
        test: (Vec<u8>, Vec<u32>),
    ) -> Result<Self, Error> {
        let (channels, height, width) = shape;
        let shape = SampleShape::Image {
            channels,
            height,
            width,
        };
        let split = |split, (pixels, labels)| within(split, Split::images(shape, pixels, labels));
        let (train, test) = (split("train", train)?, split("test", test)?);
        from_splits(name, class_names, train, test)
    }

    /// A dataset of table rows that are in memory.
    ///
    /// `train` and `test` are rows `[n, features]` (row major) with one label a row, an index into `class_names`. The test
    /// split may be empty (`(vec![], vec![])`). Columns are normalised by the training split.
    ///
    /// # Errors
    /// As [`from_images`](Self::from_images); [`Error::Array`] also for a feature that is not finite.
    ///
    /// ```
    /// use liebig_data::Dataset;
    ///
    /// let train = (vec![5.1, 3.5, 6.0, 2.2, 4.9, 3.0, 6.3, 2.5], vec![0, 1, 0, 1]);
    /// let test = (vec![5.0, 3.4], vec![0]);
    /// let set = Dataset::from_table("flowers", 2, ["setosa", "versicolor"], train, test)?;
    /// assert_eq!((set.train.len(), set.test.len()), (4, 1));
    /// assert_eq!(set.shape.to_string(), "2 features");
    /// # Ok::<(), liebig_data::Error>(())
    /// ```
    pub fn from_table(
        name: &str,
        features: usize,
        class_names: impl IntoIterator<Item = impl Into<String>>,
        train: (Vec<f32>, Vec<u32>),
        test: (Vec<f32>, Vec<u32>),
    ) -> Result<Self, Error> {
        let shape = SampleShape::Table { features };
        let split = |split, (rows, labels)| within(split, Split::table(shape, rows, labels));
        let (train, test) = (split("train", train)?, split("test", test)?);
        from_splits(name, class_names, train, test)
    }
}

/// Puts the split's name before the array's in an error.
fn within(split: &str, made: Result<Split, Error>) -> Result<Split, Error> {
    made.map_err(|error| match error {
        Error::Array {
            array,
            expected,
            found,
        } => Error::Array {
            array: format!("{split} {array}"),
            expected,
            found,
        },
        other => other,
    })
}

fn from_splits(
    name: &str,
    class_names: impl IntoIterator<Item = impl Into<String>>,
    train: Split,
    test: Split,
) -> Result<Dataset, Error> {
    let name = plain(name);
    if name.is_empty() {
        return Err(Error::Array {
            array: "dataset name".into(),
            expected: "at least one character".into(),
            found: "none".into(),
        });
    }
    let parts = Parts {
        encoding: None,
        class_names: Some(class_names.into_iter().map(Into::into).collect()),
        train,
        validation: None,
        test,
        notes: Vec::new(),
    };
    let origin = Origin {
        entry: known::entry(&name),
        name,
        format: Format::MEMORY,
        at: None,
    };
    assemble(origin, parts, &LoadOptions::default(), MemoryLimit::NONE)
}

#[cfg(test)]
#[path = "arrays_tests.rs"]
mod tests;
