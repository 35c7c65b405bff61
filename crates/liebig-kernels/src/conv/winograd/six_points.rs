//! The transforms with six points, for 3x3 filters in tiles of 4x4 and 5x5 filters in tiles of 2x2.
//!
//! The points are 0, ±√½, ±√2 and infinity. In single precision with 128 channels, the largest error is
//! a quarter and the mean error half of that at the usual points 0, ±1, ±2 and infinity. The squares and
//! products of the points are also small numbers.

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use super::transform::{Linear, OfFilter, OfImage, OfOutput, ToFilter, ToImage};
use crate::simd::{Element, Simd};

impl<T: Element> Linear<T, 6, 6> for OfImage {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 6]) -> [S::Vector; 6] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [a, b] = points::<T, S>();
            let [half, two, middle] = [-0.5, -2.0, -2.5].map(|v| S::splat(T::of(v)));
            let even_a = S::fma(x[2], two, x[4]);
            let odd_a = S::mul(a, S::fma(x[1], two, x[3]));
            let even_b = S::fma(x[2], half, x[4]);
            let odd_b = S::mul(b, S::fma(x[1], half, x[3]));
            let zero = S::add(x[0], S::fma(x[2], middle, x[4]));
            let infinity = S::add(x[1], S::fma(x[3], middle, x[5]));
            at_points::<T, S>(zero, [even_a, odd_a], [even_b, odd_b], infinity)
        }
    }
}

impl<T: Element> Linear<T, 3, 6> for OfFilter {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 3]) -> [S::Vector; 6] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [on_a, on_b, third, half_third, odd_a, odd_b] = filter_factors::<T, S>();
            // (x0 + a² x2) / Na and (x0 + b² x2) / Nb
            let even_a = S::fma(x[2], third, S::mul(x[0], on_a));
            let even_b = S::fma(x[2], half_third, S::mul(x[0], on_b));
            let odd_a = S::mul(x[1], odd_a);
            let odd_b = S::mul(x[1], odd_b);
            at_points::<T, S>(x[0], [even_a, odd_a], [even_b, odd_b], x[2])
        }
    }
}

impl<T: Element> Linear<T, 6, 3> for ToFilter {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 6]) -> [S::Vector; 3] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [on_a, on_b, third, half_third, odd_a, odd_b] = filter_factors::<T, S>();
            let [[sum_a, difference_a], [sum_b, difference_b]] = from_points::<T, S>(x);
            [
                S::fma(sum_a, on_a, S::fma(sum_b, on_b, x[0])),
                S::fma(difference_a, odd_a, S::mul(difference_b, odd_b)),
                S::fma(sum_a, third, S::fma(sum_b, half_third, x[5])),
            ]
        }
    }
}

impl<T: Element> Linear<T, 6, 4> for ToImage {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 6]) -> [S::Vector; 4] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [a, b] = points::<T, S>();
            let [half, two] = [0.5, 2.0].map(|v| S::splat(T::of(v)));
            let [[sum_a, difference_a], [sum_b, difference_b]] = from_points::<T, S>(x);
            let (odd_a, odd_b) = (S::mul(a, difference_a), S::mul(b, difference_b));
            [
                S::add(x[0], S::add(sum_a, sum_b)),
                S::add(odd_a, odd_b),
                S::fma(sum_a, half, S::mul(sum_b, two)),
                S::fma(odd_a, half, S::fma(odd_b, two, x[5])),
            ]
        }
    }
}

impl<T: Element> Linear<T, 4, 6> for OfOutput {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 4]) -> [S::Vector; 6] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [a, b] = points::<T, S>();
            let [half, two] = [0.5, 2.0].map(|v| S::splat(T::of(v)));
            let even_a = S::fma(x[2], half, x[0]);
            let odd_a = S::mul(a, S::fma(x[3], half, x[1]));
            let even_b = S::fma(x[2], two, x[0]);
            let odd_b = S::mul(b, S::fma(x[3], two, x[1]));
            at_points::<T, S>(x[0], [even_a, odd_a], [even_b, odd_b], x[3])
        }
    }
}

impl<T: Element> Linear<T, 5, 6> for OfFilter {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 5]) -> [S::Vector; 6] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [on_a, on_b, third, half_third, odd_a, odd_b] = filter_factors::<T, S>();
            let [half, two] = [0.5, 2.0].map(|v| S::splat(T::of(v)));
            // (x0 + a² x2 + a⁴ x4) / Na and a (x1 + a² x3) / Na, and the same with b
            let even_a = S::fma(S::fma(x[4], half, x[2]), third, S::mul(x[0], on_a));
            let even_b = S::fma(S::fma(x[4], two, x[2]), half_third, S::mul(x[0], on_b));
            let odd_a = S::mul(S::fma(x[3], half, x[1]), odd_a);
            let odd_b = S::mul(S::fma(x[3], two, x[1]), odd_b);
            at_points::<T, S>(x[0], [even_a, odd_a], [even_b, odd_b], x[4])
        }
    }
}

