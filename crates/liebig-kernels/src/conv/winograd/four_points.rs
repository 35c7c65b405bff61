//! The transforms with four points, 0, 1, -1 and infinity, for 3x3 filters in tiles of 2x2.

use super::transform::{Linear, OfFilter, OfImage, OfOutput, ToFilter, ToImage};
use crate::simd::{Element, Simd};

impl<T: Element> Linear<T, 4, 4> for OfImage {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 4]) -> [S::Vector; 4] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            [
                S::sub(x[0], x[2]),
                S::add(x[1], x[2]),
                S::sub(x[2], x[1]),
                S::sub(x[3], x[1]),
            ]
        }
    }
}

impl<T: Element> Linear<T, 3, 4> for OfFilter {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 3]) -> [S::Vector; 4] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let half = S::splat(T::of(0.5));
            let even = S::mul(S::add(x[0], x[2]), half);
            let odd = S::mul(x[1], half);
            [x[0], S::add(even, odd), S::sub(even, odd), x[2]]
        }
    }
}

impl<T: Element> Linear<T, 4, 3> for ToFilter {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 4]) -> [S::Vector; 3] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let half = S::splat(T::of(0.5));
            let even = S::mul(S::add(x[1], x[2]), half);
            let odd = S::mul(S::sub(x[1], x[2]), half);
            [S::add(x[0], even), odd, S::add(even, x[3])]
        }
    }
}

impl<T: Element> Linear<T, 4, 2> for ToImage {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 4]) -> [S::Vector; 2] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            [
                S::add(x[0], S::add(x[1], x[2])),
                S::add(S::sub(x[1], x[2]), x[3]),
            ]
        }
    }
}

impl<T: Element> Linear<T, 2, 4> for OfOutput {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 2]) -> [S::Vector; 4] {
        // SAFETY: guaranteed by the caller.
        unsafe { [x[0], S::add(x[0], x[1]), S::sub(x[0], x[1]), x[1]] }
    }
}
