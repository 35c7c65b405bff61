//! Vectors for any processor.

use super::{Element, Simd};

/// `N` elements in an array; `N = 1` handles the channels left over after the last whole vector.
#[derive(Clone, Copy)]
pub struct Portable<T, const N: usize>(std::marker::PhantomData<T>);

// SAFETY: plain arithmetic.
unsafe impl<T: Element, const N: usize> Simd<T> for Portable<T, N> {
    type Vector = [T; N];
    const LANES: usize = N;
    const TILE_VECTORS: usize = 2;
    #[inline(always)]
    unsafe fn splat(value: T) -> [T; N] {
        [value; N]
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> [T; N] {
        // SAFETY: the caller guarantees N readable elements.
        unsafe { from.cast::<[T; N]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut T, value: [T; N]) {
        // SAFETY: the caller guarantees N writable elements.
        unsafe { to.cast::<[T; N]>().write_unaligned(value) }
    }
    #[inline(always)]
    unsafe fn add(a: [T; N], b: [T; N]) -> [T; N] {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn sub(a: [T; N], b: [T; N]) -> [T; N] {
        std::array::from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    unsafe fn mul(a: [T; N], b: [T; N]) -> [T; N] {
        std::array::from_fn(|i| a[i] * b[i])
    }
    #[inline(always)]
    unsafe fn fma(a: [T; N], b: [T; N], c: [T; N]) -> [T; N] {
        std::array::from_fn(|i| a[i] * b[i] + c[i])
    }
    #[inline(always)]
    unsafe fn where_positive(sign: [T; N], value: [T; N]) -> [T; N] {
        std::array::from_fn(|i| {
            if sign[i] > T::default() {
                value[i]
            } else {
                T::default()
            }
        })
    }
}
