//! Convolutions of 3x3 and 5x5 filters with fewer multiplications (Winograd's F(4x4, 3x3), F(2x2, 3x3)
//! and F(2x2, 5x5); Lavin & Gray, arXiv 1509.09308).
//!
//! Outputs are computed in tiles, for 3x3 filters usually of 4x4, each from 6x6 pixels of the padded
//! image. A tile, a filter and an output are polynomials of known degree, so they can be multiplied by
//! multiplying their values at sufficiently many points, here 6x6. Images and filters are therefore
//! transformed to values, the values at each of the 36 points are multiplied by one matrix product over
//! the channels, and the products are transformed back. That takes a quarter of the multiplications, and
//! 36 % of them for 5x5 filters in tiles of 2x2.

mod correlate;
mod four_points;
mod six_points;
mod tiling;
mod transform;
mod weight_gradient;

use super::correlate::Correlate;
use super::weight_gradient::WeightGradient;
use crate::simd::{Element, Level, Simd};
use correlate::WinogradCorrelate;
use tiling::Tiling;
use weight_gradient::WinogradWeightGradient;

/// Channel counts must be a multiple of this, so that they are whole vectors at every SIMD level.
const CHANNELS: usize = 16;
/// Gap between the channels of neighbouring tiles, in elements: a cache line, so that the rows of a
/// product do not map to the same cache sets.
const GAP: usize = 16;
/// With fewer tiles, the time saved does not make up for transforming the filters.
const LEAST_TILES: usize = 4;

/// The sides of tiles and filters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// Tiles of 4x4, filters of 3x3, 6x6 points.
    FourByThree,
    /// Tiles of 2x2, filters of 3x3, 4x4 points: fewer than with larger tiles if outputs have 2x2 pixels.
    TwoByThree,
    /// Tiles of 2x2, filters of 5x5, 6x6 points.
    TwoByFive,
}

impl Algorithm {
    /// The algorithm that can and should be used, if any. This depends on shapes alone, so that results
    /// depend on nothing else.
    pub fn suiting(
        kernel: [usize; 2],
        stride: [usize; 2],
        channels: [usize; 2],
        output: [usize; 2],
        images: usize,
    ) -> Option<Self> {
        let (algorithm, tile) = match kernel {
            [3, 3] if output.into_iter().all(|side| side <= 2) => (Self::TwoByThree, 2),
            [3, 3] => (Self::FourByThree, 4),
            [5, 5] => (Self::TwoByFive, 2),
            _ => return None,
        };
        let fit = |c: usize| c.is_multiple_of(CHANNELS) && c > CHANNELS;
        let fits = stride == [1, 1]
            && channels.into_iter().all(fit)
            && Tiling::new(tile, output, images).count >= LEAST_TILES;
        fits.then_some(algorithm)
    }

    /// Does the job.
    pub fn correlate<T: Element>(self, job: Correlate<T>, level: Level) {
        match self {
            Self::FourByThree => T::launch(WinogradCorrelate::<T, 4, 3, 6>(job), level),
            Self::TwoByThree => T::launch(WinogradCorrelate::<T, 2, 3, 4>(job), level),
            Self::TwoByFive => T::launch(WinogradCorrelate::<T, 2, 5, 6>(job), level),
        }
    }

    /// Does the job.
    pub fn weight_gradient<T: Element>(self, job: WeightGradient<T>, level: Level) {
        match self {
            Self::FourByThree => T::launch(WinogradWeightGradient::<T, 4, 3, 6>(job), level),
            Self::TwoByThree => T::launch(WinogradWeightGradient::<T, 2, 3, 4>(job), level),
            Self::TwoByFive => T::launch(WinogradWeightGradient::<T, 2, 5, 6>(job), level),
        }
    }
}

/// Distance between the planes of neighbouring points, in elements: an odd number of cache lines, so
/// that the locations a transform writes to do not map to the same cache sets.
fn plane(elements: usize) -> usize {
    let line = 16;
    (elements.div_ceil(line) | 1) * line
}

/// Writes a square of vectors, each to the plane of its point.
#[inline(always)]
unsafe fn spread<T: Element, S: Simd<T>, const WINDOW: usize>(
    to: *mut T,
    plane: usize,
    values: [[S::Vector; WINDOW]; WINDOW],
) {
    for (i, row) in values.into_iter().enumerate() {
        for (j, value) in row.into_iter().enumerate() {
            // SAFETY: the caller guarantees that the planes exist.
            unsafe { S::store(to.add((i * WINDOW + j) * plane), value) };
        }
    }
}
