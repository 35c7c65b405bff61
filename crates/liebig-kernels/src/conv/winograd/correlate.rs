//! Correlation with 3x3 filters: the forward form and the input gradient.

use super::transform::{OfImage, ToImage, both_ways, filter_row, filter_row_factors};
use super::{POINTS, TILE, WINDOW, plane, spread, tiles};
use crate::conv::correlate::{Correlate, Order, transpose};
use crate::conv::place::Placement;
use crate::conv::product::{Factors, Target};
use crate::scratch::{self, Lent, Purpose};
use crate::simd::{Element, Kernel, Simd};

/// Tiles transformed at a time: their values, and a panel's products, stay in the second level of
/// cache.
const BLOCK: usize = 24;

/// The same computation as [`Correlate`].
pub(in crate::conv) struct WinogradCorrelate<'a, T>(pub Correlate<'a, T>);

impl<T: Element> Kernel<T> for WinogradCorrelate<'_, T> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        let job = &self.0;
        let [rows, columns] = tiles(job.output_size);
        let placement = Placement {
            canvas: [rows * TILE + 2, columns * TILE + 2],
            ..job.placement
        };
        if placement.image_len() == 0 || rows * columns * job.outputs == 0 {
            return;
        }
        let count = job.images.len() / placement.image_len() * rows * columns;
        let block = BLOCK.min(count);
        let panel = S::TILE_VECTORS * S::LANES;
        let pitch = job.inputs + 16;
        let sizes = Sizes {
            columns,
            per_image: rows * columns,
            pitch,
            value_plane: plane(block * pitch),
            product_plane: plane(block * panel),
            filter_plane: plane(job.inputs * panel),
        };
        // SAFETY: the instruction set is the caller's.
        let turned = unsafe { turned::<T, S>(job) };
        let taps = Taps::of(job, turned.as_deref());
        // Filters that serve several blocks of tiles are kept. Otherwise those of one row of points are
        // made at a time, where the cache has the last row's.
        let kept = count > block;
        let panels = job.channels.len().div_ceil(panel);
        let filter_rows = if kept { panels * WINDOW } else { 1 };
        let filter_row = WINDOW * sizes.filter_plane;
        let mut filters = scratch::take::<T>(Purpose::Filters, filter_rows * filter_row);
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, placement.canvas_len());
        let mut values = scratch::take::<T>(Purpose::Values, POINTS * sizes.value_plane);
        let mut products = scratch::take::<T>(Purpose::Products, POINTS * sizes.product_plane);
        for first in (0..count).step_by(block) {
            let tiles = first..(first + block).min(count);
            // SAFETY: every piece of memory was taken at the sizes that these are told.
            unsafe {
                sizes.transform_tiles::<T, S>(
                    job,
                    &placement,
                    tiles.clone(),
                    &mut canvas,
                    &mut values,
                );
                for (index, start) in job.channels.clone().step_by(panel).enumerate() {
                    let used = (job.channels.end - start).min(panel);
                    for row in 0..WINDOW {
                        let at = if kept { index * WINDOW + row } else { 0 };
                        let filters = filters.as_mut_ptr().add(at * filter_row);
                        if first == 0 {
                            let taps = taps.from(start - job.channels.start);
                            sizes.transform_filters::<T, S>(row, taps, job.inputs, used, filters);
                        }
                        for column in 0..WINDOW {
                            let point = row * WINDOW + column;
                            let factors = Factors {
                                a: values.as_ptr().add(point * sizes.value_plane),
                                a_row: pitch,
                                a_column: 1,
                                b: filters.add(column * sizes.filter_plane),
                                b_row: used,
                                depth: job.inputs,
                            };
                            let target = Target {
                                to: products.as_mut_ptr().add(point * sizes.product_plane),
                                row: used,
                                add: false,
                            };
                            factors.multiply::<S>(tiles.len(), used / S::LANES, target);
                        }
                    }
                    for (slot, tile) in tiles.clone().enumerate() {
                        let products = products.as_ptr().add(slot * used);
                        sizes.write_tile::<T, S>(job, tile, products, start, used);
                    }
                }
            }
        }
    }
}

/// How tiles and their values lie; distances in elements.
struct Sizes {
    /// Tiles in a row of an image, and in all of it.
    columns: usize,
    per_image: usize,
    /// Between the values of neighbouring tiles: a line more than their channels, so that the rows of a
    /// product lie on different cache sets.
    pitch: usize,
    /// Between neighbouring points' values, products, and filters.
    value_plane: usize,
    product_plane: usize,
    filter_plane: usize,
}

impl Sizes {
    /// A tile's image and its first pixel.
    fn place(&self, tile: usize) -> (usize, usize, usize) {
        let (image, tile) = (tile / self.per_image, tile % self.per_image);
        (
            image,
            tile / self.columns * TILE,
            tile % self.columns * TILE,
        )
    }

