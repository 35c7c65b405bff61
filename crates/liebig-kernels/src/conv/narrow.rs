//! The input gradient of a convolution with few input channels, such as a network's first.
//!
//! Vectors run over channels, and three channels would leave most lanes idle. So each pixel of the
//! output's gradient is first multiplied by every weight (one matrix product), and the products are
//! then added to the input pixels that the filter's taps read.

use super::correlate::{Correlate, Order};
use super::geometry::ConvShapes;
use super::place::Placement;
use crate::output::Output;
use crate::scratch::{self, Purpose};
use crate::simd::{Element, Level};

/// Up to this many weights per output channel, a convolution is narrow: filters of 5x5 pixels on colour images have 75.
const WEIGHTS: usize = 80;

/// Up to this many channels of the input, a convolution is narrow.
const CHANNELS: usize = 8;

/// Whether the input gradient is computed in this way.
pub(super) fn is(shapes: &ConvShapes) -> bool {
    let [kh, kw] = shapes.kernel;
    shapes.in_channels <= CHANNELS || kh * kw * shapes.in_channels <= WEIGHTS
}

/// Adds the gradient with respect to the images to `output`, which must be zero on entry.
pub(super) fn input_gradient<T: Element>(
    shapes: &ConvShapes,
    gradient: &[T],
    weight: &[T],
    output: &mut [T],
    level: Level,
) {
    let [ho, wo] = shapes.output;
    let taps = shapes.kernel[0] * shapes.kernel[1] * shapes.in_channels;
    let gradient_len = ho * wo * shapes.out_channels;
    let image_len = shapes.input[0] * shapes.input[1] * shapes.in_channels;
    if gradient_len == 0 || image_len == 0 {
        return;
    }
    let mut products = scratch::take::<T>(Purpose::Products, ho * wo * taps);
    let images = output.chunks_exact_mut(image_len);
    for (gradient, image) in gradient.chunks_exact(gradient_len).zip(images) {
        T::launch(
            Correlate {
                images: gradient,
                placement: Placement {
                    image: [ho * wo, 1],
                    channels: shapes.out_channels,
                    dilation: 1,
                    offset: 0,
                    canvas: [ho * wo, 1],
                },
                weight,
                order: Order::Turned,
                kernel: [1, 1],
                stride: [1, 1],
                inputs: shapes.out_channels,
                outputs: taps,
                bias: None,
                output_size: [ho * wo, 1],
                output: Output::of(&mut products),
                channels: 0..taps,
            },
            level,
        );
        scatter(shapes, &products, image);
    }
}

/// Adds the product of every output pixel and tap to the input pixel that the tap read.
fn scatter<T: Element>(shapes: &ConvShapes, products: &[T], image: &mut [T]) {
    let [h, w] = shapes.input;
    let [kh, kw] = shapes.kernel;
    let c = shapes.in_channels;
    let (stride, padding) = (shapes.options.stride, shapes.options.padding);
    let mut products = products.chunks_exact(kw * c);
    for y in 0..shapes.output[0] {
        for x in 0..shapes.output[1] {
            // `skip` taps lie left of the image; taps from `end` on lie right of it.
            let left = (x * stride) as isize - padding as isize;
            let skip = (-left).clamp(0, kw as isize) as usize;
            let end = (w as isize - left).clamp(0, kw as isize) as usize;
            for i in 0..kh {
                let Some(products) = products.next() else {
                    return;
                };
                let Some(row) = (y * stride + i).checked_sub(padding).filter(|&row| row < h) else {
                    continue;
                };
                if skip < end {
                    let start = (row * w + left.saturating_add_unsigned(skip) as usize) * c;
                    let target = &mut image[start..start + (end - skip) * c];
                    for (to, &from) in target.iter_mut().zip(&products[skip * c..end * c]) {
                        *to += from;
                    }
                }
            }
        }
    }
}
