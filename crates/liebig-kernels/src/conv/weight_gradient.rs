//! The weight gradient: for every filter tap, the product of the pixels under it and the output's
//! gradient, summed over all output pixels.

use std::ops::Range;

use super::geometry::ConvShapes;
use super::place::Placement;
use crate::output::Output;
use crate::scratch::{self, Purpose};
use crate::simd::{Element, Kernel, Simd, load, store};

/// Rows of the weight matrix (pairs of tap and input channel) in one tile of the micro-kernel.
const TILE_ROWS: usize = 6;

/// The same for tiles of one vector of channels, where there are so many.
const TILE_ROWS_OF_ONE: usize = 12;

/// Largest number of channels in a tile: four vectors of 16.
const MAX_CHANNELS: usize = 64;

#[derive(Clone)]
pub(super) struct WeightGradient<'a, T> {
    pub shapes: &'a ConvShapes,
    /// Down and to the right, in the place of that of `shapes`.
    pub stride: [usize; 2],
    pub images: &'a [T],
    pub gradient: &'a [T],
    /// `[kh, kw, in, out]`, zero on entry unless Winograd's algorithm computes it.
    pub output: Output<T>,
    /// The output channels to compute and write; starts at a panel boundary.
    pub channels: Range<usize>,
}

impl<T: Element> Kernel<T> for WeightGradient<'_, T> {
    #[inline(always)]
    unsafe fn run<S: Simd<T>>(self) {
        let shapes = self.shapes;
        let [ho, wo] = shapes.output;
        let outputs = shapes.out_channels;
        let width = outputs.div_ceil(S::LANES) * S::LANES;
        let placement = Placement::padded(shapes);
        if placement.image_len() == 0 {
            return;
        }
        let mut canvas = scratch::take::<T>(Purpose::PaddedImage, placement.canvas_len());
        let mut filled = scratch::take::<T>(Purpose::PaddedChannels, ho * wo * width);
        let images = self.images.chunks_exact(placement.image_len());
        for (image, gradient) in images.zip(self.gradient.chunks_exact(ho * wo * outputs)) {
            placement.fill(image, &mut canvas);
            // Vectors that straddle cache lines halve the speed, so the gradient is copied if it needs padding
            // or is not aligned to a cache line.
            let aligned = gradient.as_ptr().cast::<u8>().align_offset(64) == 0;
            let gradient = if width == outputs && aligned {
                gradient
            } else {
                let rows = filled.chunks_exact_mut(width);
                for (row, values) in rows.zip(gradient.chunks_exact(outputs)) {
                    row[..outputs].copy_from_slice(values);
                    row[outputs..].fill(T::default());
                }
                &filled
            };
            // SAFETY: `canvas` holds the padded image and `gradient` whole vectors.
            unsafe { self.accumulate::<S>(&canvas, gradient, width) };
        }
    }
}

impl<T: Element> WeightGradient<'_, T> {
    /// Adds one image's contribution to the output.
    #[inline(always)]
    unsafe fn accumulate<S: Simd<T>>(&self, canvas: &[T], gradient: &[T], width: usize) {
        let shapes = self.shapes;
        let run = shapes.kernel[1] * shapes.in_channels;
        let row = shapes.padded()[1] * shapes.in_channels;
        let outputs = shapes.out_channels;
        let panel = S::TILE_VECTORS * S::LANES;
        let end = self.channels.end;
        for start in self.channels.clone().step_by(panel) {
            let vectors = (end - start).div_ceil(S::LANES).min(S::TILE_VECTORS);
            for i in 0..shapes.kernel[0] {
                let mut next = 0;
                while next < run {
                    let j = next;
                    let rows = match run - j {
                        TILE_ROWS_OF_ONE.. if vectors == 1 => TILE_ROWS_OF_ONE,
                        left => left.min(TILE_ROWS),
                    };
                    next += rows;
                    // SAFETY: the window of every output pixel lies on the canvas, and rows
                    // `i * run + j ..` of the weight matrix exist.
                    unsafe {
                        let tile = Tile {
                            canvas: canvas.as_ptr().add(i * row + j),
                            gradient: gradient.as_ptr().add(start),
                            width,
                            size: shapes.output,
                            pixel: self.stride[1] * shapes.in_channels,
                            canvas_row: self.stride[0] * row,
                            output: self
                                .output
                                .as_mut_ptr()
                                .add((i * run + j) * outputs + start),
                            outputs,
                            channels: (end - start).min(panel),
                        };
                        match vectors {
                            4 => tile.rows::<S, 4>(rows),
                            3 => tile.rows::<S, 3>(rows),
                            2 => tile.rows::<S, 2>(rows),
                            _ if rows == TILE_ROWS_OF_ONE => {
                                tile.add::<S, 1, TILE_ROWS_OF_ONE>();
                            }
                            _ => tile.rows::<S, 1>(rows),
                        }
                    }
                }
            }
        }
    }
}

struct Tile<T> {
    canvas: *const T,
    gradient: *const T,
    /// Elements of a gradient pixel, padded to whole vectors.
    width: usize,
    size: [usize; 2],
    pixel: usize,
    canvas_row: usize,
    output: *mut T,
    outputs: usize,
    channels: usize,
}

impl<T: Element> Tile<T> {
    #[inline(always)]
    unsafe fn rows<S: Simd<T>, const VECTORS: usize>(&self, rows: usize) {
        // SAFETY: guaranteed by the caller.
        unsafe {
            match rows {
                6 => self.add::<S, VECTORS, 6>(),
                5 => self.add::<S, VECTORS, 5>(),
                4 => self.add::<S, VECTORS, 4>(),
                3 => self.add::<S, VECTORS, 3>(),
                2 => self.add::<S, VECTORS, 2>(),
                _ => self.add::<S, VECTORS, 1>(),
            }
        }
    }

    /// The micro-kernel: `ROWS x VECTORS` sums over all output pixels, held in registers.
    #[inline(always)]
    unsafe fn add<S: Simd<T>, const VECTORS: usize, const ROWS: usize>(&self) {
        // SAFETY: the caller's pointers cover every output pixel.
        unsafe {
            let mut sums = [[S::splat(T::default()); VECTORS]; ROWS];
            let mut gradient = self.gradient;
            for y in 0..self.size[0] {
                let mut at = self.canvas.add(y * self.canvas_row);
                for _ in 0..self.size[1] {
                    let vectors = load::<T, S, VECTORS>(gradient);
                    for (i, sums) in sums.iter_mut().enumerate() {
                        let value = S::splat(*at.add(i));
                        for v in 0..VECTORS {
                            sums[v] = S::fma(value, vectors[v], sums[v]);
                        }
                    }
                    at = at.add(self.pixel);
                    gradient = gradient.add(self.width);
                }
            }
            // The sums go through memory because the compiler would not unroll a branch on the channel
            // count here, and the sums in the loop above would then not stay in registers.
            let mut lanes = [[T::default(); MAX_CHANNELS]; ROWS];
            for (lanes, sums) in lanes.iter_mut().zip(sums) {
                store::<T, S, VECTORS>(lanes.as_mut_ptr(), sums);
            }
            for (i, lanes) in lanes.iter().enumerate() {
                for (channel, &sum) in lanes.iter().enumerate().take(self.channels) {
                    *self.output.add(i * self.outputs + channel) += sum;
                }
            }
        }
    }
}