    /// The tiles' values. `canvas` holds the image of the tile before the first.
    #[inline(always)]
    unsafe fn transform_tiles<T: Element, S: Simd<T>>(
        &self,
        job: &Correlate<T>,
        placement: &Placement,
        tiles: std::ops::Range<usize>,
        canvas: &mut [T],
        values: &mut [T],
    ) {
        let row = placement.canvas[1] * job.inputs;
        for (slot, tile) in tiles.enumerate() {
            let (image, y, x) = self.place(tile);
            if (y, x) == (0, 0) {
                let len = placement.image_len();
                placement.fill(&job.images[image * len..][..len], canvas);
            }
            for channel in (0..job.inputs).step_by(S::LANES) {
                // SAFETY: the window lies on the canvas, and there is a slot for each tile.
                unsafe {
                    let from = canvas.as_ptr().add(y * row + x * job.inputs + channel);
                    let window = both_ways::<T, S, OfImage, WINDOW, WINDOW>(from, row, job.inputs);
                    let to = values.as_mut_ptr().add(slot * self.pitch + channel);
                    spread::<T, S>(to, self.value_plane, window);
                }
            }
        }
    }

    /// A panel of `used` channels' filters at one row of points: `[inputs, used]` for each of the six.
    #[inline(always)]
    unsafe fn transform_filters<T: Element, S: Simd<T>>(
        &self,
        row: usize,
        taps: Taps<T>,
        inputs: usize,
        used: usize,
        filters: *mut T,
    ) {
        // SAFETY: the caller vouches for taps and filters.
        unsafe {
            let factors = filter_row_factors::<T, S>(row);
            for input in 0..inputs {
                for channel in (0..used).step_by(S::LANES) {
                    let from = taps.start.add(input * taps.input + channel);
                    let values = filter_row::<T, S>(factors, from, taps.tap);
                    let to = filters.add(input * used + channel);
                    for (column, value) in values.into_iter().enumerate() {
                        S::store(to.add(column * self.filter_plane), value);
                    }
                }
            }
        }
    }

    /// Writes a tile's pixels, those inside the output, from its products for `used` channels.
    #[inline(always)]
    unsafe fn write_tile<T: Element, S: Simd<T>>(
        &self,
        job: &Correlate<T>,
        tile: usize,
        products: *const T,
        start: usize,
        used: usize,
    ) {
        let (image, y, x) = self.place(tile);
        let [height, width] = job.output_size;
        let corner = ((image * height + y) * width + x) * job.outputs + start;
        for channel in (0..used).step_by(S::LANES) {
            // SAFETY: the caller vouches for products and output.
            unsafe {
                let pixels = both_ways::<T, S, ToImage, WINDOW, TILE>(
                    products.add(channel),
                    WINDOW * self.product_plane,
                    self.product_plane,
                );
                let bias = match job.bias {
                    Some(bias) => S::load(bias.as_ptr().add(start + channel)),
                    None => S::splat(T::default()),
                };
                let to = job.output.as_mut_ptr().add(corner + channel);
                for (i, row) in pixels.into_iter().enumerate().take(height - y) {
                    let to = to.add(i * width * job.outputs);
                    for (j, pixel) in row.into_iter().enumerate().take(width - x) {
                        S::store(to.add(j * job.outputs), S::add(pixel, bias));
                    }
                }
            }
        }
    }
}

/// Where filters lie: tap by tap, in each input by input, in each the output channels.
#[derive(Clone, Copy)]
struct Taps<T> {
    start: *const T,
    tap: usize,
    input: usize,
}

impl<T: Element> Taps<T> {
    /// The filters of the job's channels.
    fn of(job: &Correlate<T>, turned: Option<&[T]>) -> Self {
        let (filters, input) = match turned {
            Some(turned) => (turned, job.channels.len()),
            None => (&job.weight[job.channels.start..], job.outputs),
        };
        Self {
            start: filters.as_ptr(),
            tap: job.inputs * input,
            input,
        }
    }

    /// From one of the channels on.
    unsafe fn from(self, channel: usize) -> Self {
        // SAFETY: the caller vouches for the channel.
        let start = unsafe { self.start.add(channel) };
        Self { start, ..self }
    }
}

/// The job's filters turned round, if they are to be.
#[inline(always)]
unsafe fn turned<T: Element, S: Simd<T>>(job: &Correlate<T>) -> Option<Lent<T>> {
    if job.order == Order::AsStored {
        return None;
    }
    let [inputs, channels] = [job.inputs, job.channels.len()];
    let tap = inputs * channels;
    let mut turned = scratch::take::<T>(Purpose::PackedWeights, 9 * tap);
    let taps = job.weight.chunks_exact(inputs * job.outputs).rev();
    for (to, from) in turned.chunks_exact_mut(tap).zip(taps) {
        let from = &from[job.channels.start * inputs..];
        // SAFETY: the instruction set is the caller's.
        unsafe { transpose::<T, S>(from, inputs, channels, channels, to) };
    }
    Some(turned)
}