impl<T: Element> Linear<T, 6, 5> for ToFilter {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 6]) -> [S::Vector; 5] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [on_a, on_b, third, half_third, odd_a, odd_b] = filter_factors::<T, S>();
            let [half, two] = [0.5, 2.0].map(|v| S::splat(T::of(v)));
            let [[sum_a, difference_a], [sum_b, difference_b]] = from_points::<T, S>(x);
            let (second_a, second_b) = (S::mul(sum_a, third), S::mul(sum_b, half_third));
            let (first_a, first_b) = (S::mul(difference_a, odd_a), S::mul(difference_b, odd_b));
            [
                S::fma(sum_a, on_a, S::fma(sum_b, on_b, x[0])),
                S::add(first_a, first_b),
                S::add(second_a, second_b),
                S::fma(first_a, half, S::mul(first_b, two)),
                S::fma(second_a, half, S::fma(second_b, two, x[5])),
            ]
        }
    }
}

impl<T: Element> Linear<T, 6, 2> for ToImage {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 6]) -> [S::Vector; 2] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [a, b] = points::<T, S>();
            let [[sum_a, difference_a], [sum_b, difference_b]] = from_points::<T, S>(x);
            [
                S::add(x[0], S::add(sum_a, sum_b)),
                S::fma(a, difference_a, S::fma(b, difference_b, x[5])),
            ]
        }
    }
}

impl<T: Element> Linear<T, 2, 6> for OfOutput {
    #[inline(always)]
    unsafe fn apply<S: Simd<T>>(x: [S::Vector; 2]) -> [S::Vector; 6] {
        // SAFETY: guaranteed by the caller.
        unsafe {
            let [a, b] = points::<T, S>();
            let (odd_a, odd_b) = (S::mul(a, x[1]), S::mul(b, x[1]));
            at_points::<T, S>(x[0], [x[0], odd_a], [x[0], odd_b], x[1])
        }
    }
}

/// The values at all points, from the values at 0 and infinity and the even and odd parts at the others.
#[inline(always)]
unsafe fn at_points<T: Element, S: Simd<T>>(
    zero: S::Vector,
    [even_a, odd_a]: [S::Vector; 2],
    [even_b, odd_b]: [S::Vector; 2],
    infinity: S::Vector,
) -> [S::Vector; 6] {
    // SAFETY: guaranteed by the caller.
    unsafe {
        [
            zero,
            S::add(even_a, odd_a),
            S::sub(even_a, odd_a),
            S::add(even_b, odd_b),
            S::sub(even_b, odd_b),
            infinity,
        ]
    }
}

/// Sum and difference of the values at each pair of opposite points: the transpose of [`at_points`].
#[inline(always)]
unsafe fn from_points<T: Element, S: Simd<T>>(x: [S::Vector; 6]) -> [[S::Vector; 2]; 2] {
    // SAFETY: guaranteed by the caller.
    unsafe {
        [
            [S::add(x[1], x[2]), S::sub(x[1], x[2])],
            [S::add(x[3], x[4]), S::sub(x[3], x[4])],
        ]
    }
}

/// The two positive finite points, `a` and `b`.
#[inline(always)]
unsafe fn points<T: Element, S: Simd<T>>() -> [S::Vector; 2] {
    // SAFETY: guaranteed by the caller.
    unsafe { [S::splat(T::of(FRAC_1_SQRT_2)), S::splat(T::of(SQRT_2))] }
}

/// `1 / Na, 1 / Nb, a² / Na, b² / Nb, a / Na, b / Nb` with `Na = 2 a² (a² - b²)`, `Nb = 2 b² (b² - a²)`.
#[inline(always)]
unsafe fn filter_factors<T: Element, S: Simd<T>>() -> [S::Vector; 6] {
    let [on_a, on_b] = [-2.0 / 3.0, 1.0 / 6.0];
    // SAFETY: guaranteed by the caller.
    unsafe {
        [
            S::splat(T::of(on_a)),
            S::splat(T::of(on_b)),
            S::splat(T::of(on_a * 0.5)),
            S::splat(T::of(on_b * 2.0)),
            S::splat(T::of(on_a * FRAC_1_SQRT_2)),
            S::splat(T::of(on_b * SQRT_2)),
        ]
    }
}
