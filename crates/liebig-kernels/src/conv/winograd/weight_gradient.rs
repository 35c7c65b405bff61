//! The weight gradient by Winograd's algorithm.

use super::tiling::{Tiled, Tiling};
use super::transform::{Linear, OfImage, OfOutput, ToFilter, both_ways};
use super::{GAP, plane};
use crate::conv::place::Placement;
use crate::conv::product::{Factors, Target};
use crate::conv::weight_gradient::WeightGradient;
use crate::scratch::{self, Purpose};
use crate::simd::{Element, Kernel, Simd};

/// Tiles summed over at a time: larger blocks read and write the gradient less often.
const BLOCK: usize = 128;

/// Input channels whose sums at all points are computed before they are transformed. Sums over few tiles are
/// mostly memory traffic, and should stay in the L2 cache; with many, the factors should be read less often.
fn strip(tiles: usize) -> usize {
    match tiles {
        64.. => 128,
        _ => 48,
    }
}

/// The same computation as [`WeightGradient`].
pub(super) struct WinogradWeightGradient<
    'a,
    T,
    const TILE: usize,
    const KERNEL: usize,
    const WINDOW: usize,
>(pub WeightGradient<'a, T>);

impl<T: Element, const TILE: usize, const KERNEL: usize, const WINDOW: usize> Kernel<T>
    for WinogradWeightGradient<'_, T, TILE, KERNEL, WINDOW>
where
    OfImage: Linear<T, WINDOW, WINDOW>,
    OfOutput: Linear<T, TILE, WINDOW>,
    ToFilter: Linear<T, WINDOW, KERNEL>,
{
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        let job = self.0;
        let shapes = job.shapes;
        let channels = job.channels.clone();
        let [inputs, outputs] = [shapes.in_channels, shapes.out_channels];
        let tiling = Tiling::new(TILE, shapes.output, shapes.batch);
        let block = BLOCK.min(tiling.count);
        let panel = S::TILE_VECTORS * S::LANES;
        let points = WINDOW * WINDOW;
        let windows = Tiled {
            images: job.images,
            placement: Placement {
                canvas: tiling.canvas(KERNEL - 1),
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
        let strip_len = strip(block).min(inputs);
        let sum_plane = plane(strip_len * panel);
        let of_image = windows.placement.canvas_len();
        let of_gradient = gradients.placement.canvas_len();
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, of_image);
        let mut padded = scratch::take::<T>(Purpose::PaddedChannels, of_gradient);
        let mut values = scratch::take::<T>(Purpose::Values, points * value_plane);
        let mut products = scratch::take::<T>(Purpose::Products, points * gradient_plane);
        let mut sums = scratch::take::<T>(Purpose::Filters, points * sum_plane);
        let filters = Filters {
            first: job.output.as_mut_ptr(),
            row: outputs,
            tap: inputs * outputs,
        };
        for first in (0..tiling.count).step_by(block) {
            let tiles = first..(first + block).min(tiling.count);
            // SAFETY: all memory was allocated with the sizes used here.
            unsafe {
                windows.transform::<S, OfImage, WINDOW, WINDOW>(
                    tiles.clone(),
                    &mut canvas,
                    &mut values,
                );
                gradients.transform::<S, OfOutput, TILE, WINDOW>(
                    tiles.clone(),
                    &mut padded,
                    &mut products,
                );
            }
            for start in (0..channels.len()).step_by(panel) {
                let used = (channels.len() - start).min(panel);
                for strip in (0..inputs).step_by(strip_len) {
                    let rows = (inputs - strip).min(strip_len);
                    // SAFETY: every plane holds the block's values, gradients and the strip's sums, and `filters` every
                    // input and output channel.
                    unsafe {
                        for point in 0..points {
                            let gradients = products.as_ptr().add(point * gradient_plane);
                            let factors = Factors {
                                a: values.as_ptr().add(point * value_plane + strip),
                                a_row: 1,
                                a_column: inputs + GAP,
                                b: gradients.add(start * block),
                                b_row: used,
                                depth: tiles.len(),
                            };
                            let target = Target {
                                to: sums.as_mut_ptr().add(point * sum_plane),
                                row: used,
                                add: false,
                            };
                            factors.multiply::<S>(rows, used / S::LANES, target);
                        }
                        for row in 0..rows {
                            let filters = filters.at(strip + row, channels.start + start);
                            for channel in (0..used).step_by(S::LANES) {
                                let from = sums.as_ptr().add(row * used + channel);
                                let taps = both_ways::<T, S, ToFilter, WINDOW, KERNEL>(
                                    from,
                                    WINDOW * sum_plane,
                                    sum_plane,
                                );
                                filters.put::<S, KERNEL>(channel, taps, first > 0);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The gradient `[KERNEL, KERNEL, in, out]`. Distances are in elements.
#[derive(Clone, Copy)]
struct Filters<T> {
    first: *mut T,
    /// Distance between input channels.
    row: usize,
    /// Distance between taps.
    tap: usize,
}

impl<T: Element> Filters<T> {
    /// The gradient from these channels on.
    #[inline(always)]
    unsafe fn at(self, input: usize, output: usize) -> Self {
        // SAFETY: the caller guarantees that the channels exist.
        let first = unsafe { self.first.add(input * self.row + output) };
        Self { first, ..self }
    }

    /// Writes a vector of every tap, or adds it.
    #[inline(always)]
    unsafe fn put<S: Simd<T>, const KERNEL: usize>(
        self,
        channel: usize,
        taps: [[S::Vector; KERNEL]; KERNEL],
        add: bool,
    ) {
        for (i, row) in taps.into_iter().enumerate() {
            for (j, value) in row.into_iter().enumerate() {
                // SAFETY: the caller guarantees that the channels exist.
                unsafe {
                    let to = self.first.add((i * KERNEL + j) * self.tap + channel);
                    let value = match add {
                        true => S::add(S::load(to), value),
                        false => value,
                    };
                    S::store(to, value);
                }
            }
        }
    }
}
