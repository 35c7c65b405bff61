//! Convolution. Its three forms (forward, input gradient, weight gradient) are bilinear and closed
//! under differentiation: the gradients of each are the other two.

use burn::backend::Dispatch as B;
use liebig_kernels::{Conv2d, ConvShapes, KernelBackend};

use super::broadcast::same_dtype;
use crate::graph::record;
use crate::{Error, Result, Tensor};

impl Tensor {
    /// Convolution of images `[n, h, w, in]` with a weight `[kh, kw, in, out]` and a bias `[out]`, to
    /// `[n, ho, wo, out]`.
    ///
    /// # Errors
    /// [`Error::Shapes`] if their shapes do not match, [`Error::DTypes`] if the precisions differ.
    pub fn conv2d(
        &self,
        weight: &Tensor,
        bias: Option<&Tensor>,
        options: Conv2d,
    ) -> Result<Tensor> {
        same_dtype("conv2d", self, weight)?;
        let shapes = ConvShapes::new(self.shape(), weight.shape(), options).ok_or_else(|| {
            Error::Shapes {
                op: "conv2d",
                left: self.shape().to_vec(),
                right: weight.shape().to_vec(),
            }
        })?;
        let zeros;
        let bias = match bias {
            Some(bias) => bias,
            None => {
                zeros = Tensor::zeros(&[shapes.out_channels], self.dtype(), &self.device());
                &zeros
            }
        };
        same_dtype("conv2d", self, bias)?;
        if bias.shape() != [shapes.out_channels] {
            let (left, right) = (weight.shape().to_vec(), bias.shape().to_vec());
            return Err(Error::Shapes {
                op: "conv2d (weight and bias)",
                left,
                right,
            });
        }
        Ok(convolve(self, weight, bias, shapes))
    }
}

fn convolve(x: &Tensor, weight: &Tensor, bias: &Tensor, shapes: ConvShapes) -> Tensor {
    let [xv, wv, bv] = [x, weight, bias].map(|tensor| tensor.value.clone());
    let value = B::conv2d_nhwc(xv, wv, bv, shapes.options);
    record(&[x, weight, bias])
        .save(&[x, weight])
        .finish(value, move |c| {
            let (x, weight, g) = (&c.saved[0], &c.saved[1], c.gradient());
            Ok(vec![
                c.need(0, || Ok(input_gradient(g, weight, shapes)))?,
                c.need(1, || Ok(weight_gradient(x, g, shapes)))?,
                c.need(2, || g.sum_dims(&[0, 1, 2], false))?,
            ])
        })
}

/// The gradient of the images from the gradient of the output.
fn input_gradient(gradient: &Tensor, weight: &Tensor, shapes: ConvShapes) -> Tensor {
    let [gv, wv] = [gradient, weight].map(|tensor| tensor.value.clone());
    let value = B::conv2d_nhwc_input_gradient(gv, wv, shapes.input, shapes.options);
    record(&[gradient, weight])
        .save(&[gradient, weight])
        .finish(value, move |c| {
            let (gradient, weight, u) = (&c.saved[0], &c.saved[1], c.gradient());
            Ok(vec![
                c.need(0, || u.conv2d(weight, None, shapes.options))?,
                c.need(1, || Ok(weight_gradient(u, gradient, shapes)))?,
            ])
        })
}

/// The gradient of the weight from the images and the gradient of the output.
fn weight_gradient(x: &Tensor, gradient: &Tensor, shapes: ConvShapes) -> Tensor {
    let [xv, gv] = [x, gradient].map(|tensor| tensor.value.clone());
    let value = B::conv2d_nhwc_weight_gradient(xv, gv, shapes.kernel, shapes.options);
    record(&[x, gradient])
        .save(&[x, gradient])
        .finish(value, move |c| {
            let (x, gradient, v) = (&c.saved[0], &c.saved[1], c.gradient());
            Ok(vec![
                c.need(0, || Ok(input_gradient(gradient, v, shapes)))?,
                c.need(1, || x.conv2d(v, None, shapes.options))?,
            ])
        })
}
