//! Correlation of padded images with packed filters: the forward pass and, with the filters rotated,
//! the input gradient.

use std::ops::Range;

use super::place::Placement;
use crate::output::Output;
use crate::scratch::{self, Purpose};
use crate::simd::{Element, Kernel, Simd, load};

/// Output pixels in one tile of the micro-kernel.
const TILE_PIXELS: usize = 6;

/// The same for tiles of one vector of channels: enough that no sum waits for the one before.
const TILE_PIXELS_OF_ONE: usize = 8;

/// How `Correlate::weight`, stored `[kh, kw, in, out]`, is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Filters from `in` to `out`.
    AsStored,
    /// Filters from `out` to `in`, rotated by 180 degrees.
    Turned,
}

/// `output[y, x, o] = bias[o] + sum over i, j, c of canvas[y * stride[0] + i, x * stride[1] + j, c] * filter[i, j, c, o]`
/// for every image.
#[derive(Clone)]
pub(super) struct Correlate<'a, T> {
    pub images: &'a [T],
    pub placement: Placement,
    pub weight: &'a [T],
    pub order: Order,
    pub kernel: [usize; 2],
    /// Down and to the right.
    pub stride: [usize; 2],
    /// Channels read.
    pub inputs: usize,
    /// Channels written.
    pub outputs: usize,
    pub bias: Option<&'a [T]>,
    pub output_size: [usize; 2],
    /// Every image's output pixels and channels.
    pub output: Output<T>,
    /// The output channels to compute and write; starts at a panel boundary.
    pub channels: Range<usize>,
}

impl<T: Element> Kernel<T> for Correlate<'_, T> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        let width = self.channels.len().div_ceil(S::LANES) * S::LANES;
        let depth = self.kernel[0] * self.kernel[1] * self.inputs;
        let placement = self.placement;
        let mut packed = scratch::take::<T>(Purpose::PackedWeights, (depth + 1) * width);
        let panels = Panels {
            panel: S::TILE_VECTORS * S::LANES,
            lanes: S::LANES,
        };
        let (packed, bias) = packed.split_at_mut(depth * width);
        // SAFETY: the caller has enabled the instruction set.
        unsafe { panels.pack::<T, S>(&self, packed) };
        bias.fill(T::default());
        if let Some(values) = self.bias {
            bias[..self.channels.len()].copy_from_slice(&values[self.channels.clone()]);
        }
        let image_len = placement.image_len();
        let output_len = self.output_size[0] * self.output_size[1] * self.outputs;
        if image_len == 0 || output_len == 0 {
            return;
        }
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, placement.canvas_len());
        let images = self.images.chunks_exact(image_len);
        for (index, image) in images.enumerate() {
            placement.fill(image, &mut canvas);
            let first = index * output_len + self.channels.start;
            let view = View {
                canvas: canvas.as_ptr(),
                // SAFETY: the output has every image and channel.
                output: unsafe { self.output.as_mut_ptr().add(first) },
                outputs: self.outputs,
                channels: self.channels.len(),
                output_size: self.output_size,
                pixel: self.stride[1] * self.inputs,
                output_row: self.stride[0] * placement.canvas[1] * self.inputs,
                row: placement.canvas[1] * self.inputs,
                rows: self.kernel[0],
                run: self.kernel[1] * self.inputs,
            };
            for start in (0..width).step_by(panels.panel) {
                let vectors = (width - start).min(panels.panel) / S::LANES;
                // SAFETY: the packed panel holds `depth * vectors` vectors from here on, and the slices
                // behind `view` have the sizes it states.
                unsafe {
                    let filters = packed.as_ptr().add(start * depth);
                    let bias = bias.as_ptr().add(start);
                    match vectors {
                        4 => view.panel::<S, 4, TILE_PIXELS>(filters, bias, start),
                        3 => view.panel::<S, 3, TILE_PIXELS>(filters, bias, start),
                        2 => view.panel::<S, 2, TILE_PIXELS>(filters, bias, start),
                        _ => view.panel::<S, 1, TILE_PIXELS_OF_ONE>(filters, bias, start),
                    }
                }
            }
        }
    }
}

/// The packed order: the channels are divided into panels of `panel` channels. A panel holds, for each
/// depth index of the filters in turn, its channels, padded with zeros to whole vectors.
struct Panels {
    panel: usize,
    lanes: usize,
}

impl Panels {
    #[inline(always)]
    unsafe fn pack<T: Element, S: Simd<T>>(&self, from: &Correlate<T>, packed: &mut [T]) {
        let [kh, kw] = from.kernel;
        let depth = kh * kw * from.inputs;
        let mut at = 0;
        for start in from.channels.clone().step_by(self.panel) {
            let used = (from.channels.end - start).min(self.panel);
            let width = used.div_ceil(self.lanes) * self.lanes;
            let panel = &mut packed[at..at + depth * width];
            at += depth * width;
            match from.order {
                Order::AsStored => {
                    let rows = from.weight.chunks_exact(from.outputs);
                    for (target, source) in panel.chunks_exact_mut(width).zip(rows) {
                        target[..used].copy_from_slice(&source[start..start + used]);
                        target[used..].fill(T::default());
                    }
                }
                Order::Turned => {
                    let tap_len = from.inputs * from.outputs;
                    for (tap, target) in panel.chunks_exact_mut(from.inputs * width).enumerate() {
                        let source = &from.weight[(kh * kw - 1 - tap) * tap_len..][..tap_len];
                        let source = &source[start * from.inputs..];
                        // SAFETY: the caller has enabled the instruction set.
                        unsafe { transpose::<T, S>(source, from.inputs, used, width, target) };
                    }
                }
            }
        }
    }
}

