//! Whitening: an affine map of whole samples, with its inverse.

use std::fmt;

use ndarray::Array2;
use rayon::prelude::*;

use crate::Error;

/// Samples that are multiplied at a time. Fixed, so that the work is cut the same way for every number of threads.
const BLOCK: usize = 64;

/// An affine map of whole samples of `d` values, and the way back.
///
/// A sample `x` (a row of `d` values) becomes `(x - mean) * matrix`; `y` goes back as `y * inverse + mean`. This type
/// holds and applies the map; it does not compute one, and it does not check that `inverse` undoes `matrix`.
#[derive(Clone, PartialEq)]
pub struct Whitening {
    name: String,
    mean: Vec<f32>,
    matrix: Array2<f32>,
    inverse: Array2<f32>,
}

impl Whitening {
    /// A map from its parts: `mean` has `d` values, `matrix` and `inverse` have `d * d` each, row major. `name` says
    /// which convention the map follows, such as `kornia`.
    ///
    /// # Errors
    /// [`Error::Space`] if `mean` is empty, a length does not follow from that of `mean`, or a value is not finite.
    pub fn new(
        name: impl Into<String>,
        mean: Vec<f32>,
        matrix: Vec<f32>,
        inverse: Vec<f32>,
    ) -> Result<Self, Error> {
        let len = mean.len();
        if len == 0 {
            return Err(Error::Space {
                part: "whitening mean",
                expected: "at least one value".into(),
                found: "none".into(),
            });
        }
        finite("whitening mean", &mean)?;
        let square = |part: &'static str, values: Vec<f32>| {
            finite(part, &values)?;
            let found = values.len();
            Array2::from_shape_vec((len, len), values).map_err(|_| Error::Space {
                part,
                expected: format!("{len} x {len} values, as the mean has {len}"),
                found: found.to_string(),
            })
        };
        Ok(Self {
            name: name.into(),
            matrix: square("whitening matrix", matrix)?,
            inverse: square("whitening inverse", inverse)?,
            mean,
        })
    }

    /// The convention that the map follows, such as `kornia`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of values in a sample, `d`; never 0.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.mean.len()
    }

    /// What is subtracted first, `[d]`.
    #[must_use]
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// What centred samples are multiplied by, `[d, d]`, row major.
    #[must_use]
    pub fn matrix(&self) -> &[f32] {
        self.matrix.as_slice().unwrap_or_default()
    }

    /// What whitened samples are multiplied by on the way back, `[d, d]`, row major.
    #[must_use]
    pub fn inverse(&self) -> &[f32] {
        self.inverse.as_slice().unwrap_or_default()
    }

    /// Whitens samples in place: `[n, d]`, row major. In parallel; every sample gets the same bits for every number of
    /// threads and whatever the other samples are.
    ///
    /// # Errors
    /// [`Error::Space`] if the number of values is not a multiple of `d`.
    pub fn enter(&self, samples: &mut [f32]) -> Result<(), Error> {
        self.whole(samples)?;
        self.apply(samples);
        Ok(())
    }

    /// The way back of [`enter`](Self::enter), with the same promises.
    ///
    /// # Errors
    /// [`Error::Space`] if the number of values is not a multiple of `d`.
    pub fn leave(&self, samples: &mut [f32]) -> Result<(), Error> {
        self.whole(samples)?;
        self.blocks(
            samples,
            &self.inverse,
            |value, _| value,
            |value, mean| value + mean,
        );
        Ok(())
    }

    /// [`enter`](Self::enter) for callers that have checked the length.
    pub(crate) fn apply(&self, samples: &mut [f32]) {
        self.blocks(
            samples,
            &self.matrix,
            |value, mean| value - mean,
            |value, _| value,
        );
    }

    fn whole(&self, samples: &[f32]) -> Result<(), Error> {
        if samples.len().is_multiple_of(self.len()) {
            return Ok(());
        }
        Err(Error::Space {
            part: "samples to whiten",
            expected: format!("a multiple of {} values", self.len()),
            found: samples.len().to_string(),
        })
    }

    /// Every row `x` becomes `after(before(x, mean) * matrix, mean)`.
    fn blocks(
        &self,
        samples: &mut [f32],
        matrix: &Array2<f32>,
        before: impl Fn(f32, f32) -> f32 + Sync,
        after: impl Fn(f32, f32) -> f32 + Sync,
    ) {
        let means = || self.mean.iter().cycle();
        samples
            .par_chunks_mut(BLOCK * self.len())
            .for_each(|block| {
                let mut rows = Array2::zeros((block.len() / self.len(), self.len()));
                for ((row, value), mean) in rows.iter_mut().zip(&*block).zip(means()) {
                    *row = before(*value, *mean);
                }
                let products = rows.dot(matrix);
                for ((value, product), mean) in block.iter_mut().zip(&products).zip(means()) {
                    *value = after(*product, *mean);
                }
            });
    }
}

impl fmt::Debug for Whitening {
    /// The name and the size; the matrices have millions of values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Whitening")
            .field("name", &self.name)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

fn finite(part: &'static str, values: &[f32]) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(at) => Err(Error::Space {
            part,
            expected: "finite numbers".into(),
            found: format!("{} at position {at} (from 0)", values[at]),
        }),
    }
}

#[cfg(test)]
#[path = "whitening_tests.rs"]
mod tests;
