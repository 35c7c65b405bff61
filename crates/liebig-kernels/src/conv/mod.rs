//! Two-dimensional convolution and its two gradients, on NHWC images and HWIO weights.
//!
//! None of the three gathers patches (im2col): in NHWC the `kw * in` values under one row of a filter
//! are contiguous, so the micro-kernels read them in place (an implicit matrix product). Batches of
//! several images run on the calling thread, because the caller runs shards of the batch in parallel;
//! a single image's channels are split over the threads, as are the images of a batch that is the only shard.

mod correlate;
mod geometry;
mod narrow;
mod pairs;
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
use winograd::Algorithm;

/// Channels of a panel at the widest SIMD level; threads take whole panels.
const PANEL: usize = 64;

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
    if pairs::suit(shapes) {
        return pairs::forward(shapes, x, weight, bias, level);
    }
    let job = |output| Correlate {
        images: x,
        placement: Placement::padded(shapes),
        weight,
        order: Order::AsStored,
        kernel: shapes.kernel,
        stride: [shapes.options.stride; 2],
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
    if narrow::is(shapes) {
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
        stride: [1, 1],
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
    let fast = Algorithm::suiting(
        job.kernel,
        job.stride,
        channels,
        job.output_size,
        shapes.batch,
    );
    let run = |part| match fast {
        Some(algorithm) => algorithm.correlate(part, level),
        None => T::launch(part, level),
    };
    let image_len = job.placement.image_len();
    let output_len = job.output_size[0] * job.output_size[1] * job.outputs;
    let by_images = output::for_images(shapes.batch, |images| {
        // SAFETY: the output has every image.
        let output = unsafe { job.output.from(images.start * output_len) };
        run(Correlate {
            images: &job.images[images.start * image_len..images.end * image_len],
            output,
            ..job.clone()
        });
    });
    if by_images {
        return;
    }
    let work = shapes.multiplications();
    output::for_channels(PANEL, shapes.batch, job.outputs, work, |channels| {
        run(Correlate {
            channels,
            ..job.clone()
        });
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
    if pairs::suit(shapes) {
        return pairs::weight_gradient(shapes, x, gradient, level);
    }
    let channels = [shapes.in_channels, shapes.out_channels];
    let (stride, images) = ([shapes.options.stride; 2], shapes.batch);
    let fast = Algorithm::suiting(shapes.kernel, stride, channels, shapes.output, images);
    let run = |part: WeightGradient<T>| match fast {
        Some(algorithm) => algorithm.weight_gradient(part, level),
        None => T::launch(part, level),
    };
    let [image_len, output_len] =
        [shapes.input_shape(), shapes.output_shape()].map(|[_, h, w, c]| h * w * c);
    let length = shapes.weight_shape().iter().product();
    let of_parts = output::of_image_parts(images, |images| {
        let part = ConvShapes {
            batch: images.len(),
            ..*shapes
        };
        let x = &x[images.start * image_len..images.end * image_len];
        let gradient = &gradient[images.start * output_len..images.end * output_len];
        summed(length, fast.is_some(), |output| {
            run(WeightGradient {
                shapes: &part,
                stride,
                images: x,
                gradient,
                output,
                channels: 0..shapes.out_channels,
            });
        })
    });
    let sum = of_parts.into_iter().reduce(|mut sum, part| {
        for (sum, part) in sum.iter_mut().zip(part) {
            *sum += part;
        }
        sum
    });
    if let Some(sum) = sum {
        return sum;
    }
    let work = shapes.multiplications();
    summed(length, fast.is_some(), |output| {
        output::for_channels(PANEL, images, shapes.out_channels, work, |channels| {
            run(WeightGradient {
                shapes,
                stride,
                images: x,
                gradient,
                output,
                channels,
            });
        });
    })
}

/// The elements that `add` has summed: it writes all of them if it is `fast`, and otherwise adds to zeros.
fn summed<T: Element>(length: usize, fast: bool, add: impl FnOnce(Output<T>)) -> Vec<T> {
    if fast {
        // SAFETY: Winograd's algorithm writes the gradient of every weight.
        return unsafe { output::written(length, add) };
    }
    let mut output = vec![T::default(); length];
    add(Output::of(&mut output));
    output
}
