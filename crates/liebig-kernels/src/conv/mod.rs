//! Two-dimensional convolution in its three forms, on NHWC images and HWIO weights.
//!
//! None of the forms gathers patches: in NHWC the `kw * in` values under one row of a filter lie side
//! by side, so the micro-kernels read them where they are (an implicit matrix product). Everything
//! runs on the calling thread; parallelism is the caller's, over shards of the batch.

mod correlate;
mod geometry;
mod narrow;
mod place;
mod product;
mod weight_gradient;
mod winograd;

pub use geometry::{Conv2d, ConvShapes};

use crate::simd::{Element, Level};
use correlate::{Correlate, Order};
use place::Placement;
use weight_gradient::WeightGradient;
use winograd::{WinogradCorrelate, WinogradWeightGradient};

/// Below this many weights an output channel, the input gradient multiplies first and shifts after.
const NARROW: usize = 64;

/// Output `[n, ho, wo, out]` of convolving `x` with `weight`, plus `bias`.
pub(crate) fn forward<T: Element>(
    shapes: &ConvShapes,
    x: &[T],
    weight: &[T],
    bias: &[T],
    level: Level,
) -> Vec<T> {
    let [ho, wo] = shapes.output;
    let mut output = vec![T::default(); shapes.batch * ho * wo * shapes.out_channels];
    correlate(
        Correlate {
            images: x,
            placement: Placement {
                image: shapes.input,
                channels: shapes.in_channels,
                dilation: 1,
                offset: shapes.options.padding as isize,
                canvas: shapes.padded(),
            },
            weight,
            order: Order::AsStored,
            kernel: shapes.kernel,
            stride: shapes.options.stride,
            inputs: shapes.in_channels,
            outputs: shapes.out_channels,
            bias: Some(bias),
            output_size: shapes.output,
            output: &mut output,
        },
        level,
    );
    output
}

/// Gradient `[n, h, w, in]` with respect to the images, from the output's gradient.
pub(crate) fn input_gradient<T: Element>(
    shapes: &ConvShapes,
    gradient: &[T],
    weight: &[T],
    level: Level,
) -> Vec<T> {
    let [h, w] = shapes.input;
    let [kh, kw] = shapes.kernel;
    let mut output = vec![T::default(); shapes.batch * h * w * shapes.in_channels];
    if kh * kw * shapes.in_channels <= NARROW {
        narrow::input_gradient(shapes, gradient, weight, &mut output, level);
        return output;
    }
    // The gradient is a correlation, too: of the output's gradient, spread out by the stride, with
    // the filters turned round and their channel dimensions exchanged.
    correlate(
        Correlate {
            images: gradient,
            placement: Placement {
                image: shapes.output,
                channels: shapes.out_channels,
                dilation: shapes.options.stride,
                offset: kh as isize - 1 - shapes.options.padding as isize,
                canvas: [h + kh - 1, w + kw - 1],
            },
            weight,
            order: Order::Turned,
            kernel: shapes.kernel,
            stride: 1,
            inputs: shapes.out_channels,
            outputs: shapes.in_channels,
            bias: None,
            output_size: shapes.input,
            output: &mut output,
        },
        level,
    );
    output
}

/// Gradient `[kh, kw, in, out]` with respect to the weights, from the output's gradient.
pub(crate) fn weight_gradient<T: Element>(
    shapes: &ConvShapes,
    x: &[T],
    gradient: &[T],
    level: Level,
) -> Vec<T> {
    let [kh, kw] = shapes.kernel;
    let mut output = vec![T::default(); kh * kw * shapes.in_channels * shapes.out_channels];
    let job = WeightGradient {
        shapes,
        images: x,
        gradient,
        output: &mut output,
    };
    let channels = [shapes.in_channels, shapes.out_channels];
    let (stride, images) = (shapes.options.stride, shapes.batch);
    if winograd::suits(shapes.kernel, stride, channels, shapes.output, images) {
        T::launch(WinogradWeightGradient(job), level);
    } else {
        T::launch(job, level);
    }
    output
}

/// Correlation by the algorithm that suits its shape.
fn correlate<T: Element>(job: Correlate<T>, level: Level) {
    let images = job.images.len() / job.placement.image_len().max(1);
    let channels = [job.inputs, job.outputs];
    if winograd::suits(job.kernel, job.stride, channels, job.output_size, images) {
        T::launch(WinogradCorrelate(job), level);
    } else {
        T::launch(job, level);
    }
}
