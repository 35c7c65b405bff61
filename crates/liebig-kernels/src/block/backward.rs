//! The backward pass. With `g = ReLU'(z) * unpool(gradient)` and bars denoting means over the pixels:
//!
//! ```text
//! dx = γ r (g - ḡ - x̂ mean(g x̂)),   dγ = Σ g x̂,   dβ = Σ g
//! ```

use super::forward::{Affine, active};
use super::pixels::OnChannels;
use super::{Backward, Inputs};
use crate::output::Output;
use crate::simd::{Element, Simd, add_to, each, load, store};

#[derive(Clone, Copy)]
pub(super) struct Run<'a, T, const WINDOW: usize, const RELU: bool> {
    pub inputs: Inputs<'a, T>,
    pub statistics: &'a [T],
    pub gradient: &'a [T],
    pub result: Backward<Output<T>>,
}

impl<T: Element, const WINDOW: usize, const RELU: bool> OnChannels<T> for Run<'_, T, WINDOW, RELU> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>, const V: usize>(&self, index: usize, start: usize) {
        let plan = self.inputs.plan();
        let c = plan.channels;
        // SAFETY: image `index` and the channels from `start` on exist in every slice.
        unsafe {
            let x = self.inputs.x.as_ptr().add(index * plan.len() + start);
            let dx = self.result.x.as_mut_ptr().add(index * plan.len() + start);
            let gradient = self
                .gradient
                .as_ptr()
                .add(index * plan.pooled_len() + start);
            let statistics = self.statistics.as_ptr().add(index * 2 * c + start);
            let affine = Affine::<T, S, V>::of(&self.inputs, statistics, start);
            let mean = affine.mean;
            let reciprocal = load::<T, S, V>(statistics.add(c));
            let share = S::splat(T::of(1.0 / (WINDOW * WINDOW) as f64));
            let columns = plan.width / WINDOW;
            let zero = [S::splat(T::default()); V];

            let (mut sum, mut sum_x) = (zero, zero);
            for part in plan.pooled_row_parts() {
                let (mut of_part, mut of_part_x) = (zero, zero);
                for y in part {
                    for column in 0..columns {
                        let g = load::<T, S, V>(gradient.add((y * columns + column) * c));
                        let g = each!(T, S, V, |v| S::mul(g[v], share));
                        let corner = WINDOW * y * plan.width + WINDOW * column;
                        for down in 0..WINDOW {
                            for right in 0..WINDOW {
                                let at = (corner + down * plan.width + right) * c;
                                let x = load::<T, S, V>(x.add(at));
                                for v in 0..V {
                                    let z = affine.at::<WINDOW>(x[v], v);
                                    let g = active::<T, S, RELU>(z, g[v]);
                                    of_part[v] = S::add(of_part[v], g);
                                    of_part_x[v] = S::fma(g, S::sub(x[v], mean[v]), of_part_x[v]);
                                }
                            }
                        }
                    }
                }
                sum = each!(T, S, V, |v| S::add(sum[v], of_part[v]));
                sum_x = each!(T, S, V, |v| S::add(sum_x[v], of_part_x[v]));
            }
            let dgamma = each!(T, S, V, |v| S::mul(sum_x[v], reciprocal[v]));
            add_to::<T, S, V>(self.result.gamma.as_mut_ptr().add(start), dgamma);
            add_to::<T, S, V>(self.result.beta.as_mut_ptr().add(start), sum);

            // dx = scale * g - constant - (x - mean) * slope
            let per_pixel = S::splat(T::of(1.0 / plan.pixels() as f64));
            let scale = affine.scale;
            let slope = each!(T, S, V, |v| {
                S::mul(
                    S::mul(scale[v], reciprocal[v]),
                    S::mul(dgamma[v], per_pixel),
                )
            });
            let level = each!(T, S, V, |v| S::mul(scale[v], S::mul(sum[v], per_pixel)));
            let constant = each!(T, S, V, |v| S::sub(level[v], S::mul(mean[v], slope[v])));
            for y in 0..plan.height {
                for column in 0..plan.width {
                    let at = (y * plan.width + column) * c;
                    let x = load::<T, S, V>(x.add(at));
                    let (row, place) = (y / WINDOW, column / WINDOW);
                    let g = if row < plan.height / WINDOW && place < columns {
                        load::<T, S, V>(gradient.add((row * columns + place) * c))
                    } else {
                        zero
                    };
                    let value = each!(T, S, V, |v| {
                        let z = affine.at::<WINDOW>(x[v], v);
                        let g = active::<T, S, RELU>(z, S::mul(g[v], share));
                        let rest = match WINDOW {
                            1 => S::fma(S::sub(x[v], mean[v]), slope[v], level[v]),
                            _ => S::fma(x[v], slope[v], constant[v]),
                        };
                        S::sub(S::mul(g, scale[v]), rest)
                    });
                    store::<T, S, V>(dx.add(at), value);
                }
            }
        }
    }
}
