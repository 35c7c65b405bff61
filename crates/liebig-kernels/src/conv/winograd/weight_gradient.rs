//! The weight gradient of 3x3 filters.

use super::transform::{OfImage, OfOutput, ToFilter, both_ways};
use super::{POINTS, TILE, WINDOW, plane, spread, tiles};
use crate::conv::place::Placement;
use crate::conv::product::{Factors, Target};
use crate::conv::weight_gradient::WeightGradient;
use crate::scratch::{self, Purpose};
use crate::simd::{Element, Kernel, Simd};

/// Tiles summed over at a time: the more, the less often the sums are fetched.
const BLOCK: usize = 128;

/// The same computation as [`WeightGradient`].
pub(in crate::conv) struct WinogradWeightGradient<'a, T>(pub WeightGradient<'a, T>);

impl<T: Element> Kernel<T> for WinogradWeightGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        let job = self.0;
        let shapes = job.shapes;
        let channels = job.channels.clone();
        let [inputs, outputs] = [shapes.in_channels, shapes.out_channels];
        let [rows, columns] = tiles(shapes.output);
        let of_image = Placement {
            image: shapes.input,
            channels: inputs,
            dilation: 1,
            offset: shapes.options.padding as isize,
            canvas: [rows * TILE + 2, columns * TILE + 2],
        };
        let of_gradient = Placement {
            image: shapes.output,
            channels: outputs,
            dilation: 1,
            offset: 0,
            canvas: [rows * TILE, columns * TILE],
        };
        let per_image = rows * columns;
        let all = shapes.batch * per_image;
        let block = BLOCK.min(all);
        let panel = S::TILE_VECTORS * S::LANES;
        let pitch = inputs + 16;
        let value_plane = plane(block * pitch);
        let gradient_plane = plane(block * channels.len());
        let sum_plane = plane(inputs * channels.len());
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, of_image.canvas_len());
        let mut padded = scratch::take::<T>(Purpose::PaddedChannels, of_gradient.canvas_len());
        let mut values = scratch::take::<T>(Purpose::Values, POINTS * value_plane);
        let mut gradients = scratch::take::<T>(Purpose::Products, POINTS * gradient_plane);
        let mut sums = scratch::take::<T>(Purpose::Filters, POINTS * sum_plane);
        for first in (0..all).step_by(block) {
            let count = block.min(all - first);
            for (slot, tile) in (first..first + count).enumerate() {
                let (image, tile) = (tile / per_image, tile % per_image);
                if tile == 0 {
                    let [len, gradient_len] = [of_image.image_len(), of_gradient.image_len()];
                    of_image.fill(&job.images[image * len..][..len], &mut canvas);
                    let gradient = &job.gradient[image * gradient_len..][..gradient_len];
                    of_gradient.fill(gradient, &mut padded);
                }
                let (y, x) = (tile / columns * TILE, tile % columns * TILE);
                let row = of_image.canvas[1] * inputs;
                for channel in (0..inputs).step_by(S::LANES) {
                    // SAFETY: the window lies on the canvas; `slot` is less than the block.
                    unsafe {
                        let from = canvas.as_ptr().add(y * row + x * inputs + channel);
                        let window = both_ways::<T, S, OfImage, WINDOW, WINDOW>(from, row, inputs);
                        let to = values.as_mut_ptr().add(slot * pitch + channel);
                        spread::<T, S>(to, value_plane, window);
                    }
                }
                let row = of_gradient.canvas[1] * outputs;
                for channel in channels.clone().step_by(S::LANES) {
                    // SAFETY: as above. Panels of channels lie apart, tiles side by side in them.
                    unsafe {
                        let from = padded.as_ptr().add(y * row + x * outputs + channel);
                        let pixels = both_ways::<T, S, OfOutput, TILE, WINDOW>(from, row, outputs);
                        let channel = channel - channels.start;
                        let start = channel / panel * panel;
                        let used = (channels.len() - start).min(panel);
                        let to = start * block + slot * used + channel - start;
                        spread::<T, S>(gradients.as_mut_ptr().add(to), gradient_plane, pixels);
                    }
                }
            }
            for point in 0..POINTS {
                for start in (0..channels.len()).step_by(panel) {
                    let used = (channels.len() - start).min(panel);
                    // SAFETY: every plane holds the block's values, gradients and sums.
                    unsafe {
                        let gradients = gradients.as_ptr().add(point * gradient_plane);
                        let factors = Factors {
                            a: values.as_ptr().add(point * value_plane),
                            a_row: 1,
                            a_column: pitch,
                            b: gradients.add(start * block),
                            b_row: used,
                            depth: count,
                        };
                        let target = Target {
                            to: sums.as_mut_ptr().add(point * sum_plane + start),
                            row: channels.len(),
                            add: first > 0,
                        };
                        factors.multiply::<S>(inputs, used / S::LANES, target);
                    }
                }
            }
        }
        let tap = inputs * outputs;
        for at in (0..inputs * channels.len()).step_by(S::LANES) {
            let (input, channel) = (at / channels.len(), at % channels.len());
            // SAFETY: `at` is a vector of each plane, and input and channel one of each tap.
            unsafe {
                let from = sums.as_ptr().add(at);
                let at = input * outputs + channels.start + channel;
                let filter =
                    both_ways::<T, S, ToFilter, WINDOW, 3>(from, WINDOW * sum_plane, sum_plane);
                for (i, row) in filter.into_iter().enumerate() {
                    for (j, value) in row.into_iter().enumerate() {
                        S::store(job.output.as_mut_ptr().add((i * 3 + j) * tap + at), value);
                    }
                }
            }
        }
    }
}
