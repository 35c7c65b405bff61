//! The same operations composed of burn's own. Every device except Flex runs these, and the hand-tuned
//! kernels are tested against them. The formulas are those of `block`.

use burn::backend::ops::ConvOptions;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Scalar, TensorMetadata};
use burn::tensor::{Shape, Slice};

use crate::block::After;
use crate::conv::Conv2d;

const TO_NCHW: [usize; 4] = [0, 3, 1, 2];
const TO_NHWC: [usize; 4] = [0, 2, 3, 1];
const HWIO_TO_OIHW: [usize; 4] = [3, 2, 0, 1];
const OIHW_TO_HWIO: [usize; 4] = [2, 3, 1, 0];

fn options(options: Conv2d) -> ConvOptions<2> {
    ConvOptions::new([options.stride; 2], [options.padding; 2], [1, 1], 1)
}

fn zeros<B: Backend>(shape: [usize; 4], like: &FloatTensor<B>) -> FloatTensor<B> {
    B::float_zeros(Shape::from(shape), &like.device(), like.dtype().into())
}

pub(crate) fn conv2d<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    conv: Conv2d,
) -> FloatTensor<B> {
    let x = B::float_permute(x, &TO_NCHW);
    let weight = B::float_permute(weight, &HWIO_TO_OIHW);
    B::float_permute(B::conv2d(x, weight, Some(bias), options(conv)), &TO_NHWC)
}

pub(crate) fn conv2d_input_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    weight: FloatTensor<B>,
    [h, w]: [usize; 2],
    conv: Conv2d,
) -> FloatTensor<B> {
    // Only the shape of the images matters.
    let x = zeros::<B>([gradient.shape()[0], weight.shape()[2], h, w], &gradient);
    let weight = B::float_permute(weight, &HWIO_TO_OIHW);
    let gradient = B::float_permute(gradient, &TO_NCHW);
    B::float_permute(
        B::conv2d_x_backward(x, weight, gradient, options(conv)),
        &TO_NHWC,
    )
}

pub(crate) fn conv2d_weight_gradient<B: Backend>(
    x: FloatTensor<B>,
    gradient: FloatTensor<B>,
    [kh, kw]: [usize; 2],
    conv: Conv2d,
) -> FloatTensor<B> {
    // Only the shape of the weight matters.
    let weight = zeros::<B>([gradient.shape()[3], x.shape()[3], kh, kw], &gradient);
    let x = B::float_permute(x, &TO_NCHW);
    let gradient = B::float_permute(gradient, &TO_NCHW);
    B::float_permute(
        B::conv2d_weight_backward(x, weight, gradient, options(conv)),
        &OIHW_TO_HWIO,
    )
}

pub(crate) fn norm_block<B: Backend>(
    x: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    (eps, after): (f64, After),
) -> (FloatTensor<B>, FloatTensor<B>) {
    let shape = Images::of::<B>(&x, after);
    let mean = shape.mean::<B>(x.clone());
    let centred = B::float_sub(x.clone(), shape.spread::<B>(mean.clone()));
    let variance = shape.mean::<B>(B::float_mul(centred.clone(), centred));
    let deviation = B::float_sqrt(B::float_add_scalar(variance, Scalar::from(eps)));
    let statistics = B::float_cat(vec![mean, B::float_recip(deviation)], 1);
    let statistics = B::float_reshape(statistics, Shape::from([shape.n, 2, shape.c]));
    let block = Block::<B>::new(x, gamma, beta, (statistics.clone(), after));
    let activated = B::float_mul(block.z.clone(), block.mask.clone());
    (shape.pool::<B>(activated), statistics)
}

pub(crate) fn norm_block_backward<B: Backend>(
    x: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    (statistics, gradient): (FloatTensor<B>, FloatTensor<B>),
    after: After,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let block = Block::<B>::new(x, gamma, beta, (statistics, after));
    let shape = block.shape;
    let g = B::float_mul(shape.unpool::<B>(gradient), block.mask.clone());
    let dgamma = shape.total::<B>(B::float_mul(g.clone(), block.normal.clone()));
    let dbeta = shape.total::<B>(g.clone());
    let dx = B::float_mul(block.scale.clone(), block.project(g));
    (dx, dgamma, dbeta)
}