/// `target[i, j] = source[j, i]` for `i < columns` and `j < used`, and zeros for `used <= j < width`.
/// `width` is a multiple of the vector length.
///
/// # Safety
/// The instruction set of `S` must be enabled.
#[inline(always)]
pub(super) unsafe fn transpose<T: Element, S: Simd<T>>(
    source: &[T],
    columns: usize,
    used: usize,
    width: usize,
    target: &mut [T],
) {
    assert!(source.len() >= columns * used && target.len() >= columns * width);
    for i in (0..columns).step_by(S::LANES) {
        for j in (0..width).step_by(S::LANES) {
            if i + S::LANES <= columns && j + S::LANES <= used {
                // SAFETY: both squares lie inside their slices.
                unsafe {
                    let from = source.as_ptr().add(j * columns + i);
                    S::transpose(from, columns, target.as_mut_ptr().add(i * width + j), width);
                }
                continue;
            }
            for i in i..(i + S::LANES).min(columns) {
                for j in j..j + S::LANES {
                    target[i * width + j] = match j < used {
                        true => source[j * columns + i],
                        false => T::default(),
                    };
                }
            }
        }
    }
}

/// One image's canvas and output, with the strides that the micro-kernel uses. Distances are in elements.
struct View<T> {
    canvas: *const T,
    output: *mut T,
    /// Distance between horizontally neighbouring outputs.
    outputs: usize,
    /// Number of channels to compute.
    channels: usize,
    output_size: [usize; 2],
    /// Distance between the canvas positions of horizontally neighbouring outputs.
    pixel: usize,
    /// Distance between the canvas positions of vertically neighbouring outputs.
    output_row: usize,
    /// Distance between canvas rows.
    row: usize,
    /// Rows of a filter.
    rows: usize,
    /// Elements under one row of a filter.
    run: usize,
}

impl<T: Element> View<T> {
    /// Computes every output pixel of the channels in the `VECTORS` vectors that begin at `start`.
    #[inline(always)]
    unsafe fn panel<S: Simd<T>, const VECTORS: usize, const PIXELS: usize>(
        &self,
        filters: *const T,
        bias: *const T,
        start: usize,
    ) {
        let [height, width] = self.output_size;
        let pixels = height * width;
        let (mut y, mut x) = (0, 0);
        for first in (0..pixels).step_by(PIXELS) {
            let mut at = [self.canvas; PIXELS];
            for (i, at) in at.iter_mut().enumerate() {
                // SAFETY: (y, x) is an output pixel, whose filter window lies on the canvas.
                *at = unsafe { self.canvas.add(y * self.output_row + x * self.pixel) };
                // Past the last pixel, the tile repeats that pixel; the surplus results are not stored.
                if first + i + 1 < pixels {
                    x += 1;
                    if x == width {
                        (y, x) = (y + 1, 0);
                    }
                }
            }
            // SAFETY: guaranteed by the caller.
            let sums = unsafe { self.tile::<S, VECTORS, PIXELS>(at, filters, bias) };
            let channels = (self.channels - start).min(VECTORS * S::LANES);
            for (i, sums) in sums.iter().enumerate().take(pixels - first) {
                // SAFETY: pixel `first + i` and channels `start..start + channels` exist.
                unsafe {
                    let to = self.output.add((first + i) * self.outputs + start);
                    for (v, &sum) in sums.iter().enumerate() {
                        let from = v * S::LANES;
                        if from + S::LANES <= channels {
                            S::store(to.add(from), sum);
                        } else {
                            store_part::<T, S>(to.add(from), sum, channels - from);
                        }
                    }
                }
            }
        }
    }

    /// The micro-kernel: `PIXELS x VECTORS` sums held in registers.
    #[inline(always)]
    unsafe fn tile<S: Simd<T>, const VECTORS: usize, const PIXELS: usize>(
        &self,
        at: [*const T; PIXELS],
        mut filters: *const T,
        bias: *const T,
    ) -> [[S::Vector; VECTORS]; PIXELS] {
        // SAFETY: the caller's pointers cover `rows * run` elements and vectors.
        unsafe {
            let bias = load::<T, S, VECTORS>(bias);
            let mut sums = [bias; PIXELS];
            let mut row = at;
            for _ in 0..self.rows {
                for j in 0..self.run {
                    let filter = load::<T, S, VECTORS>(filters);
                    filters = filters.add(VECTORS * S::LANES);
                    for i in 0..PIXELS {
                        let value = S::splat(*row[i].add(j));
                        for v in 0..VECTORS {
                            sums[i][v] = S::fma(value, filter[v], sums[i][v]);
                        }
                    }
                }
                for row in &mut row {
                    *row = row.add(self.row);
                }
            }
            sums
        }
    }
}

/// Writes the first `count` lanes.
#[inline(always)]
pub(super) unsafe fn store_part<T: Element, S: Simd<T>>(
    to: *mut T,
    value: S::Vector,
    count: usize,
) {
    let mut lanes = [T::default(); 16];
    debug_assert!(S::LANES <= lanes.len() && count <= S::LANES);
    // SAFETY: `lanes` can hold any vector; the caller guarantees `count` elements at `to`.
    unsafe {
        S::store(lanes.as_mut_ptr(), value);
        std::ptr::copy_nonoverlapping(lanes.as_ptr(), to, count);
    }
}
