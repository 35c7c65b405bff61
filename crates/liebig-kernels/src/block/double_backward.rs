//! The double-backward pass: gradients of `⟨u, dx⟩ + ⟨cγ, dγ⟩ + ⟨cβ, dβ⟩`, where `dx`, `dγ` and `dβ`
//! are the results of the backward pass and `u`, `cγ` and `cβ` their cotangents. With
//! `a = mean(u x̂)`, `b = mean(g x̂)`, `P v = v - v̄ - x̂ mean(v x̂)`, `t = Σ u P g`:
//!
//! ```text
//! d gradient = pool(ReLU'(z) * (γ r P u + cγ x̂ + cβ))
//! d x        = r P q - γ t r² x̂ / m,   q = cγ g - γ r (b u + a g)
//! d γ        = r t
//! ```
//!
//! ReLU's second derivative is zero, so nothing depends on `beta`.

use super::forward::{Affine, active};
use super::pixels::OnChannels;
use super::{Cotangents, DoubleBackward, Inputs};
use crate::output::Output;
use crate::simd::{Element, Simd, add_to, each, load, store};

#[derive(Clone, Copy)]
pub(super) struct Run<'a, T, const WINDOW: usize, const RELU: bool> {
    pub inputs: Inputs<'a, T>,
    pub statistics: &'a [T],
    pub gradient: &'a [T],
    pub cotangents: Cotangents<'a, T>,
    pub result: DoubleBackward<Output<T>>,
}

