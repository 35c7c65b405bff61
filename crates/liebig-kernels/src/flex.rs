//! The operations on the Flex device: adapters from burn's tensors to the kernels and back.

use burn::backend::flex::{FlexTensor, Layout};
use burn::backend::{Flex, TensorMetadata};
use burn::tensor::{Bytes, DType, Element as BurnElement, Shape};
use bytemuck::Pod;

use crate::backend::KernelBackend;
use crate::block::{self, After, Cotangents, Inputs};
use crate::conv::{self, Conv2d, ConvShapes};
use crate::simd::{Element, Level};

/// Runs `$body` with `$T` bound to the element type of `$tensor`.
macro_rules! by_dtype {
    ($tensor:expr, $T:ident => $body:expr) => {
        match $tensor.dtype() {
            DType::F64 => {
                type $T = f64;
                $body
            }
            _ => {
                type $T = f32;
                $body
            }
        }
    };
}

/// A tensor whose elements lie in row-major order.
struct Contiguous(FlexTensor);

impl Contiguous {
    fn new(tensor: FlexTensor) -> Self {
        Self(if tensor.is_contiguous() {
            tensor
        } else {
            tensor.to_contiguous()
        })
    }

    #[allow(
        clippy::expect_used,
        reason = "the caller checks that all tensors have the same precision"
    )]
    fn slice<T: BurnElement + Pod>(&self) -> &[T] {
        self.0.as_slice().expect("tensors of the same precision")
    }
}

fn tensor<T: BurnElement + Pod + Send + Sync>(
    values: Vec<T>,
    shape: impl Into<Shape>,
) -> FlexTensor {
    let shape = shape.into();
    FlexTensor::new(
        Bytes::from_elems(values),
        Layout::contiguous(shape),
        T::dtype(),
    )
}

#[allow(
    clippy::expect_used,
    reason = "the caller checks shapes, as the crate documentation says"
)]
fn shapes_of(x: &[usize], weight: &[usize], options: Conv2d) -> ConvShapes {
    ConvShapes::new(x, weight, options).expect("matching convolution shapes")
}

impl KernelBackend for Flex {
    fn conv2d_nhwc(
        x: FlexTensor,
        weight: FlexTensor,
        bias: FlexTensor,
        options: Conv2d,
    ) -> FlexTensor {
        let shapes = shapes_of(&x.shape(), &weight.shape(), options);
        let [x, weight, bias] = [x, weight, bias].map(Contiguous::new);
        by_dtype!(x.0, T => {
            let (x, weight, bias) = (x.slice::<T>(), weight.slice(), bias.slice());
            let y = conv::forward(&shapes, x, weight, bias, Level::current());
            tensor(y, shapes.output_shape())
        })
    }

    fn conv2d_nhwc_input_gradient(
        gradient: FlexTensor,
        weight: FlexTensor,
        input: [usize; 2],
        options: Conv2d,
    ) -> FlexTensor {
        let w = weight.shape();
        let shapes = shapes_of(
            &[gradient.shape()[0], input[0], input[1], w[2]],
            &w,
            options,
        );
        let (gradient, weight) = (Contiguous::new(gradient), Contiguous::new(weight));
        by_dtype!(gradient.0, T => {
            let level = Level::current();
            let dx = conv::input_gradient(&shapes, gradient.slice::<T>(), weight.slice(), level);
            tensor(dx, shapes.input_shape())
        })
    }

    fn conv2d_nhwc_weight_gradient(
        x: FlexTensor,
        gradient: FlexTensor,
        kernel: [usize; 2],
        options: Conv2d,
    ) -> FlexTensor {
        let weight = [kernel[0], kernel[1], x.shape()[3], gradient.shape()[3]];
        let shapes = shapes_of(&x.shape(), &weight, options);
        let (x, gradient) = (Contiguous::new(x), Contiguous::new(gradient));
        by_dtype!(x.0, T => {
            let level = Level::current();
            let dw = conv::weight_gradient(&shapes, x.slice::<T>(), gradient.slice(), level);
            tensor(dw, weight)
        })
    }

    fn norm_block(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        eps: f64,
        after: After,
    ) -> (FlexTensor, FlexTensor) {
        let images = Images::new(x, gamma, beta, after);
        let [n, h, w, c] = images.shape();
        let window = after.window();
        by_dtype!(images.x.0, T => {
            let result = block::forward(images.inputs::<T>(), eps, Level::current());
            let pooled = [n, h / window, w / window, c];
            (tensor(result.output, pooled), tensor(result.statistics, [n, 2, c]))
        })
    }

    fn norm_block_backward(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        statistics: FlexTensor,
        gradient: FlexTensor,
        after: After,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let images = Images::new(x, gamma, beta, after);
        let (statistics, gradient) = (Contiguous::new(statistics), Contiguous::new(gradient));
        let c = images.shape()[3];
        by_dtype!(images.x.0, T => {
            let (statistics, gradient) = (statistics.slice(), gradient.slice());
            let result =
                block::backward(images.inputs::<T>(), statistics, gradient, Level::current());
            (tensor(result.x, images.shape()), tensor(result.gamma, [c]), tensor(result.beta, [c]))
        })
    }

    fn norm_block_double_backward(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        statistics: FlexTensor,
        gradient: FlexTensor,
        cotangent_x: FlexTensor,
        cotangent_gamma: FlexTensor,
        cotangent_beta: FlexTensor,
        after: After,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let images = Images::new(x, gamma, beta, after);
        let shape = gradient.shape();
        let (statistics, gradient) = (Contiguous::new(statistics), Contiguous::new(gradient));
        let [cotangent_x, cotangent_gamma, cotangent_beta] =
            [cotangent_x, cotangent_gamma, cotangent_beta].map(Contiguous::new);
        let c = images.shape()[3];
        by_dtype!(images.x.0, T => {
            let cotangents = Cotangents {
                x: cotangent_x.slice(),
                gamma: cotangent_gamma.slice(),
                beta: cotangent_beta.slice(),
            };
            let (statistics, gradient) = (statistics.slice(), gradient.slice());
            let inputs = images.inputs::<T>();
            let level = Level::current();
            let result = block::double_backward(inputs, statistics, gradient, cotangents, level);
            (tensor(result.x, images.shape()), tensor(result.gamma, [c]), tensor(result.output, shape))
        })
    }
}

/// The inputs that every pass of the block operation takes.
struct Images {
    x: Contiguous,
    gamma: Contiguous,
    beta: Contiguous,
    after: After,
}

impl Images {
    fn new(x: FlexTensor, gamma: FlexTensor, beta: FlexTensor, after: After) -> Self {
        Self {
            x: Contiguous::new(x),
            gamma: Contiguous::new(gamma),
            beta: Contiguous::new(beta),
            after,
        }
    }

    fn shape(&self) -> [usize; 4] {
        let shape = self.x.0.shape();
        [shape[0], shape[1], shape[2], shape[3]]
    }

    fn inputs<T: BurnElement + Pod + Element>(&self) -> Inputs<'_, T> {
        Inputs {
            shape: self.shape(),
            x: self.x.slice(),
            gamma: self.gamma.slice(),
            beta: self.beta.slice(),
            after: self.after,
        }
    }
}
