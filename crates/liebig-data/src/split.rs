//! The samples of one split (training, validation or test) with their labels.

use crate::{Normalization, SampleShape};

/// Samples with labels, in the order of the files.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    shape: SampleShape,
    values: Values,
    labels: Vec<u32>,
}

/// All samples one after the other: bytes for images (CHW each), raw feature values for tables.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    Pixels(Vec<u8>),
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
    /// An image split. The caller answers for `pixels.len() == labels.len() * shape.len()`.
    pub(crate) fn images(shape: SampleShape, pixels: Vec<u8>, labels: Vec<u32>) -> Self {
        debug_assert_eq!(pixels.len(), labels.len() * shape.len());
        Self {
            shape,
            values: Values::Pixels(pixels),
            labels,
        }
    }

    /// A table split. The caller answers for `features.len() == labels.len() * shape.len()`.
    pub(crate) fn table(shape: SampleShape, features: Vec<f32>, labels: Vec<u32>) -> Self {
        debug_assert_eq!(features.len(), labels.len() * shape.len());
        Self {
            shape,
            values: Values::Features(features),
            labels,
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

    pub(crate) fn values(&self) -> &Values {
        &self.values
    }

    /// Sample `index` as stored. Like slice indexing, panics if there is no such sample.
    #[must_use]
    pub fn raw(&self, index: usize) -> Sample<'_> {
        let range = index * self.shape.len()..(index + 1) * self.shape.len();
        match &self.values {
            Values::Pixels(pixels) => Sample::Pixels(&pixels[range]),
            Values::Features(features) => Sample::Features(&features[range]),
        }
    }

    /// The chosen samples, normalised: `[n, C, H, W]` or `[n, F]`, row major.
    ///
    /// A pixel `p` of channel `c` becomes `(p / 255 - mean[c]) / std[c]`, a feature `x` of column `c` becomes
    /// `(x - mean[c]) / std[c]`. Like slice indexing, panics if an index is out of range.
    #[must_use]
    pub fn batch(&self, indices: &[usize], normalization: &Normalization) -> Vec<f32> {
        let mut batch = Vec::with_capacity(indices.len() * self.shape.len());
        // A byte has 256 values: normalising is a look-up.
        let tables: Vec<[f32; 256]> = match &self.values {
            Values::Pixels(_) => normalization.pixel_tables(),
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
                    let Normalization { mean, std, .. } = normalization;
                    batch.extend(
                        features
                            .iter()
                            .zip(mean)
                            .zip(std)
                            .map(|((x, mean), std)| (x - mean) / std),
                    );
                }
            }
        }
        batch
    }

    /// For each of the `classes` classes, the indices of its samples in ascending order. Labels beyond are left out.
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

    /// The chosen samples, in the order of `indices`. Like slice indexing, panics if an index is out of range.
    #[must_use]
    pub fn subset(&self, indices: &[usize]) -> Self {
        let labels = indices.iter().map(|&index| self.labels[index]).collect();
        let len = self.shape.len();
        let values = match &self.values {
            Values::Pixels(all) => Values::Pixels(gather(all, indices, len)),
            Values::Features(all) => Values::Features(gather(all, indices, len)),
        };
        Self {
            shape: self.shape,
            values,
            labels,
        }
    }
}

fn gather<T: Copy>(all: &[T], indices: &[usize], len: usize) -> Vec<T> {
    let mut chosen = Vec::with_capacity(indices.len() * len);
    for &index in indices {
        chosen.extend_from_slice(&all[index * len..(index + 1) * len]);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_images() -> Split {
        let shape = SampleShape::Image {
            channels: 2,
            height: 1,
            width: 2,
        };
        Split::images(shape, vec![0, 255, 51, 102, 1, 2, 3, 4], vec![1, 0])
    }

    #[test]
    fn a_batch_is_normalised_channel_by_channel_in_the_order_asked_for() {
        let normalization = Normalization {
            mean: vec![0.5, 0.2],
            std: vec![0.5, 0.1],
            known: false,
        };
        let batch = two_images().batch(&[1, 0, 0], &normalization);
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
        let split = Split::table(shape, vec![1.0, 10.0, 3.0, 30.0], vec![0, 1]);
        let normalization = Normalization {
            mean: vec![1.0, 20.0],
            std: vec![2.0, 5.0],
            known: false,
        };
        assert_eq!(split.batch(&[1, 0], &normalization), [1.0, 2.0, 0.0, -2.0]);
        assert_eq!(split.raw(1), Sample::Features(&[3.0, 30.0]));
    }

    #[test]
    fn subsets_and_class_indices_follow_the_labels() {
        let split = two_images();
        assert_eq!(split.class_indices(3), [vec![1], vec![0], vec![]]);
        let second = split.subset(&[1]);
        assert_eq!(second.labels(), [0]);
        assert_eq!(second.raw(0), Sample::Pixels(&[1, 2, 3, 4]));
    }
}
