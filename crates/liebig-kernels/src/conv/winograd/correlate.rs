//! Correlation by Winograd's algorithm: the forward pass and the input gradient.

use super::tiling::{Tiled, Tiling};
use super::transform::{Linear, OfFilter, OfImage, ToImage, both_ways, filter_group, filter_rows};
use super::{GAP, plane};
use crate::conv::correlate::{Correlate, Order, transpose};
use crate::conv::place::Placement;
use crate::conv::product::{Factors, Target};
use crate::scratch::{self, Lent, Purpose};
use crate::simd::{Element, Kernel, Simd};

/// Most tiles transformed at a time: few enough that their values and a panel's products stay in the L2
/// cache.
const BLOCK: usize = 24;

/// The same with so many weights between a pair of taps that the transformed filters do not fit in the L2
/// cache: reading them for every block costs more than values that do not fit.
const BLOCK_OF_MANY: usize = 64;

/// See [`BLOCK_OF_MANY`].
const MANY: usize = 256 * 256;

/// Input channels whose filters are transformed at a time if they are not kept: few enough that those of
/// a panel at a group of points stay in the L2 cache.
const DEPTH: usize = 128;

/// The same computation as [`Correlate`].
pub(super) struct WinogradCorrelate<
    'a,
    T,
    const TILE: usize,
    const KERNEL: usize,
    const WINDOW: usize,
