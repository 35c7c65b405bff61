//! Per-channel (or per-column) normalisation.

use serde::{Deserialize, Serialize};

use crate::pixels::Pixels;
use crate::split::{Split, Values};

/// Mean and standard deviation per channel of an image (pixels in 0..=1) or per column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    /// One mean per channel or column.
    pub mean: Vec<f32>,
    /// One standard deviation per channel or column; 1 where the training split does not vary.
    pub std: Vec<f32>,
    /// Whether these are published constants; otherwise they come from the training split. It is not serialised and reads
    /// back as `false`.
    #[serde(skip)]
    pub known: bool,
}

/// Where the constants of a normalisation come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Constants {
    /// Those of the literature for a known dataset, otherwise the training split.
    #[default]
    Usual,
    /// Mean and standard deviation 0.5, which brings pixels to -1..=1 and says nothing about the samples.
    Half,
}

impl Normalization {
    /// [`Constants::Half`] for so many channels.
    #[must_use]
    pub fn half(channels: usize) -> Self {
        Self {
            mean: vec![0.5; channels],
            std: vec![0.5; channels],
            known: true,
        }
    }

    /// Population mean and standard deviation of a split, per channel or column.
    ///
    /// Sums are exact for images (integers), so the result does not depend on the order of the samples.
    #[must_use]
    pub fn of(split: &Split) -> Self {
        let groups = split.shape().groups();
        let moments: Vec<(f64, f64)> = match split.values() {
            Values::Pixels(pixels) => pixel_moments(pixels, groups, split.shape().group_len()),
            Values::Features(features) => feature_moments(features, groups),
        };
        Self {
            mean: moments.iter().map(|&(mean, _)| mean as f32).collect(),
            std: moments.iter().map(|&(_, std)| std_or_one(std)).collect(),
            known: false,
        }
    }

    /// The normalised value of each of the 256 bytes, per channel, in f32 as PyTorch's `ToTensor` and `Normalize` do.
    pub(crate) fn pixel_tables(&self) -> Vec<[f32; 256]> {
        let table = |(mean, std): (&f32, &f32)| {
            std::array::from_fn(|byte| (byte as f32 / 255.0 - mean) / std)
        };
        self.mean.iter().zip(&self.std).map(table).collect()
    }
}

/// A channel that never varies is only centred.
fn std_or_one(std: f64) -> f32 {
    let std = std as f32;
    if std > 0.0 { std } else { 1.0 }
}

fn pixel_moments(pixels: &Pixels, channels: usize, plane: usize) -> Vec<(f64, f64)> {
    let mut histograms = vec![[0_u64; 256]; channels];
    let planes = pixels
        .pieces()
        .flat_map(|piece| piece.chunks_exact(plane.max(1)));
    for (index, plane) in planes.enumerate() {
        let histogram = &mut histograms[index % channels];
        for &pixel in plane {
            histogram[usize::from(pixel)] += 1;
        }
    }
    let moments = |histogram: &[u64; 256]| {
        let sum = |power: u32| -> f64 {
            let total: u128 = (0_u128..)
                .zip(histogram)
                .map(|(byte, &count)| byte.pow(power) * u128::from(count))
                .sum();
            total as f64
        };
        let count = sum(0).max(1.0);
        let mean = sum(1) / count;
        let variance = (sum(2) / count - mean * mean).max(0.0);
        (mean / 255.0, variance.sqrt() / 255.0)
    };
    histograms.iter().map(moments).collect()
}

fn feature_moments(features: &[f32], columns: usize) -> Vec<(f64, f64)> {
    let count = (features.len() / columns.max(1)).max(1) as f64;
    let means = column_sums(features, columns, |_, x| x);
    let means: Vec<f64> = means.iter().map(|sum| sum / count).collect();
    let squares = column_sums(features, columns, |column, x| (x - means[column]).powi(2));
    let deviations = squares.iter().map(|sum| (sum / count).sqrt());
    means.iter().copied().zip(deviations).collect()
}

/// The sum of a term over each column. It goes row by row, as the rows lie in memory; each sum is in the order of the rows.
fn column_sums(features: &[f32], columns: usize, term: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; columns];
    for row in features.chunks_exact(columns.max(1)) {
        for (column, (sum, &x)) in sums.iter_mut().zip(row).enumerate() {
            *sum += term(column, f64::from(x));
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::SampleShape;

    #[test]
    fn channels_are_measured_apart() {
        let shape = SampleShape::Image {
            channels: 2,
            height: 1,
            width: 2,
        };
        let split = Split::images(shape, vec![0, 255, 51, 51, 0, 255, 51, 51], vec![0, 0]).unwrap();
        let found = Normalization::of(&split);
        assert_eq!(found.mean, [0.5, 0.2]);
        assert_eq!(found.std, [0.5, 1.0], "the second channel does not vary");
        assert!(!found.known);
    }

    #[test]
    fn json_has_mean_and_std_only() {
        let text = r#"{"mean":[0.5],"std":[0.25]}"#;
        let mut constants: Normalization = serde_json::from_str(text).unwrap();
        assert!(!constants.known);
        constants.known = true;
        assert_eq!(serde_json::to_string(&constants).unwrap(), text);
        let wrong = r#"{"mean":[0.5],"std":[0.25],"known":true}"#;
        assert!(serde_json::from_str::<Normalization>(wrong).is_err());
    }

    #[test]
    fn columns_are_measured_apart() {
        let shape = SampleShape::Table { features: 2 };
        let split = Split::table(shape, vec![1.0, 7.0, 3.0, 7.0], vec![0, 0]).unwrap();
        let found = Normalization::of(&split);
        assert_eq!((found.mean, found.std), (vec![2.0, 7.0], vec![1.0, 1.0]));
    }
}
