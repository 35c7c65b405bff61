//! Correlation with 3x3 filters: the forward form and the input gradient.

use super::transform::{OfFilter, OfImage, ToImage, both_ways};
use super::{POINTS, TILE, WINDOW, plane, spread, tiles};
use crate::conv::correlate::{Correlate, Order, transpose};
use crate::conv::place::Placement;
use crate::conv::product::{Factors, Target};
use crate::scratch::{self, Purpose};
use crate::simd::{Element, Kernel, Simd};

/// Tiles transformed at a time: their values, and a panel's products, stay in the second level of
/// cache.
const BLOCK: usize = 24;

/// The same computation as [`Correlate`].
pub(in crate::conv) struct WinogradCorrelate<'a, T>(pub Correlate<'a, T>);

impl<T: Element> Kernel<T> for WinogradCorrelate<'_, T> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        let job = self.0;
        let channels = job.channels.clone();
        let [rows, columns] = tiles(job.output_size);
        let placement = Placement {
            canvas: [rows * TILE + 2, columns * TILE + 2],
            ..job.placement
        };
        let [inputs, outputs] = [job.inputs, job.outputs];
        let [height, width] = job.output_size;
        let (image_len, output_len) = (placement.image_len(), height * width * outputs);
        if image_len == 0 || output_len == 0 {
            return;
        }
        let panel = S::TILE_VECTORS * S::LANES;
        let filter_plane = plane(inputs * channels.len());
        let mut filters = scratch::take::<T>(Purpose::Filters, POINTS * filter_plane);
        // SAFETY: the sizes are those of the slices.
        unsafe { transform_filters::<T, S>(&job, panel, filter_plane, &mut filters) };

        let images = job.images.len() / image_len;
        let per_image = rows * columns;
        // A line of padding a tile keeps the rows of a product on different cache sets.
        let pitch = inputs + 16;
        let block = BLOCK.min(images * per_image);
        let [value_plane, product_plane] = [plane(block * pitch), plane(block * panel)];
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, placement.canvas_len());
        let mut values = scratch::take::<T>(Purpose::Values, POINTS * value_plane);
        let mut products = scratch::take::<T>(Purpose::Products, POINTS * product_plane);
        for first in (0..images * per_image).step_by(block) {
            let block = block.min(images * per_image - first);
            for (slot, tile) in (first..first + block).enumerate() {
                let (image, tile) = (tile / per_image, tile % per_image);
                if tile == 0 {
                    placement.fill(&job.images[image * image_len..][..image_len], &mut canvas);
                }
                let row = placement.canvas[1] * inputs;
                let corner = tile / columns * TILE * row + tile % columns * TILE * inputs;
                for channel in (0..inputs).step_by(S::LANES) {
                    // SAFETY: the window lies on the canvas; `slot` is less than the block.
                    unsafe {
                        let from = canvas.as_ptr().add(corner + channel);
                        let window = both_ways::<T, S, OfImage, WINDOW, WINDOW>(from, row, inputs);
                        let to = values.as_mut_ptr().add(slot * pitch + channel);
                        spread::<T, S>(to, value_plane, window);
                    }
                }
            }
            for start in channels.clone().step_by(panel) {
                let used = (channels.end - start).min(panel);
                let panel_at = (start - channels.start) * inputs;
                for point in 0..POINTS {
                    // SAFETY: every plane holds the block's values and the panel's filters.
                    unsafe {
                        let factors = Factors {
                            a: values.as_ptr().add(point * value_plane),
                            a_row: pitch,
                            a_column: 1,
                            b: filters.as_ptr().add(point * filter_plane + panel_at),
                            b_row: used,
                            depth: inputs,
                        };
                        let target = Target {
                            to: products.as_mut_ptr().add(point * product_plane),
                            row: used,
                            add: false,
                        };
                        factors.multiply::<S>(block, used / S::LANES, target);
                    }
                }
                for (slot, tile) in (first..first + block).enumerate() {
                    let (image, tile) = (tile / per_image, tile % per_image);
                    let (y, x) = (tile / columns * TILE, tile % columns * TILE);
                    let corner = image * output_len + (y * width + x) * outputs + start;
                    for channel in (0..used).step_by(S::LANES) {
                        // SAFETY: the tile's pixels inside the output are written, no others.
                        unsafe {
                            let from = products.as_ptr().add(slot * used + channel);
                            let pixels = both_ways::<T, S, ToImage, WINDOW, TILE>(
                                from,
                                WINDOW * product_plane,
                                product_plane,
                            );
                            let bias = match job.bias {
                                Some(bias) => S::load(bias.as_ptr().add(start + channel)),
                                None => S::splat(T::default()),
                            };
                            let to = job.output.as_mut_ptr().add(corner + channel);
                            for (i, row) in pixels.into_iter().enumerate().take(height - y) {
                                let to = to.add(i * width * outputs);
                                for (j, pixel) in row.into_iter().enumerate().take(width - x) {
                                    S::store(to.add(j * outputs), S::add(pixel, bias));
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The filters' values: for each point and panel of output channels, `[inputs, panel]`.
#[inline(always)]
unsafe fn transform_filters<T: Element, S: Simd<T>>(
    job: &Correlate<T>,
    panel: usize,
    filter_plane: usize,
    filters: &mut [T],
) {
    let [inputs, outputs] = [job.inputs, job.outputs];
    let channels = job.channels.clone();
    let tap = inputs * outputs;
    let mut turned;
    let taps = match job.order {
        Order::AsStored => job.weight,
        Order::Turned => {
            turned = scratch::take::<T>(Purpose::PackedWeights, 9 * tap);
            for (to, from) in turned
                .chunks_exact_mut(tap)
                .zip(job.weight.chunks_exact(tap).rev())
            {
                // SAFETY: the instruction set is the caller's.
                unsafe { transpose::<T, S>(from, inputs, outputs, outputs, to) };
            }
            &turned
        }
    };
    for input in 0..inputs {
        for start in channels.clone().step_by(panel) {
            let used = (channels.end - start).min(panel);
            for channel in (0..used).step_by(S::LANES) {
                // SAFETY: filter and place exist.
                unsafe {
                    let from = taps.as_ptr().add(input * outputs + start + channel);
                    let values = both_ways::<T, S, OfFilter, 3, WINDOW>(from, 3 * tap, tap);
                    let to = (start - channels.start) * inputs + input * used + channel;
                    spread::<T, S>(filters.as_mut_ptr().add(to), filter_plane, values);
                }
            }
        }
    }
}