>(pub Correlate<'a, T>);

impl<T: Element, const TILE: usize, const KERNEL: usize, const WINDOW: usize> Kernel<T>
    for WinogradCorrelate<'_, T, TILE, KERNEL, WINDOW>
where
    OfImage: Linear<T, WINDOW, WINDOW>,
    OfFilter: Linear<T, KERNEL, WINDOW>,
    ToImage: Linear<T, WINDOW, TILE>,
{
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        let job = &self.0;
        let panel = S::TILE_VECTORS * S::LANES;
        let images = job.images.len() / job.placement.image_len().max(1);
        let tiling = Tiling::new(TILE, job.output_size, images);
        let block = match job.inputs * job.outputs {
            MANY.. => BLOCK_OF_MANY,
            _ => BLOCK,
        };
        let block = block.min(tiling.count);
        // If there are several blocks of tiles, the transformed filters are kept. Otherwise the filters are
        // transformed one group of points at a time, in memory that is still in the cache from the last group.
        let kept = tiling.count > block;
        let depth = if kept {
            job.inputs
        } else {
            DEPTH.min(job.inputs)
        };
        let (points, groups) = (WINDOW * WINDOW, WINDOW / 2);
        let windows = Tiled {
            images: job.images,
            placement: Placement {
                canvas: tiling.canvas(KERNEL - 1),
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
            filters: plane(depth * panel),
        };
        // SAFETY: the caller has enabled the instruction set.
        let turned = unsafe { turned::<T, S>(job) };
        let taps = Taps::of(job, turned.as_deref());
        let panels = job.channels.len().div_ceil(panel);
        let places = if kept { groups * panels } else { 1 };
        let group_len = 2 * WINDOW * planes.filters;
        let mut filters = scratch::take::<T>(Purpose::Filters, places * group_len);
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, windows.placement.canvas_len());
        let mut values = scratch::take::<T>(Purpose::Values, points * value_plane);
        let mut products = scratch::take::<T>(Purpose::Products, points * planes.products);
        for first in (0..tiling.count).step_by(block) {
            let tiles = first..(first + block).min(tiling.count);
            // SAFETY: all memory was allocated with the sizes used here.
            unsafe {
                windows.transform::<S, OfImage, WINDOW, WINDOW>(
                    tiles.clone(),
                    &mut canvas,
                    &mut values,
                );
            }
            for (index, start) in job.channels.clone().step_by(panel).enumerate() {
                let used = (job.channels.end - start).min(panel);
                for (group, from) in (0..groups).flat_map(|group| {
                    (0..job.inputs)
                        .step_by(depth)
                        .map(move |from| (group, from))
                }) {
                    let depth = (job.inputs - from).min(depth);
                    let place = if kept { index * groups + group } else { 0 };
                    // SAFETY: all memory was allocated with the sizes used here.
                    unsafe {
                        let filters = filters.as_mut_ptr().add(place * group_len);
                        if first == 0 {
                            let taps = taps.from(from, start - job.channels.start);
                            let taps = (taps, [depth, used]);
                            match group {
                                0 => planes.transform::<T, S, KERNEL, WINDOW, 0>(taps, filters),
                                1 => planes.transform::<T, S, KERNEL, WINDOW, 1>(taps, filters),
                                _ => planes.transform::<T, S, KERNEL, WINDOW, 2>(taps, filters),
                            }
                        }
                        for place in 0..2 * WINDOW {
                            let row = filter_group(group, WINDOW)[place / WINDOW];
                            let point = row * WINDOW + place % WINDOW;
                            let factors = Factors {
                                a: values.as_ptr().add(point * value_plane + from),
                                a_row: job.inputs + GAP,
                                a_column: 1,
                                b: filters.add(place * planes.filters),
                                b_row: used,
                                depth,
                            };
                            let target = Target {
                                to: products.as_mut_ptr().add(point * planes.products),
                                row: used,
                                add: from > 0,
                            };
                            factors.multiply::<S>(tiles.len(), used / S::LANES, target);
                        }
                    }
                }
                for (slot, tile) in tiles.clone().enumerate() {
                    let place = tiling.place(tile);
                    // SAFETY: the block's tiles have products, and lie in the output.
                    unsafe {
                        let products = products.as_ptr().add(slot * used);
                        planes.write_tile::<T, S, TILE, WINDOW>(job, place, products, start, used);
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
    /// Transforms the filters between so many input and output channels at one group of points:
    /// `[inputs, used]` values for each point.
    #[inline(always)]
    unsafe fn transform<
        T: Element,
        S: Simd<T>,
        const KERNEL: usize,
        const WINDOW: usize,
        const GROUP: usize,
    >(
        &self,
        (taps, [inputs, used]): (Taps<T>, [usize; 2]),
        filters: *mut T,
    ) where
        OfFilter: Linear<T, KERNEL, WINDOW>,
    {
        for input in 0..inputs {
            for channel in (0..used).step_by(S::LANES) {
                // SAFETY: the caller guarantees that the taps and filters exist.
                unsafe {
                    let from = taps.start.add(input * taps.input + channel);
                    let values = filter_rows::<T, S, KERNEL, WINDOW, GROUP>(from, taps.tap);
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
    unsafe fn write_tile<T: Element, S: Simd<T>, const TILE: usize, const WINDOW: usize>(
        &self,
        job: &Correlate<T>,
        (image, y, x): (usize, usize, usize),
        products: *const T,
        start: usize,
        used: usize,
    ) where
        ToImage: Linear<T, WINDOW, TILE>,
    {
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
            tap: job.inputs * input,
            input,
        }
    }

    /// The same filters, starting at later channels.
    unsafe fn from(self, input: usize, channel: usize) -> Self {
        // SAFETY: the caller guarantees that the channels exist.
        let start = unsafe { self.start.add(input * self.input + channel) };
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
    let taps = job.kernel[0] * job.kernel[1];
    let mut turned = scratch::take::<T>(Purpose::PackedWeights, taps * tap);
    let taps = job.weight.chunks_exact(inputs * job.outputs).rev();
    for (to, from) in turned.chunks_exact_mut(tap).zip(taps) {
        let from = &from[job.channels.start * inputs..];
        // SAFETY: the caller has enabled the instruction set.
        unsafe { transpose::<T, S>(from, inputs, channels, channels, to) };
    }
    Some(turned)
}
