//! Samples by their own mean and length.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Error, Space, Split};

/// Each sample loses its own mean and is divided by its own Euclidean norm.
///
/// What a sample had of both is not kept, so there is no exact way back: it leads to a sample with the usual mean and norm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PerSample {
    /// The mean of the training samples' means.
    pub mean: f32,
    /// The mean of their norms, once their means are subtracted.
    pub norm: f32,
}

impl PerSample {
    /// The usual mean and norm of a split's samples in a space.
    pub(crate) fn of(split: &Split, space: &Space) -> Self {
        let own = (0..split.len()).into_par_iter().map(|index| {
            let sample = split.batch(&[index], space);
            let mean = mean(&sample);
            (mean, norm(&sample, mean))
        });
        let own: Vec<(f64, f64)> = own.collect();
        let count = own.len().max(1) as f64;
        let sum = |part: fn(&(f64, f64)) -> f64| own.iter().map(part).sum::<f64>() / count;
        Self {
            mean: sum(|own| own.0) as f32,
            norm: sum(|own| own.1) as f32,
        }
    }

    /// Brings samples of `len` values into the space, in place.
    pub(crate) fn enter(samples: &mut [f32], len: usize) {
        for sample in samples.chunks_exact_mut(len) {
            let mean = mean(sample);
            // A sample that does not vary stays at 0.
            let norm = match norm(sample, mean) {
                0.0 => 1.0,
                norm => norm,
            };
            for value in sample {
                *value = ((f64::from(*value) - mean) / norm) as f32;
            }
        }
    }

    /// Gives samples the usual mean and norm, in place.
    pub(crate) fn leave(self, samples: &mut [f32]) {
        for value in samples {
            *value = *value * self.norm + self.mean;
        }
    }

    /// Whether both are finite and the norm is above 0.
    #[must_use]
    pub fn is_valid(self) -> bool {
        self.mean.is_finite() && self.norm.is_finite() && self.norm > 0.0
    }

    pub(crate) fn check(self) -> Result<(), Error> {
        if self.is_valid() {
            return Ok(());
        }
        Err(Error::Space {
            part: "mean and norm of samples",
            expected: "finite numbers, the norm above 0".into(),
            found: format!("{} and {}", self.mean, self.norm),
        })
    }
}

fn mean(sample: &[f32]) -> f64 {
    sample.iter().map(|&x| f64::from(x)).sum::<f64>() / sample.len().max(1) as f64
}

fn norm(sample: &[f32], mean: f64) -> f64 {
    let squares = sample.iter().map(|&x| (f64::from(x) - mean).powi(2));
    squares.sum::<f64>().sqrt()
}