pub(crate) fn norm_block_double_backward<B: Backend>(
    x: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    (statistics, gradient): (FloatTensor<B>, FloatTensor<B>),
    [u, cgamma, cbeta]: [FloatTensor<B>; 3],
    after: After,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let block = Block::<B>::new(x, gamma.clone(), beta, (statistics, after));
    let shape = block.shape;
    let (cgamma, cbeta) = (shape.channels::<B>(cgamma), shape.channels::<B>(cbeta));
    let gamma = shape.channels::<B>(gamma);
    let g = B::float_mul(shape.unpool::<B>(gradient), block.mask.clone());

    let through = B::float_add(
        B::float_mul(block.scale.clone(), block.project(u.clone())),
        B::float_add(B::float_mul(cgamma.clone(), block.normal.clone()), cbeta),
    );
    let doutput = shape.pool::<B>(B::float_mul(through, block.mask.clone()));

    let with_normal = |v: &FloatTensor<B>| {
        let product = B::float_mul(v.clone(), block.normal.clone());
        shape.spread::<B>(shape.mean::<B>(product))
    };
    let (a, b) = (with_normal(&u), with_normal(&g));
    let mixed = B::float_add(B::float_mul(b, u.clone()), B::float_mul(a, g.clone()));
    let q = B::float_sub(
        B::float_mul(cgamma, g.clone()),
        B::float_mul(block.scale.clone(), mixed),
    );
    // The mean of u P g is t / m.
    let t = shape.spread::<B>(shape.mean::<B>(B::float_mul(u, block.project(g))));
    let r = block.reciprocal.clone();
    let through_r = B::float_mul(
        B::float_mul(
            B::float_mul(gamma, t.clone()),
            B::float_mul(r.clone(), r.clone()),
        ),
        block.normal.clone(),
    );
    let dx = B::float_sub(B::float_mul(r.clone(), block.project(q)), through_r);
    let dgamma = shape.total::<B>(B::float_mul(r, t));
    (dx, dgamma, doutput)
}

/// Sizes of a batch of NHWC images, with reductions and expansions for that shape.
#[derive(Clone, Copy)]
struct Images {
    n: usize,
    h: usize,
    w: usize,
    c: usize,
    after: After,
}

impl Images {
    fn of<B: Backend>(x: &FloatTensor<B>, after: After) -> Self {
        let shape = x.shape();
        Self {
            n: shape[0],
            h: shape[1],
            w: shape[2],
            c: shape[3],
            after,
        }
    }

    fn full(&self) -> Shape {
        Shape::from([self.n, self.h, self.w, self.c])
    }

    /// Mean over the pixels, `[n, 1, 1, c]`.
    fn mean<B: Backend>(&self, x: FloatTensor<B>) -> FloatTensor<B> {
        B::float_mean_dim(B::float_mean_dim(x, 1), 2)
    }

    /// Expands `[n, 1, 1, c]` to the full shape.
    fn spread<B: Backend>(&self, x: FloatTensor<B>) -> FloatTensor<B> {
        B::float_expand(x, self.full())
    }

    /// Expands `[c]` to the full shape.
    fn channels<B: Backend>(&self, x: FloatTensor<B>) -> FloatTensor<B> {
        B::float_expand(
            B::float_reshape(x, Shape::from([1, 1, 1, self.c])),
            self.full(),
        )
    }

    /// Sum over all dimensions except the channels, `[c]`.
    fn total<B: Backend>(&self, x: FloatTensor<B>) -> FloatTensor<B> {
        let rows = B::float_reshape(x, Shape::from([self.n * self.h * self.w, self.c]));
        B::float_reshape(B::float_sum_dim(rows, 0), Shape::from([self.c]))
    }

