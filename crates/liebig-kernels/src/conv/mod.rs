//! Two-dimensional convolution and its two gradients, on NHWC images and HWIO weights.
//!
//! None of the three gathers patches (im2col): in NHWC the `kw * in` values under one row of a filter
//! are contiguous, so the micro-kernels read them in place (an implicit matrix product). Batches of
//! several images run on the calling thread, because the caller runs shards of the batch in parallel;
//! a single image's channels are split over the threads.

mod correlate;
mod geometry;
mod narrow;
mod place;
mod product;
mod weight_gradient;
mod winograd;

pub use geometry::{Conv2d, ConvShapes};

use crate::output::{self, Output};
use crate::simd::{Element, Level};
use correlate::{Correlate, Order};
use place::Placement;
use weight_gradient::WeightGradient;
use winograd::{WinogradCorrelate, WinogradWeightGradient};

/// Up to this many weights per output channel, the input gradient multiplies first and then adds the
/// products at shifted positions (`narrow`). Filters of 5x5 pixels on colour images have 75.
const NARROW: usize = 80;

/// Panics unless the number of elements matches the shape: the kernels rely on it.
fn check<T, const RANK: usize>(elements: &[T], shape: [usize; RANK]) {
    assert_eq!(
        elements.len(),
        shape.iter().product::<usize>(),
        "elements of {shape:?}"
    );
}

/// Output `[n, ho, wo, out]` of convolving `x` with `weight`, plus `bias`.
pub(crate) fn forward<T: Element>(
    shapes: &ConvShapes,
    x: &[T],
    weight: &[T],
    bias: &[T],
    level: Level,
) -> Vec<T> {
    check(x, shapes.input_shape());
    check(weight, shapes.weight_shape());
    check(bias, [shapes.out_channels]);
    let job = |output| Correlate {
        images: x,
        placement: Placement::padded(shapes),
        weight,
        order: Order::AsStored,
        kernel: shapes.kernel,
        stride: shapes.options.stride,
        inputs: shapes.in_channels,
        outputs: shapes.out_channels,
        bias: Some(bias),
        output_size: shapes.output,
        output,
        channels: 0..shapes.out_channels,
    };
    let length = shapes.output_shape().iter().product();
    // SAFETY: a correlation writes every output of every image.
    unsafe { output::written(length, |output| correlate(&job(output), shapes, level)) }
}

/// Gradient `[n, h, w, in]` with respect to the images, from the output's gradient.
pub(crate) fn input_gradient<T: Element>(
    shapes: &ConvShapes,
    gradient: &[T],
    weight: &[T],
    level: Level,
) -> Vec<T> {
    check(gradient, shapes.output_shape());
    check(weight, shapes.weight_shape());
    let [h, w] = shapes.input;
    let [kh, kw] = shapes.kernel;
    let length = shapes.input_shape().iter().product();
    if kh * kw * shapes.in_channels <= NARROW {
        let mut output = vec![T::default(); length];
        narrow::input_gradient(shapes, gradient, weight, &mut output, level);
        return output;
    }
    // The input gradient is also a correlation: of the output's gradient, dilated by the stride, with
    // the filters rotated by 180 degrees and their channel dimensions swapped.
    let placement = Placement {
        image: shapes.output,
        channels: shapes.out_channels,
        dilation: shapes.options.stride,
        offset: kh as isize - 1 - shapes.options.padding as isize,
        canvas: [h + kh - 1, w + kw - 1],
    };
    let job = |output| Correlate {
        images: gradient,
        placement,
        weight,
        order: Order::Turned,
        kernel: shapes.kernel,
        stride: 1,
        inputs: shapes.out_channels,
        outputs: shapes.in_channels,
        bias: None,
        output_size: shapes.input,
        output,
        channels: 0..shapes.in_channels,
    };
    // SAFETY: a correlation writes every output of every image.
    unsafe { output::written(length, |output| correlate(&job(output), shapes, level)) }
}

/// Correlation with the algorithm that suits the shape.
fn correlate<T: Element>(job: &Correlate<T>, shapes: &ConvShapes, level: Level) {
    let channels = [job.inputs, job.outputs];
    let fast = winograd::suits(
        job.kernel,
        job.stride,
        channels,
        job.output_size,
        shapes.batch,
    );
    let work = shapes.multiplications();
    output::for_channels(shapes.batch, job.outputs, work, |channels| {
        let part = Correlate {
            channels,
            ..job.clone()
        };
        if fast {
            T::launch(WinogradCorrelate(part), level);
        } else {
            T::launch(part, level);
        }
    });
}

/// Gradient `[kh, kw, in, out]` with respect to the weights, from the output's gradient.
pub(crate) fn weight_gradient<T: Element>(
    shapes: &ConvShapes,
    x: &[T],
    gradient: &[T],
    level: Level,
) -> Vec<T> {
    check(x, shapes.input_shape());
    check(gradient, shapes.output_shape());
    let mut output = vec![T::default(); shapes.weight_shape().iter().product()];
    let job = WeightGradient {
        shapes,
        images: x,
        gradient,
        output: Output::of(&mut output),
        channels: 0..shapes.out_channels,
    };
    let channels = [shapes.in_channels, shapes.out_channels];
    let (stride, images) = (shapes.options.stride, shapes.batch);
    let fast = winograd::suits(shapes.kernel, stride, channels, shapes.output, images);
    output::for_channels(
        images,
        shapes.out_channels,
        shapes.multiplications(),
        |channels| {
            let part = WeightGradient {
                channels,
                ..job.clone()
            };
            if fast {
                T::launch(WinogradWeightGradient(part), level);
            } else {
                T::launch(part, level);
            }
        },
    );
    output
}
