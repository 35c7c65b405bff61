//! The samples of one split (training, validation or test) with their labels.

use std::sync::Arc;

use crate::pixels::{Pixels, gather, keep_records};
use crate::{Error, Groups, Normalization, SampleShape, Space, Whitening};

/// Samples with labels, in the order in which they were read.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    shape: SampleShape,
    values: Values,
    labels: Vec<u32>,
    groups: Option<Groups>,
    entered: Option<Entered>,
}

/// The samples in a whitened space, kept because whitening takes long.
#[derive(Clone)]
struct Entered {
    whitening: Arc<Whitening>,
    values: Arc<Vec<f32>>,
}

impl PartialEq for Entered {
    /// Always: what is kept follows from the samples.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entered")
    }
}

/// All samples one after the other: bytes for images (each CHW), raw feature values for tables (`[n, F]`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    Pixels(Pixels),
    Features(Vec<f32>),
}

/// One sample as it is stored, before normalisation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample<'a> {
    /// Pixels 0..=255, `[C, H, W]`.
    Pixels(&'a [u8]),
    /// Feature values, `[F]`.
    Features(&'a [f32]),
}

impl Split {
    /// A split of images from its parts: `pixels` is `[n, C, H, W]`, row major, and `labels` is `[n]`. Both may be empty.
    ///
    /// # Errors
    /// [`Error::Array`] if `shape` is not an image or holds nothing, or the two arrays do not have the same number of
    /// samples.
    ///
    /// ```
    /// use liebig_data::{SampleShape, Split};
    ///
    /// let shape = SampleShape::Image { channels: 1, height: 2, width: 2 };
    /// let split = Split::images(shape, vec![0, 50, 100, 150, 1, 2, 3, 4], vec![1, 0])?;
    /// assert_eq!(split.len(), 2);
    /// # Ok::<(), liebig_data::Error>(())
    /// ```
    pub fn images(shape: SampleShape, pixels: Vec<u8>, labels: Vec<u32>) -> Result<Self, Error> {
        Self::of_pixels(shape, Pixels::Memory(pixels), labels)
    }

    /// The same with pixels wherever they lie.
    pub(crate) fn of_pixels(
        shape: SampleShape,
        pixels: Pixels,
        labels: Vec<u32>,
    ) -> Result<Self, Error> {
        if !matches!(shape, SampleShape::Image { .. }) {
            return Err(wrong("shape", "an image shape", shape));
        }
        check_lengths("pixels", shape, pixels.len(), labels.len())?;
        Ok(Self {
            shape,
            values: Values::Pixels(pixels),
            labels,
            groups: None,
            entered: None,
        })
    }

    /// A split of table rows from its parts: `features` is `[n, F]`, row major, and `labels` is `[n]`. Both may be empty.
    ///
    /// # Errors
    /// [`Error::Array`] if `shape` is not a table or has no columns, the two arrays do not have the same number of
    /// samples, or a feature is not finite.
    ///
    /// ```
    /// use liebig_data::{SampleShape, Split};
    ///
    /// let shape = SampleShape::Table { features: 3 };
    /// let split = Split::table(shape, vec![5.1, 3.5, 1.4, 4.9, 3.0, 1.4], vec![0, 0])?;
    /// assert_eq!(split.class_indices(1), [vec![0, 1]]);
    /// # Ok::<(), liebig_data::Error>(())
    /// ```
    pub fn table(shape: SampleShape, features: Vec<f32>, labels: Vec<u32>) -> Result<Self, Error> {
        if !matches!(shape, SampleShape::Table { .. }) {
            return Err(wrong("shape", "a table shape", shape));
        }
        check_lengths("features", shape, features.len(), labels.len())?;
        if let Some(at) = features.iter().position(|feature| !feature.is_finite()) {
            let (row, column) = (at / shape.len(), at % shape.len());
            let found = format!("{} in row {row}, column {column} (from 0)", features[at]);
            return Err(wrong("features", "finite numbers", found));
        }
        Ok(Self {
            shape,
            values: Values::Features(features),
            labels,
            groups: None,
            entered: None,
        })
    }

    /// The same split with the patient of every sample.
    ///
    /// # Errors
    /// [`Error::Array`] if there are not as many patients as samples.
    ///
    /// ```
    /// use liebig_data::{Groups, SampleShape, Split};
    ///
    /// let shape = SampleShape::Table { features: 1 };
    /// let split = Split::table(shape, vec![1.0, 2.0, 3.0], vec![0, 1, 0])?;
    /// let split = split.with_groups(Groups::by_name(["ann", "bob", "ann"]))?;
    /// assert_eq!(split.patients(), [vec![0, 2], vec![1]]);
    /// # Ok::<(), liebig_data::Error>(())
    /// ```
    pub fn with_groups(self, groups: Groups) -> Result<Self, Error> {
        self.in_groups(Some(groups))
    }

    /// The same split with these patients, or without any.
    pub(crate) fn in_groups(self, groups: Option<Groups>) -> Result<Self, Error> {
        match &groups {
            Some(groups) if groups.len() != self.len() => {
                let expected = format!("one for each of {} samples", self.len());
                Err(wrong("patients", expected, groups.len()))
            }
            _ => Ok(Self { groups, ..self }),
        }
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The shape of one sample.
    #[must_use]
    pub fn shape(&self) -> SampleShape {
        self.shape
    }

    /// The class of every sample, an index into the dataset's `class_names`.
    #[must_use]
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The patient of every sample, where patients are known: in a set of patches, and where a pattern for them was given
    /// ([`LoadOptions::patient`](crate::LoadOptions::patient)).
    #[must_use]
    pub fn groups(&self) -> Option<&Groups> {
        self.groups.as_ref()
    }

    /// The samples of each patient; where patients are not known, every sample is a patient.
    #[must_use]
    pub fn patients(&self) -> Vec<Vec<usize>> {
        match &self.groups {
            Some(groups) => groups.members(),
            None => (0..self.len()).map(|sample| vec![sample]).collect(),
        }
    }

    pub(crate) fn values(&self) -> &Values {
        &self.values
    }

    /// Sample `index` as stored. Like slice indexing, panics if there is no such sample.
    #[must_use]
    pub fn raw(&self, index: usize) -> Sample<'_> {
        let len = self.shape.len();
        match &self.values {
            Values::Pixels(pixels) => Sample::Pixels(pixels.image(index, len)),
            Values::Features(features) => {
                Sample::Features(&features[index * len..(index + 1) * len])
            }
        }
    }

    /// The chosen samples in a space, usually [`Dataset::space`](crate::Dataset::space): `[n, C, H, W]` or `[n, F]`, row
    /// major.
    ///
    /// A pixel `p` of channel `c` becomes `(p / 255 - mean[c]) / std[c]`, a feature `x` of column `c` becomes
    /// `(x - mean[c]) / std[c]`; what else the space has follows.
    ///
    /// # Panics
    /// If an index is out of range, as slice indexing does, or if the space is not one for this split's shape
    /// ([`Space::check`]).
    #[must_use]
    pub fn batch(&self, indices: &[usize], space: &Space) -> Vec<f32> {
        let fit = space.check(self.shape);
        assert!(fit.is_ok(), "the space does not fit the split: {fit:?}");
        let Normalization { mean, std, .. } = &space.normalization;
        let len = self.shape.len();
        let mut batch = Vec::with_capacity(indices.len() * len);
        if let (Some(entered), Some(whitening)) = (&self.entered, &space.whitening)
            && Arc::ptr_eq(&entered.whitening, whitening)
        {
            for &index in indices {
                batch.extend_from_slice(&entered.values[index * len..(index + 1) * len]);
            }
            return batch;
        }
        // A byte has 256 values: normalising is a look-up.
        let tables: Vec<[f32; 256]> = match &self.values {
            Values::Pixels(_) => space.normalization.pixel_tables(),
            Values::Features(_) => Vec::new(),
        };
        for &index in indices {
            match self.raw(index) {
                Sample::Pixels(pixels) => {
                    for (plane, table) in pixels.chunks_exact(self.shape.group_len()).zip(&tables) {
                        batch.extend(plane.iter().map(|&pixel| table[usize::from(pixel)]));
                    }
                }
                Sample::Features(features) => {
                    let constants = mean.iter().zip(std);
                    let normalise = |(x, (mean, std)): (&f32, (&f32, &f32))| (x - mean) / std;
                    batch.extend(features.iter().zip(constants).map(normalise));
                }
            }
        }
        space.enter_normalised(self.shape, &mut batch);
        batch
    }

    /// The same split; it keeps its samples in this space, if that is a whitened one.
    pub(crate) fn entered(mut self, space: &Space) -> Self {
        self.entered = None;
        if let Some(whitening) = &space.whitening {
            let all: Vec<usize> = (0..self.len()).collect();
            self.entered = Some(Entered {
                values: Arc::new(self.batch(&all, space)),
                whitening: whitening.clone(),
            });
        }
        self
    }

    /// For each of the `classes` classes, the indices of its samples in ascending order. Samples with other labels are left out.
    #[must_use]
    pub fn class_indices(&self, classes: usize) -> Vec<Vec<usize>> {
        let mut indices = vec![Vec::new(); classes];
        for (index, &label) in self.labels.iter().enumerate() {
            if let Some(class) = indices.get_mut(label as usize) {
                class.push(index);
            }
        }
        indices
    }

    /// The samples with these ascending indices, without a copy of them in memory beside the others.
    pub(crate) fn keep(mut self, indices: &[usize]) -> Self {
        match &mut self.values {
            Values::Pixels(all) => all.keep(indices, self.shape.len()),
            Values::Features(all) => keep_records(all, indices, self.shape.len()),
        }
        keep_records(&mut self.labels, indices, 1);
        self.groups = self
            .groups
            .map(|groups| groups.choose(indices.iter().copied()));
        self.entered = None;
        self
    }

    /// The same samples with other labels, of which there must be one for each.
    pub(crate) fn relabelled(self, labels: Vec<u32>) -> Self {
        debug_assert_eq!(labels.len(), self.len());
        Self { labels, ..self }
    }

    /// The chosen samples, in the order of `indices`. Like slice indexing, panics if an index is out of range.
    #[must_use]
    pub fn subset(&self, indices: &[usize]) -> Self {
        let labels = indices.iter().map(|&index| self.labels[index]).collect();
        let len = self.shape.len();
        let values = match &self.values {
            Values::Pixels(all) => Values::Pixels(all.choose(indices, len)),
            Values::Features(all) => Values::Features(gather(all, indices, len)),
        };
        Self {
            shape: self.shape,
            values,
            labels,
            groups: self
                .groups
                .as_ref()
                .map(|groups| groups.choose(indices.iter().copied())),
            entered: None,
        }
    }
}

fn wrong(array: &str, expected: impl ToString, found: impl ToString) -> Error {
    Error::Array {
        array: array.into(),
        expected: expected.to_string(),
        found: found.to_string(),
    }
}

fn check_lengths(
    array: &str,
    shape: SampleShape,
    values: usize,
    labels: usize,
) -> Result<(), Error> {
    if shape.is_empty() {
        return Err(wrong("shape", "at least one value in a sample", shape));
    }
    if labels.checked_mul(shape.len()) == Some(values) {
        return Ok(());
    }
    let expected = format!(
        "{} values ({labels} label(s), samples of {shape})",
        labels as u128 * shape.len() as u128
    );
    Err(wrong(array, expected, values))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn two_images() -> Split {
        let shape = SampleShape::Image {
            channels: 2,
            height: 1,
            width: 2,
        };
        Split::images(shape, vec![0, 255, 51, 102, 1, 2, 3, 4], vec![1, 0]).unwrap()
    }

    #[test]
    fn a_batch_is_normalised_channel_by_channel_in_the_order_asked_for() {
        let space = Space::from(Normalization {
            mean: vec![0.5, 0.2],
            std: vec![0.5, 0.1],
            known: false,
        });
        let batch = two_images().batch(&[1, 0, 0], &space);
        assert_eq!(batch.len(), 12);
        assert_eq!(batch[4..8], batch[8..12]);
        assert_eq!(batch[4], -1.0);
        assert_eq!(batch[5], 1.0);
        assert!(batch[6].abs() < 1e-6);
        assert!((batch[7] - 2.0).abs() < 1e-6);
        assert!((batch[0] - (1.0 / 255.0 - 0.5) / 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_table_batch_is_standardised_column_by_column() {
        let shape = SampleShape::Table { features: 2 };
        let split = Split::table(shape, vec![1.0, 10.0, 3.0, 30.0], vec![0, 1]).unwrap();
        let space = Space::from(Normalization {
            mean: vec![1.0, 20.0],
            std: vec![2.0, 5.0],
            known: false,
        });
        assert_eq!(split.batch(&[1, 0], &space), [1.0, 2.0, 0.0, -2.0]);
        assert_eq!(split.raw(1), Sample::Features(&[3.0, 30.0]));
    }

    #[test]
    #[should_panic(expected = "the space does not fit the split")]
    fn a_batch_in_the_space_of_other_samples_is_no_silent_mistake() {
        let space = Space::from(Normalization {
            mean: vec![0.0],
            std: vec![1.0],
            known: false,
        });
        let _ = two_images().batch(&[0], &space);
    }

    #[test]
    fn arrays_that_do_not_fit_are_refused() {
        let (image, table) = (two_images().shape(), SampleShape::Table { features: 2 });
        let message = |made: Result<Split, Error>| made.unwrap_err().to_string();
        let cases = [
            (
                Split::images(table, vec![0; 2], vec![0]),
                "shape: expected an image shape, found 2 features",
            ),
            (
                Split::table(image, vec![0.0; 4], vec![0]),
                "shape: expected a table shape, found 2x1x2",
            ),
            (
                Split::images(image, vec![0; 5], vec![0]),
                "pixels: expected 4 values (1 label(s), samples of 2x1x2), found 5",
            ),
            (
                Split::table(table, vec![0.0; 2], vec![]),
                "features: expected 0 values",
            ),
            (
                Split::table(table, vec![0.0, 1.0, 2.0, f32::NAN], vec![0, 1]),
                "features: expected finite numbers, found NaN in row 1, column 1 (from 0)",
            ),
            (
                Split::table(SampleShape::Table { features: 0 }, vec![], vec![0]),
                "shape: expected at least one value in a sample, found 0 features",
            ),
        ];
        for (made, expected) in cases {
            let message = message(made);
            assert!(message.starts_with(expected), "{message}");
        }
        let huge = SampleShape::Image {
            channels: 3,
            height: usize::MAX,
            width: usize::MAX,
        };
        let error = message(Split::images(huge, vec![1], vec![0, 1]));
        assert!(error.starts_with("pixels: expected"), "{error}");
        assert!(Split::images(image, vec![], vec![]).unwrap().is_empty());
    }

    #[test]
    fn subsets_and_class_indices_follow_the_labels() {
        let split = two_images();
        assert_eq!(split.class_indices(3), [vec![1], vec![0], vec![]]);
        let second = split.subset(&[1]);
        assert_eq!(second.labels(), [0]);
        assert_eq!(second.raw(0), Sample::Pixels(&[1, 2, 3, 4]));
    }

    #[test]
    fn parts_of_a_split_keep_the_patients() {
        let split = two_images();
        assert_eq!(split.patients(), [[0], [1]], "each is a patient");
        let split = split.with_groups(Groups::by_name(["a", "b"])).unwrap();
        let repeated = split.subset(&[1, 0, 1]);
        assert_eq!(repeated.groups().unwrap().of(), [1, 0, 1]);
        assert_eq!(repeated.patients(), [vec![0, 2], vec![1]]);
        let kept = split.keep(&[1]);
        assert_eq!(kept.groups().unwrap().of(), [1]);
        let message = kept
            .with_groups(Groups::by_name(["a", "b"]))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("patients: expected one for each of 1 samples, found 2"),
            "{message}"
        );
    }
}
