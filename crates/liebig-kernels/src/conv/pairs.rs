//! Convolutions with few output channels, such as those of LeNet.
//!
//! Vectors run over channels, and six would leave most lanes idle. So two neighbouring output pixels are
//! computed as one pixel with twice the channels: in NHWC they are next to each other. The filters of the
//! second pixel are those of the first, moved by the stride.

use super::correlate::{Correlate, Order};
use super::geometry::ConvShapes;
use super::place::Placement;
use super::weight_gradient::WeightGradient;
use crate::output::{self, Output};
use crate::simd::{Element, Level};

/// Lanes of the widest vector.
const LANES: usize = 16;

/// Whether output pixels are computed in pairs.
pub(super) fn suit(shapes: &ConvShapes) -> bool {
    2 * shapes.out_channels <= LANES && shapes.output[1].is_multiple_of(2)
}

/// The convolution whose output pixels are pairs. Its stride is [`stride`], not that of the options.
fn paired(shapes: &ConvShapes) -> ConvShapes {
    let ([kh, kw], [ho, wo]) = (shapes.kernel, shapes.output);
    ConvShapes {
        kernel: [kh, kw + shapes.options.stride],
        out_channels: 2 * shapes.out_channels,
        output: [ho, wo / 2],
        ..*shapes
    }
}

/// Of the pairs, down and to the right.
fn stride(shapes: &ConvShapes) -> [usize; 2] {
    [shapes.options.stride, 2 * shapes.options.stride]
}

/// As [`super::forward`], for shapes that [`suit`].
pub(super) fn forward<T: Element>(
    shapes: &ConvShapes,
    x: &[T],
    weight: &[T],
    bias: &[T],
    level: Level,
) -> Vec<T> {
    let pairs = paired(shapes);
    let mut filters = vec![T::default(); pairs.weight_shape().iter().product()];
    let count = shapes.out_channels;
    each_weight(shapes, |single, both| {
        for place in both {
            filters[place..place + count].copy_from_slice(&weight[single..single + count]);
        }
    });
    let bias = [bias, bias].concat();
    let job = |output| Correlate {
        images: x,
        placement: Placement::padded(shapes),
        weight: &filters,
        order: Order::AsStored,
        kernel: pairs.kernel,
        stride: stride(shapes),
        inputs: pairs.in_channels,
        outputs: pairs.out_channels,
        bias: Some(&bias),
        output_size: pairs.output,
        output,
        channels: 0..pairs.out_channels,
    };
    let length = shapes.output_shape().iter().product();
    // SAFETY: a correlation writes every output of every image.
    unsafe { output::written(length, |output| T::launch(job(output), level)) }
}

/// As [`super::weight_gradient`], for shapes that [`suit`].
pub(super) fn weight_gradient<T: Element>(
    shapes: &ConvShapes,
    x: &[T],
    gradient: &[T],
    level: Level,
) -> Vec<T> {
    let pairs = paired(shapes);
    let mut of_pairs = vec![T::default(); pairs.weight_shape().iter().product()];
    let job = WeightGradient {
        shapes: &pairs,
        stride: stride(shapes),
        images: x,
        gradient,
        output: Output::of(&mut of_pairs),
        channels: 0..pairs.out_channels,
    };
    T::launch(job, level);
    let mut output = vec![T::default(); shapes.weight_shape().iter().product()];
    each_weight(shapes, |single, [first, second]| {
        for channel in 0..shapes.out_channels {
            output[single + channel] = of_pairs[first + channel] + of_pairs[second + channel];
        }
    });
    output
}

/// For each tap and input channel: the place of its weights, and their places in the filters of the first and of the second
/// pixel of a pair.
fn each_weight(shapes: &ConvShapes, mut body: impl FnMut(usize, [usize; 2])) {
    let [kh, kw] = shapes.kernel;
    let (inputs, outputs, stride) = (
        shapes.in_channels,
        shapes.out_channels,
        shapes.options.stride,
    );
    let place = |i: usize, j: usize, input: usize, width: usize, outputs: usize| {
        ((i * width + j) * inputs + input) * outputs
    };
    for i in 0..kh {
        for j in 0..kw {
            for input in 0..inputs {
                let in_pairs = |j| place(i, j, input, kw + stride, 2 * outputs);
                let second = in_pairs(j + stride) + outputs;
                body(place(i, j, input, kw, outputs), [in_pairs(j), second]);
            }
        }
    }
}
