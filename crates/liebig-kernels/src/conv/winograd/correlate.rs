//! Correlation with 3x3 filters: the forward pass and the input gradient.

use super::tiling::{Tiled, Tiling};
use super::transform::{FILTER_GROUPS, OfImage, ToImage, both_ways, filter_rows};
use super::{GAP, POINTS, TILE, WINDOW, plane};
use crate::conv::correlate::{Correlate, Order, transpose};
use crate::conv::place::Placement;
use crate::conv::product::{Factors, Target};
use crate::scratch::{self, Lent, Purpose};
use crate::simd::{Element, Kernel, Simd};

/// Tiles transformed at a time: few enough that their values and a panel's products stay in the L2
/// cache.
const BLOCK: usize = 24;

/// The same computation as [`Correlate`].
pub(in crate::conv) struct WinogradCorrelate<'a, T>(pub Correlate<'a, T>);

impl<T: Element> Kernel<T> for WinogradCorrelate<'_, T> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        let job = &self.0;
        let panel = S::TILE_VECTORS * S::LANES;
        let images = job.images.len() / job.placement.image_len().max(1);
        let tiling = Tiling::new(job.output_size, images);
        let block = BLOCK.min(tiling.count);
        let windows = Tiled {
            images: job.images,
            placement: Placement {
                canvas: tiling.canvas(2),
                ..job.placement
            },
            channels: 0..job.inputs,
            tiling,
            block,
            panel: job.inputs,
            gap: GAP,
        };
        let value_plane = windows.plane();
        let planes = Planes {
            products: plane(block * panel),
            filters: plane(job.inputs * panel),
        };
        // SAFETY: the caller has enabled the instruction set.
        let turned = unsafe { turned::<T, S>(job) };
        let taps = Taps::of(job, turned.as_deref());
        // If there are several blocks of tiles, the transformed filters are kept. Otherwise the filters are
        // transformed one group of points at a time, in memory that is still in the cache from the last group.
        let kept = tiling.count > block;
        let panels = job.channels.len().div_ceil(panel);
        let places = FILTER_GROUPS.len() * if kept { panels } else { 0 };
        let group_len = 2 * WINDOW * planes.filters;
        let mut filters = scratch::take::<T>(Purpose::Filters, places.max(1) * group_len);
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, windows.placement.canvas_len());
        let mut values = scratch::take::<T>(Purpose::Values, POINTS * value_plane);
        let mut products = scratch::take::<T>(Purpose::Products, POINTS * planes.products);
        for first in (0..tiling.count).step_by(block) {
            let tiles = first..(first + block).min(tiling.count);
            // SAFETY: all memory was allocated with the sizes used here.
            unsafe {
                windows.transform::<S, OfImage, WINDOW>(tiles.clone(), &mut canvas, &mut values);
                for (index, start) in job.channels.clone().step_by(panel).enumerate() {
                    let used = (job.channels.end - start).min(panel);
                    for (group, rows) in FILTER_GROUPS.into_iter().enumerate() {
                        let place = index * FILTER_GROUPS.len() + group;
                        let place = if kept { place } else { 0 };
                        let filters = filters.as_mut_ptr().add(place * group_len);
                        if first == 0 {
                            let taps = taps.from(start - job.channels.start);
                            match group {
                                0 => planes.transform_filters::<T, S, 0>(taps, used, filters),
                                1 => planes.transform_filters::<T, S, 1>(taps, used, filters),
                                _ => planes.transform_filters::<T, S, 2>(taps, used, filters),
                            }
                        }
                        for place in 0..2 * WINDOW {
                            let point = rows[place / WINDOW] * WINDOW + place % WINDOW;
                            let factors = Factors {
                                a: values.as_ptr().add(point * value_plane),
                                a_row: job.inputs + GAP,
                                a_column: 1,
                                b: filters.add(place * planes.filters),
                                b_row: used,
                                depth: job.inputs,
                            };
                            let target = Target {
                                to: products.as_mut_ptr().add(point * planes.products),
                                row: used,
                                add: false,
                            };
                            factors.multiply::<S>(tiles.len(), used / S::LANES, target);
                        }
                    }
                    for (slot, tile) in tiles.clone().enumerate() {
                        let products = products.as_ptr().add(slot * used);
                        let place = tiling.place(tile);
                        planes.write_tile::<T, S>(job, place, products, start, used);
                    }
                }
            }
        }
    }
}

/// Distances between the products, and between the filters, of neighbouring points, in elements.
struct Planes {
    products: usize,
    filters: usize,
}

impl Planes {
    /// Transforms the filters of a panel of `used` channels at one group of points: `[inputs, used]`
    /// values for each point.
    #[inline(always)]
    unsafe fn transform_filters<T: Element, S: Simd<T>, const GROUP: usize>(
        &self,
        taps: Taps<T>,
        used: usize,
        filters: *mut T,
    ) {
        for input in 0..taps.inputs {
            for channel in (0..used).step_by(S::LANES) {
                // SAFETY: the caller guarantees that the taps and filters exist.
                unsafe {
                    let from = taps.start.add(input * taps.input + channel);
                    let values = filter_rows::<T, S, GROUP>(from, taps.tap);
                    let mut to = filters.add(input * used + channel);
                    for row in values {
                        for value in row {
                            S::store(to, value);
                            to = to.add(self.filters);
                        }
                    }
                }
            }
        }
    }

    /// Writes the pixels of a tile that lie inside the output, from its products for `used` channels.
    #[inline(always)]
    unsafe fn write_tile<T: Element, S: Simd<T>>(
        &self,
        job: &Correlate<T>,
        (image, y, x): (usize, usize, usize),
        products: *const T,
        start: usize,
        used: usize,
    ) {
        let [height, width] = job.output_size;
        let corner = ((image * height + y) * width + x) * job.outputs + start;
        for channel in (0..used).step_by(S::LANES) {
            // SAFETY: the caller guarantees that the products and the output exist.
            unsafe {
                let pixels = both_ways::<T, S, ToImage, WINDOW, TILE>(
                    products.add(channel),
                    WINDOW * self.products,
                    self.products,
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

/// The layout of filters in memory: ordered by tap, then by input channel, then by output channel.
#[derive(Clone, Copy)]
struct Taps<T> {
    start: *const T,
    inputs: usize,
    /// Distance between taps, in elements.
    tap: usize,
    /// Distance between input channels, in elements.
    input: usize,
}

impl<T: Element> Taps<T> {
    /// The filters for the job's channels.
    fn of(job: &Correlate<T>, turned: Option<&[T]>) -> Self {
        let (filters, input) = match turned {
            Some(turned) => (turned, job.channels.len()),
            None => (&job.weight[job.channels.start..], job.outputs),
        };
        Self {
            start: filters.as_ptr(),
            inputs: job.inputs,
            tap: job.inputs * input,
            input,
        }
    }

    /// The same filters, starting at a later channel.
    unsafe fn from(self, channel: usize) -> Self {
        // SAFETY: the caller guarantees that the channel exists.
        let start = unsafe { self.start.add(channel) };
        Self { start, ..self }
    }
}

/// The job's filters rotated by 180 degrees, or `None` if the job uses them as stored.
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
        // SAFETY: the caller has enabled the instruction set.
        unsafe { transpose::<T, S>(from, inputs, channels, channels, to) };
    }
    Some(turned)
}