    /// The means of the windows; a last row or column that does not fill one is ignored.
    fn pool<B: Backend>(&self, x: FloatTensor<B>) -> FloatTensor<B> {
        let side = self.after.window();
        let (h, w) = (self.h / side, self.w / side);
        let slices = [(0, self.n), (0, side * h), (0, side * w), (0, self.c)]
            .map(|(start, end)| Slice::new(start as isize, Some(end as isize), 1));
        let x = B::float_slice(x, &slices);
        let x = B::float_reshape(x, Shape::from([self.n, h, side, w, side, self.c]));
        let x = B::float_mean_dim(B::float_mean_dim(x, 2), 4);
        B::float_reshape(x, Shape::from([self.n, h, w, self.c]))
    }

    /// The transpose of [`pool`](Self::pool).
    fn unpool<B: Backend>(&self, x: FloatTensor<B>) -> FloatTensor<B> {
        let side = self.after.window();
        let (h, w) = (self.h / side, self.w / side);
        let x = B::float_mul_scalar(x, Scalar::from(1.0 / (side * side) as f64));
        let x = B::float_reshape(x, Shape::from([self.n, h, 1, w, 1, self.c]));
        let x = B::float_expand(x, Shape::from([self.n, h, side, w, side, self.c]));
        let mut x = B::float_reshape(x, Shape::from([self.n, side * h, side * w, self.c]));
        if self.h > side * h {
            let row = zeros::<B>([self.n, 1, side * w, self.c], &x);
            x = B::float_cat(vec![x, row], 1);
        }
        if self.w > side * w {
            let column = zeros::<B>([self.n, self.h, 1, self.c], &x);
            x = B::float_cat(vec![x, column], 2);
        }
        x
    }
}

/// Intermediates that the derivatives share, each expanded to the full shape of the images.
struct Block<B: Backend> {
    shape: Images,
    /// x̂
    normal: FloatTensor<B>,
    /// r
    reciprocal: FloatTensor<B>,
    /// γ r
    scale: FloatTensor<B>,
    z: FloatTensor<B>,
    /// ReLU'(z), or 1
    mask: FloatTensor<B>,
}

impl<B: Backend> Block<B> {
    fn new(
        x: FloatTensor<B>,
        gamma: FloatTensor<B>,
        beta: FloatTensor<B>,
        (statistics, after): (FloatTensor<B>, After),
    ) -> Self {
        let shape = Images::of::<B>(&x, after);
        let row = |index: isize| {
            let slices = [
                Slice::new(0, Some(shape.n as isize), 1),
                Slice::new(index, Some(index + 1), 1),
                Slice::new(0, Some(shape.c as isize), 1),
            ];
            let row = B::float_slice(statistics.clone(), &slices);
            shape.spread::<B>(B::float_reshape(row, Shape::from([shape.n, 1, 1, shape.c])))
        };
        let (mean, reciprocal) = (row(0), row(1));
        let normal = B::float_mul(B::float_sub(x, mean), reciprocal.clone());
        let gamma = shape.channels::<B>(gamma);
        let z = B::float_add(
            B::float_mul(normal.clone(), gamma.clone()),
            shape.channels::<B>(beta),
        );
        // Without ReLU, everything passes.
        let least = if after.relu() { 0.0 } else { f64::NEG_INFINITY };
        let passes = B::float_greater_elem(z.clone(), Scalar::from(least), bool_dtype::<B>(&z));
        let mask = B::bool_into_float(passes, z.dtype().into());
        let scale = B::float_mul(gamma, reciprocal.clone());
        Self {
            shape,
            normal,
            reciprocal,
            scale,
            z,
            mask,
        }
    }

    /// `P v = v - v̄ - x̂ mean(v x̂)`
    fn project(&self, v: FloatTensor<B>) -> FloatTensor<B> {
        let shape = self.shape;
        let mean = shape.spread::<B>(shape.mean::<B>(v.clone()));
        let along = shape.mean::<B>(B::float_mul(v.clone(), self.normal.clone()));
        let along = B::float_mul(shape.spread::<B>(along), self.normal.clone());
        B::float_sub(B::float_sub(v, mean), along)
    }
}

/// The data type of the device's booleans.
fn bool_dtype<B: Backend>(like: &FloatTensor<B>) -> burn::tensor::BoolDType {
    burn::backend::get_device_settings::<B>(&like.device()).bool_dtype
}
