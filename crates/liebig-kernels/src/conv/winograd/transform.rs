//! The transforms: evaluating the polynomials at the points, and interpolating from the values there.
//!
//! Each map has an implementation for every number of points (`six_points`, `four_points`) and size of
//! tiles and filters.

use crate::simd::{Element, Simd};

/// A linear map of `I` vectors to `O`.
pub(super) trait Linear<T: Element, const I: usize, const O: usize> {
    /// Applies it.
    ///
    /// # Safety
    /// The instruction set of `S` must be enabled.
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; I]) -> [S::Vector; O];
}

/// `L x Lᵀ` for a square `x` of vectors, whose rows are `row` elements and columns `column` elements apart.
///
/// # Safety
/// The vectors must exist, and the instruction set of `S` must be enabled.
#[inline(always)]
pub(super) unsafe fn both_ways<T, S, L, const I: usize, const O: usize>(
    from: *const T,
    row: usize,
    column: usize,
) -> [[S::Vector; O]; O]
where
    T: Element,
    S: Simd<T>,
    L: Linear<T, I, O>,
{
    // SAFETY: the caller guarantees that the vectors exist.
    unsafe {
        let zero = S::splat(T::default());
        let mut half = [[zero; I]; O];
        for j in 0..I {
            let mut x = [zero; I];
            for (i, x) in x.iter_mut().enumerate() {
                *x = S::load(from.add(i * row + j * column));
            }
            let y = L::apply::<S>(x);
            for (half, y) in half.iter_mut().zip(y) {
                half[j] = y;
            }
        }
        let mut result = [[zero; O]; O];
        for (result, half) in result.iter_mut().zip(half) {
            *result = L::apply::<S>(half);
        }
        result
    }
}

/// Maps neighbouring pixels to their values at as many points.
pub(super) struct OfImage;

/// Maps the taps of a filter to their values at the points, scaled by the interpolation weights.
pub(super) struct OfFilter;

/// The transpose of [`OfFilter`].
pub(super) struct ToFilter;

/// Maps the values of a product to the pixels of a tile.
pub(super) struct ToImage;

/// The transpose of [`ToImage`].
pub(super) struct OfOutput;

/// Rows of points whose filters are transformed together, because they share most of the work: the first and
/// the last, then those of opposite points.
pub(super) fn filter_group(group: usize, window: usize) -> [usize; 2] {
    match group {
        0 => [0, window - 1],
        _ => [2 * group - 1, 2 * group],
    }
}

/// The values of a filter, whose taps are `tap` elements apart, at the two rows of points of a group.
///
/// # Safety
/// The taps must exist, and the instruction set of `S` must be enabled.
#[inline(always)]
pub(super) unsafe fn filter_rows<
    T: Element,
    S: Simd<T>,
    const KERNEL: usize,
    const WINDOW: usize,
    const GROUP: usize,
>(
    from: *const T,
    tap: usize,
) -> [[S::Vector; WINDOW]; 2]
where
    OfFilter: Linear<T, KERNEL, WINDOW>,
{
    // SAFETY: the caller guarantees that the taps exist.
    unsafe {
        let zero = S::splat(T::default());
        let mut half = [[zero; KERNEL]; 2];
        for j in 0..KERNEL {
            let mut x = [zero; KERNEL];
            for (i, x) in x.iter_mut().enumerate() {
                *x = S::load(from.add((i * KERNEL + j) * tap));
            }
            // The compiler removes the outputs that the group does not use.
            let y = OfFilter::apply::<S>(x);
            for (half, row) in half.iter_mut().zip(filter_group(GROUP, WINDOW)) {
                half[j] = y[row];
            }
        }
        [OfFilter::apply::<S>(half[0]), OfFilter::apply::<S>(half[1])]
    }
}
