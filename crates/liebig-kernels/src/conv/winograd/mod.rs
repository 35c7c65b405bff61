//! 3x3 convolutions in a quarter of the multiplications (Winograd's F(4x4, 3x3); Lavin & Gray, arXiv
//! 1509.09308).
//!
//! Outputs come in tiles of 4x4, from 6x6 pixels of the padded image. A tile, a filter and an output
//! are polynomials of known degree, and multiplying polynomials is multiplying their values at enough
//! points: 6x6 of them. So images and filters are transformed to values, for each of the 36 points
//! one matrix product runs over the channels, and the values are transformed back.

mod correlate;
mod tiling;
mod transform;
mod weight_gradient;

pub(super) use correlate::WinogradCorrelate;
pub(super) use weight_gradient::WinogradWeightGradient;

use crate::simd::{Element, Simd};
use tiling::Tiling;

/// Output pixels a tile has in each direction.
const TILE: usize = 4;
/// Image pixels a tile reads in each direction.
const WINDOW: usize = TILE + 2;
/// Values of a tile.
const POINTS: usize = WINDOW * WINDOW;
/// Channels must be a multiple of this, so that every level's vectors divide them.
const CHANNELS: usize = 16;
/// Between the channels of neighbouring tiles, in elements: a cache line, so that the rows of a product
/// do not fall on each other's cache sets.
const GAP: usize = 16;
/// Fewer tiles than these do not make up for transforming the filters.
const LEAST_TILES: usize = 4;

/// Whether the algorithm can and should be used. A matter of shapes alone, so that results do not
/// depend on anything else.
pub(super) fn suits(
    kernel: [usize; 2],
    stride: usize,
    channels: [usize; 2],
    output: [usize; 2],
    images: usize,
) -> bool {
    let fit = |c: usize| c.is_multiple_of(CHANNELS) && c > CHANNELS;
    kernel == [3, 3]
        && stride == 1
        && channels.into_iter().all(fit)
        && Tiling::new(output, images).count >= LEAST_TILES
}

/// Distance between the planes of the points, in elements: an odd number of cache lines, so that the
/// 36 places a transform writes to do not fall on each other's cache sets.
fn plane(elements: usize) -> usize {
    let line = 16;
    (elements.div_ceil(line) | 1) * line
}

/// Writes a square of vectors, each to its point's plane.
#[inline(always)]
unsafe fn spread<T: Element, S: Simd<T>>(
    to: *mut T,
    plane: usize,
    values: [[S::Vector; WINDOW]; WINDOW],
) {
    for (i, row) in values.into_iter().enumerate() {
        for (j, value) in row.into_iter().enumerate() {
            // SAFETY: the caller vouches for the planes.
            unsafe { S::store(to.add((i * WINDOW + j) * plane), value) };
        }
    }
}
