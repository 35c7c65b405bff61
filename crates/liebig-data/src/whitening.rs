//! Whitening: an affine map of whole samples, with its inverse.

use std::fmt;
use std::sync::OnceLock;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use crate::Error;

/// Samples that are multiplied at a time. Fixed, so that the work is cut the same way for every number of threads.
const BLOCK: usize = 64;

/// An affine map of whole samples of `d` values, and the way back.
///
/// A sample `x` (a row of `d` values) becomes `(x - mean) * matrix`; `y` goes back as `y * inverse + mean`. This type
/// holds and applies the map; it does not compute one, and it does not check that `inverse` undoes `matrix`.
#[derive(Clone)]
pub struct Whitening {
    name: String,
    mean: Vec<f32>,
    matrix: Vec<f32>,
    inverse: Vec<f32>,
    hash: OnceLock<String>,
}

impl PartialEq for Whitening {
    fn eq(&self, other: &Self) -> bool {
        let parts = |this: &Self| (this.name.clone(), this.mean.clone());
        parts(self) == parts(other) && self.matrix == other.matrix && self.inverse == other.inverse
    }
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
            match values.len() == len * len {
                true => Ok(values),
                false => Err(Error::Space {
                    part,
                    expected: format!("{len} x {len} values, as the mean has {len}"),
                    found: values.len().to_string(),
                }),
            }
        };
        Ok(Self {
            name: name.into(),
            matrix: square("whitening matrix", matrix)?,
            inverse: square("whitening inverse", inverse)?,
            mean,
            hash: OnceLock::new(),
        })
    }

    /// blake3, in hex, of mean, matrix and inverse; not of the name.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| {
            let mut hash = blake3::Hasher::new_derive_key("liebig whitening, version 1");
            for values in [self.mean(), self.matrix(), self.inverse()] {
                for block in values.chunks(1 << 14) {
                    let bytes: Vec<u8> = block.iter().flat_map(|x| x.to_le_bytes()).collect();
                    hash.update(&bytes);
                }
            }
            hash.finalize().to_hex().to_string()
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
        &self.matrix
    }

    /// What whitened samples are multiplied by on the way back, `[d, d]`, row major.
    #[must_use]
    pub fn inverse(&self) -> &[f32] {
        &self.inverse
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
        matrix: &[f32],
        before: impl Fn(f32, f32) -> f32 + Sync,
        after: impl Fn(f32, f32) -> f32 + Sync,
    ) {
        let len = self.len();
        let means = || self.mean.iter().cycle();
        samples.par_chunks_mut(BLOCK * len).for_each(|block| {
            // Always as many rows, so that a row's bits do not depend on how many there are.
            let mut rows = vec![0.0; BLOCK * len];
            for ((row, value), mean) in rows.iter_mut().zip(&*block).zip(means()) {
                *row = before(*value, *mean);
            }
            let mut products = vec![0.0; BLOCK * len];
            matmul(
                MatMut::from_row_major_slice_mut(&mut products, BLOCK, len),
                Accum::Replace,
                MatRef::from_row_major_slice(&rows, BLOCK, len),
                MatRef::from_row_major_slice(matrix, len, len),
                1.0,
                Par::Seq,
            );
            for ((value, product), mean) in block.iter_mut().zip(products).zip(means()) {
                *value = after(product, *mean);
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
