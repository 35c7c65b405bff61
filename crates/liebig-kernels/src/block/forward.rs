//! The forward pass: statistics first, then normalisation and what follows it in one loop.

use super::Inputs;
use super::pixels::OnChannels;
use crate::output::Output;
use crate::simd::{Element, Simd, each, load, store};

#[derive(Clone, Copy)]
pub(super) struct Run<'a, T, const WINDOW: usize, const RELU: bool> {
    pub inputs: Inputs<'a, T>,
    pub eps: T,
    pub output: Output<T>,
    pub statistics: Output<T>,
}

impl<T: Element, const WINDOW: usize, const RELU: bool> OnChannels<T> for Run<'_, T, WINDOW, RELU> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>, const V: usize>(&self, index: usize, start: usize) {
        let plan = self.inputs.plan();
        let c = plan.channels;
        // SAFETY: image `index` and the channels from `start` on exist in every slice.
        unsafe {
            let x = self.inputs.x.as_ptr().add(index * plan.len() + start);
            let per_pixel = S::splat(T::of(1.0 / plan.pixels() as f64));
            let zero: [S::Vector; V] = [S::splat(T::default()); V];

            let mut sum = zero;
            for part in plan.parts() {
                let mut of_part = zero;
                for pixel in part {
                    let x = load::<T, S, V>(x.add(pixel * c));
                    of_part = each!(T, S, V, |v| S::add(of_part[v], x[v]));
                }
                sum = each!(T, S, V, |v| S::add(sum[v], of_part[v]));
            }
            let mean = each!(T, S, V, |v| S::mul(sum[v], per_pixel));

            // The sum of the differences is what the mean was rounded by: many pixels' sum is not exact.
            let (mut differences, mut squares) = (zero, zero);
            for part in plan.parts() {
                let (mut sum, mut of_part) = (zero, zero);
                for pixel in part {
                    let x = load::<T, S, V>(x.add(pixel * c));
                    let d = each!(T, S, V, |v| S::sub(x[v], mean[v]));
                    sum = each!(T, S, V, |v| S::add(sum[v], d[v]));
                    of_part = each!(T, S, V, |v| S::fma(d[v], d[v], of_part[v]));
                }
                differences = each!(T, S, V, |v| S::add(differences[v], sum[v]));
                squares = each!(T, S, V, |v| S::add(squares[v], of_part[v]));
            }
            let rounding = each!(T, S, V, |v| S::mul(differences[v], per_pixel));
            let mean = each!(T, S, V, |v| S::add(mean[v], rounding[v]));
            let variance = each!(T, S, V, |v| {
                let square = S::mul(rounding[v], rounding[v]);
                S::sub(S::mul(squares[v], per_pixel), square)
            });
            let statistics = self.statistics.as_mut_ptr().add(index * 2 * c + start);
            store::<T, S, V>(statistics, mean);
            let reciprocal = statistics.add(c);
            store::<T, S, V>(reciprocal, variance);
            for lane in 0..V * S::LANES {
                let variance = *reciprocal.add(lane);
                *reciprocal.add(lane) = T::of(1.0) / (variance + self.eps).root();
            }

            let affine = Affine::<T, S, V>::of(&self.inputs, statistics, start);
            let share = S::splat(T::of(1.0 / (WINDOW * WINDOW) as f64));
            let mut output = self
                .output
                .as_mut_ptr()
                .add(index * plan.pooled_len() + start);
            for y in 0..plan.height / WINDOW {
                for column in 0..plan.width / WINDOW {
                    let corner = x.add((WINDOW * y * plan.width + WINDOW * column) * c);
                    let mut pooled = zero;
                    for down in 0..WINDOW {
                        for right in 0..WINDOW {
                            let x = load::<T, S, V>(corner.add((down * plan.width + right) * c));
                            pooled = each!(T, S, V, |v| {
                                let z = affine.at::<WINDOW>(x[v], v);
                                S::add(pooled[v], active::<T, S, RELU>(z, z))
                            });
                        }
                    }
                    store::<T, S, V>(output, each!(T, S, V, |v| S::mul(pooled[v], share)));
                    output = output.add(c);
                }
            }
        }
    }
}

/// `value` where ReLU lets `z` through; everywhere without ReLU.
#[inline(always)]
pub(super) unsafe fn active<T: Element, S: Simd<T>, const RELU: bool>(
    z: S::Vector,
    value: S::Vector,
) -> S::Vector {
    match RELU {
        // SAFETY: the caller guarantees that the instructions exist.
        true => unsafe { S::where_positive(z, value) },
        false => value,
    }
}

/// The normalisation, `z = x * scale + shift`. Every pass computes `z` with [`at`](Self::at), so that all passes agree, to the
/// bit, on where ReLU is active.
pub(super) struct Affine<T: Element, S: Simd<T>, const V: usize> {
    pub mean: [S::Vector; V],
    pub scale: [S::Vector; V],
    shift: [S::Vector; V],
    beta: [S::Vector; V],
}

impl<T: Element, S: Simd<T>, const V: usize> Affine<T, S, V> {
    /// The channels from `start` on, from one image's statistics: the means at the pointer and the `r`s one row further on.
    ///
    /// # Safety
    /// The channels must exist.
    #[inline(always)]
    pub unsafe fn of(inputs: &Inputs<T>, statistics: *const T, start: usize) -> Self {
        // SAFETY: the caller guarantees that the channels exist.
        unsafe {
            let mean = load::<T, S, V>(statistics);
            let reciprocal = load::<T, S, V>(statistics.add(inputs.shape[3]));
            let gamma = load::<T, S, V>(inputs.gamma.as_ptr().add(start));
            let beta = load::<T, S, V>(inputs.beta.as_ptr().add(start));
            let scale = each!(T, S, V, |v| S::mul(gamma[v], reciprocal[v]));
            let shift = each!(T, S, V, |v| S::sub(beta[v], S::mul(mean[v], scale[v])));
            Self {
                mean,
                scale,
                shift,
                beta,
            }
        }
    }

    /// `z` of vector `v`. Small maps may have a mean far larger than their deviation, so without a window, which only larger
    /// ones have, the mean is taken away first.
    ///
    /// # Safety
    /// The instructions must exist.
    #[inline(always)]
    pub unsafe fn at<const WINDOW: usize>(&self, x: S::Vector, v: usize) -> S::Vector {
        // SAFETY: guaranteed by the caller.
        unsafe {
            match WINDOW {
                1 => S::fma(S::sub(x, self.mean[v]), self.scale[v], self.beta[v]),
                _ => S::fma(x, self.scale[v], self.shift[v]),
            }
        }
    }
}
