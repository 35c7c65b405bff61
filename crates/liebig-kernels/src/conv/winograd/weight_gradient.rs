//! The weight gradient of 3x3 filters.

use super::tiling::{Tiled, Tiling};
use super::transform::{OfImage, OfOutput, ToFilter, both_ways};
use super::{GAP, POINTS, TILE, WINDOW, plane};
use crate::conv::place::Placement;
use crate::conv::product::{Factors, Target};
use crate::conv::weight_gradient::WeightGradient;
use crate::scratch::{self, Purpose};
use crate::simd::{Element, Kernel, Simd};

/// Tiles summed over at a time: larger blocks read and write the sums less often.
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
        let tiling = Tiling::new(shapes.output, shapes.batch);
        let block = BLOCK.min(tiling.count);
        let panel = S::TILE_VECTORS * S::LANES;
        let windows = Tiled {
            images: job.images,
            placement: Placement {
                canvas: tiling.canvas(2),
                ..Placement::padded(shapes)
            },
            channels: 0..inputs,
            tiling,
            block,
            panel: inputs,
            gap: GAP,
        };
        let gradients = Tiled {
            images: job.gradient,
            placement: Placement {
                image: shapes.output,
                channels: outputs,
                dilation: 1,
                offset: 0,
                canvas: tiling.canvas(0),
            },
            channels: channels.clone(),
            tiling,
            block,
            panel,
            gap: 0,
        };
        let (value_plane, gradient_plane) = (windows.plane(), gradients.plane());
        let sum_plane = plane(inputs * channels.len());
        let of_image = windows.placement.canvas_len();
        let of_gradient = gradients.placement.canvas_len();
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, of_image);
        let mut padded = scratch::take::<T>(Purpose::PaddedChannels, of_gradient);
        let mut values = scratch::take::<T>(Purpose::Values, POINTS * value_plane);
        let mut products = scratch::take::<T>(Purpose::Products, POINTS * gradient_plane);
        let mut sums = scratch::take::<T>(Purpose::Filters, POINTS * sum_plane);
        for first in (0..tiling.count).step_by(block) {
            let tiles = first..(first + block).min(tiling.count);
            // SAFETY: all memory was allocated with the sizes used here.
            unsafe {
                windows.transform::<S, OfImage, WINDOW>(tiles.clone(), &mut canvas, &mut values);
                gradients.transform::<S, OfOutput, TILE>(tiles.clone(), &mut padded, &mut products);
            }
            for point in 0..POINTS {
                for start in (0..channels.len()).step_by(panel) {
                    let used = (channels.len() - start).min(panel);
                    // SAFETY: every plane holds the block's values, gradients and sums.
                    unsafe {
                        let gradients = products.as_ptr().add(point * gradient_plane);
                        let factors = Factors {
                            a: values.as_ptr().add(point * value_plane),
                            a_row: 1,
                            a_column: inputs + GAP,
                            b: gradients.add(start * block),
                            b_row: used,
                            depth: tiles.len(),
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
            // SAFETY: `at` addresses a whole vector in each plane, and `input` and `channel` one in each tap.
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
