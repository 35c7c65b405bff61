//! The extension trait.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};
#[allow(unused_imports, reason = "the macro names them")]
use burn::backend::{Dispatch, Flex};

use crate::block::After;
use crate::composed;
use crate::conv::Conv2d;

/// The fused operations. The default implementations are composed of burn's own operations.
#[backend_extension(Flex)]
pub trait KernelBackend: Backend {
    /// Convolution of images `[n, h, w, in]` with weight `[kh, kw, in, out]` and bias `[out]`, giving
    /// `[n, ho, wo, out]`.
    fn conv2d_nhwc(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        options: Conv2d,
    ) -> FloatTensor<Self> {
        composed::conv2d::<Self>(x, weight, bias, options)
    }

    /// Gradient of [`conv2d_nhwc`](Self::conv2d_nhwc) with respect to images of height and width
    /// `input`, from the gradient `[n, ho, wo, out]` of its output.
    fn conv2d_nhwc_input_gradient(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        input: [usize; 2],
        options: Conv2d,
    ) -> FloatTensor<Self> {
        composed::conv2d_input_gradient::<Self>(gradient, weight, input, options)
    }

    /// Gradient of [`conv2d_nhwc`](Self::conv2d_nhwc) with respect to a weight of height and width
    /// `kernel`, from the gradient `[n, ho, wo, out]` of its output.
    fn conv2d_nhwc_weight_gradient(
        x: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        kernel: [usize; 2],
        options: Conv2d,
    ) -> FloatTensor<Self> {
        composed::conv2d_weight_gradient::<Self>(x, gradient, kernel, options)
    }

    /// Instance normalisation (biased variance, `eps` added) of `x [n, h, w, c]` with `gamma [c]` and `beta [c]`, and what
    /// follows it. Returns the images (`[n, h / 2, w / 2, c]` if they are pooled) and the statistics `[n, 2, c]` (mean, reciprocal standard deviation)
    /// that the derivatives need.
    fn norm_block(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        eps: f64,
        after: After,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        composed::norm_block::<Self>(x, gamma, beta, (eps, after))
    }

    /// Gradients of [`norm_block`](Self::norm_block) with respect to `x`, `gamma` and `beta`,
    /// from the gradient of its first output.
    fn norm_block_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        after: After,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::norm_block_backward::<Self>(x, gamma, beta, (statistics, gradient), after)
    }

    /// Gradients of [`norm_block_backward`](Self::norm_block_backward) with respect to `x`,
    /// `gamma` and `gradient`, from the cotangents of its three outputs. (The gradient with respect to
    /// `beta` is zero and is not returned.)
    #[allow(
        clippy::too_many_arguments,
        reason = "five inputs and three cotangents"
    )]
    fn norm_block_double_backward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        statistics: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        cotangent_x: FloatTensor<Self>,
        cotangent_gamma: FloatTensor<Self>,
        cotangent_beta: FloatTensor<Self>,
        after: After,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        composed::norm_block_double_backward::<Self>(
            x,
            gamma,
            beta,
            (statistics, gradient),
            [cotangent_x, cotangent_gamma, cotangent_beta],
            after,
        )
    }
}
