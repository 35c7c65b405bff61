//! 3x3 convolutions with a quarter of the multiplications (Winograd's F(4x4, 3x3); Lavin & Gray, arXiv
//! 1509.09308).
//!
//! Outputs are computed in tiles of 4x4, each from 6x6 pixels of the padded image. A tile, a filter and
//! an output are polynomials of known degree, so they can be multiplied by multiplying their values at
//! sufficiently many points, here 6x6. Images and filters are therefore transformed to values, the
//! values at each of the 36 points are multiplied by one matrix product over the channels, and the
//! products are transformed back.

mod correlate;
mod tiling;
mod transform;
mod weight_gradient;

pub(super) use correlate::WinogradCorrelate;
pub(super) use weight_gradient::WinogradWeightGradient;

use crate::simd::{Element, Simd};
use tiling::Tiling;

/// Output pixels of a tile in each direction.
const TILE: usize = 4;
/// Image pixels that a tile reads in each direction.
const WINDOW: usize = TILE + 2;
/// Values of a transformed tile, one for each point.
const POINTS: usize = WINDOW * WINDOW;
/// Channel counts must be a multiple of this, so that they are whole vectors at every SIMD level.
const CHANNELS: usize = 16;
/// Gap between the channels of neighbouring tiles, in elements: a cache line, so that the rows of a
/// product do not map to the same cache sets.
const GAP: usize = 16;
/// With fewer tiles, the time saved does not make up for transforming the filters.
const LEAST_TILES: usize = 4;

/// Whether the algorithm can and should be used. This depends on shapes alone, so that results depend
/// on nothing else.
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

/// Distance between the planes of neighbouring points, in elements: an odd number of cache lines, so
/// that the 36 locations a transform writes to do not map to the same cache sets.
fn plane(elements: usize) -> usize {
    let line = 16;
    (elements.div_ceil(line) | 1) * line
}

/// Writes a square of vectors, each to the plane of its point.
#[inline(always)]
unsafe fn spread<T: Element, S: Simd<T>>(
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
