//! The micro-kernel of a matrix product: a tile of sums held in registers.

use crate::simd::{Element, Simd, add_to, load, store};

/// Rows of a tile.
pub(super) const TILE_ROWS: usize = 6;

/// The two factors of a product, `a [rows, depth]` and `b [depth, columns]`. Distances are in elements;
/// neighbouring columns of `b` are contiguous.
#[derive(Clone, Copy)]
pub(super) struct Factors<T> {
    pub a: *const T,
    /// Distance between rows of `a`.
    pub a_row: usize,
    /// Distance between columns of `a`.
    pub a_column: usize,
    pub b: *const T,
    /// Distance between rows of `b`.
    pub b_row: usize,
    pub depth: usize,
}

/// Where a product is written.
#[derive(Clone, Copy)]
pub(super) struct Target<T> {
    pub to: *mut T,
    /// Distance between rows.
    pub row: usize,
    /// Whether the product is added to the existing values instead of replacing them.
    pub add: bool,
}

impl<T: Element> Factors<T> {
    /// Multiplies all `rows` of `a` with the first `vectors` vectors of `b`'s columns.
    ///
    /// # Safety
    /// All elements that these sizes and distances address must exist; `vectors` must be at most
    /// `S::TILE_VECTORS`.
    #[inline(always)]
    pub unsafe fn multiply<S: Simd<T>>(self, rows: usize, vectors: usize, target: Target<T>) {
        for first in (0..rows).step_by(TILE_ROWS) {
            // SAFETY: rows from `first` on exist.
            unsafe {
                let factors = Self {
                    a: self.a.add(first * self.a_row),
                    ..self
                };
                let target = Target {
                    to: target.to.add(first * target.row),
                    ..target
                };
                let rows = (rows - first).min(TILE_ROWS);
                match vectors {
                    4 => factors.rows::<S, 4>(rows, target),
                    3 => factors.rows::<S, 3>(rows, target),
                    2 => factors.rows::<S, 2>(rows, target),
                    _ => factors.rows::<S, 1>(rows, target),
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn rows<S: Simd<T>, const VECTORS: usize>(self, rows: usize, target: Target<T>) {
        // SAFETY: guaranteed by the caller.
        unsafe {
            match rows {
                6 => self.tile::<S, VECTORS, 6>(target),
                5 => self.tile::<S, VECTORS, 5>(target),
                4 => self.tile::<S, VECTORS, 4>(target),
                3 => self.tile::<S, VECTORS, 3>(target),
                2 => self.tile::<S, VECTORS, 2>(target),
                _ => self.tile::<S, VECTORS, 1>(target),
            }
        }
    }

    #[inline(always)]
    unsafe fn tile<S: Simd<T>, const VECTORS: usize, const ROWS: usize>(self, target: Target<T>) {
        // SAFETY: the caller's pointers cover the tile.
        unsafe {
            let mut sums = [[S::splat(T::default()); VECTORS]; ROWS];
            let (mut a, mut b) = (self.a, self.b);
            for _ in 0..self.depth {
                let vectors = load::<T, S, VECTORS>(b);
                for (i, sums) in sums.iter_mut().enumerate() {
                    let value = S::splat(*a.add(i * self.a_row));
                    for v in 0..VECTORS {
                        sums[v] = S::fma(value, vectors[v], sums[v]);
                    }
                }
                a = a.add(self.a_column);
                b = b.add(self.b_row);
            }
            for (i, sums) in sums.into_iter().enumerate() {
                let to = target.to.add(i * target.row);
                if target.add {
                    add_to::<T, S, VECTORS>(to, sums);
                } else {
                    store::<T, S, VECTORS>(to, sums);
                }
            }
        }
    }
}