impl<T: Element, const WINDOW: usize, const RELU: bool> OnChannels<T> for Run<'_, T, WINDOW, RELU> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>, const V: usize>(&self, index: usize, start: usize) {
        let plan = self.inputs.plan();
        let c = plan.channels;
        let (rows, columns) = (plan.height / WINDOW, plan.width / WINDOW);
        // SAFETY: image `index` and the channels from `start` on exist in every slice.
        unsafe {
            let image = index * plan.len() + start;
            let pooled_image = index * plan.pooled_len() + start;
            let x = self.inputs.x.as_ptr().add(image);
            let u = self.cotangents.x.as_ptr().add(image);
            let dx = self.result.x.as_mut_ptr().add(image);
            let gradient = self.gradient.as_ptr().add(pooled_image);
            let dgradient = self.result.output.as_mut_ptr().add(pooled_image);
            let statistics = self.statistics.as_ptr().add(index * 2 * c + start);
            let affine = Affine::<T, S, V>::of(&self.inputs, statistics, start);
            let mean = affine.mean;
            let r = load::<T, S, V>(statistics.add(c));
            let share = S::splat(T::of(1.0 / (WINDOW * WINDOW) as f64));
            let per_pixel = S::splat(T::of(1.0 / plan.pixels() as f64));
            let zero = [S::splat(T::default()); V];

            let (mut sum_u, mut sum_ux, mut sum_g, mut sum_gx, mut sum_ug) =
                (zero, zero, zero, zero, zero);
            for part in plan.row_parts() {
                let (mut part_u, mut part_ux, mut part_g, mut part_gx, mut part_ug) =
                    (zero, zero, zero, zero, zero);
                for y in part {
                    for column in 0..plan.width {
                        let at = (y * plan.width + column) * c;
                        let x = load::<T, S, V>(x.add(at));
                        let u = load::<T, S, V>(u.add(at));
                        let (row, place) = (y / WINDOW, column / WINDOW);
                        let g = if row < rows && place < columns {
                            load::<T, S, V>(gradient.add((row * columns + place) * c))
                        } else {
                            zero
                        };
                        for v in 0..V {
                            let z = affine.at::<WINDOW>(x[v], v);
                            let g = active::<T, S, RELU>(z, S::mul(g[v], share));
                            let d = S::sub(x[v], mean[v]);
                            part_u[v] = S::add(part_u[v], u[v]);
                            part_ux[v] = S::fma(u[v], d, part_ux[v]);
                            part_g[v] = S::add(part_g[v], g);
                            part_gx[v] = S::fma(g, d, part_gx[v]);
                            part_ug[v] = S::fma(u[v], g, part_ug[v]);
                        }
                    }
                }
                for (sum, part) in [
                    (&mut sum_u, part_u),
                    (&mut sum_ux, part_ux),
                    (&mut sum_g, part_g),
                    (&mut sum_gx, part_gx),
                    (&mut sum_ug, part_ug),
                ] {
                    for v in 0..V {
                        sum[v] = S::add(sum[v], part[v]);
                    }
                }
            }

            // Means over the pixels, and t.
            let mean_u = each!(T, S, V, |v| S::mul(sum_u[v], per_pixel));
            let mean_g = each!(T, S, V, |v| S::mul(sum_g[v], per_pixel));
            let a = each!(T, S, V, |v| S::mul(S::mul(sum_ux[v], r[v]), per_pixel));
            let b = each!(T, S, V, |v| S::mul(S::mul(sum_gx[v], r[v]), per_pixel));
            let t = each!(T, S, V, |v| {
                let correlated = S::mul(S::mul(sum_ux[v], r[v]), b[v]);
                S::sub(S::sub(sum_ug[v], S::mul(sum_u[v], mean_g[v])), correlated)
            });
            let dgamma = each!(T, S, V, |v| S::mul(r[v], t[v]));
            add_to::<T, S, V>(self.result.gamma.as_mut_ptr().add(start), dgamma);

            // q = on_u * u + on_g * g, and its means.
            let gamma = load::<T, S, V>(self.inputs.gamma.as_ptr().add(start));
            let cgamma = load::<T, S, V>(self.cotangents.gamma.as_ptr().add(start));
            let cbeta = load::<T, S, V>(self.cotangents.beta.as_ptr().add(start));
            let scale = affine.scale;
            let on_u = each!(T, S, V, |v| S::sub(zero[v], S::mul(scale[v], b[v])));
            let on_g = each!(T, S, V, |v| S::sub(cgamma[v], S::mul(scale[v], a[v])));
            let mean_q = each!(T, S, V, |v| S::fma(
                on_u[v],
                mean_u[v],
                S::mul(on_g[v], mean_g[v])
            ));
            let mean_qx = each!(T, S, V, |v| S::fma(on_u[v], a[v], S::mul(on_g[v], b[v])));

            // dx = r q - r mean_q - x̂ (r mean_qx + γ t r² / m)
            let slope = each!(T, S, V, |v| {
                let through_r = S::mul(S::mul(gamma[v], t[v]), S::mul(r[v], per_pixel));
                S::mul(S::mul(r[v], r[v]), S::add(mean_qx[v], through_r))
            });
            let level = each!(T, S, V, |v| S::mul(r[v], mean_q[v]));
            let r_on_u = each!(T, S, V, |v| S::mul(r[v], on_u[v]));
            let r_on_g = each!(T, S, V, |v| S::mul(r[v], on_g[v]));

            // d gradient: scale * u + on_x * (x - mean) + constant, where ReLU is active.
            let on_x = each!(T, S, V, |v| S::mul(
                r[v],
                S::sub(cgamma[v], S::mul(scale[v], a[v]))
            ));
            let constant = each!(T, S, V, |v| S::sub(cbeta[v], S::mul(scale[v], mean_u[v])));

            for y in 0..plan.height {
                for column in 0..plan.width {
                    let at = (y * plan.width + column) * c;
                    let x = load::<T, S, V>(x.add(at));
                    let u = load::<T, S, V>(u.add(at));
                    let (row, place) = (y / WINDOW, column / WINDOW);
                    let pooled = (row * columns + place) * c;
                    let inside = row < rows && place < columns;
                    let g = if inside {
                        load::<T, S, V>(gradient.add(pooled))
                    } else {
                        zero
                    };
                    let mut dg = zero;
                    let value = each!(T, S, V, |v| {
                        let z = affine.at::<WINDOW>(x[v], v);
                        let g = active::<T, S, RELU>(z, S::mul(g[v], share));
                        let d = S::sub(x[v], mean[v]);
                        let through = S::fma(u[v], scale[v], S::fma(d, on_x[v], constant[v]));
                        dg[v] = active::<T, S, RELU>(z, S::mul(through, share));
                        let q = S::fma(u[v], r_on_u[v], S::mul(g, r_on_g[v]));
                        S::sub(S::sub(q, level[v]), S::mul(d, slope[v]))
                    });
                    store::<T, S, V>(dx.add(at), value);
                    if inside {
                        add_to::<T, S, V>(dgradient.add(pooled), dg);
                    }
                }
            }
        }
    }
}
