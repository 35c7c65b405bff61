//! Instance and batch normalisation with what follows them, such as ReLU and 2x2 average pooling, as one operation.

use burn::backend::Dispatch as B;
use liebig_kernels::{After, KernelBackend};

use super::broadcast::same_dtype;
use super::composed::composed_derivative;
use crate::graph::{Context, Gradients, record};
use crate::{Error, Result, Tensor, vjp};

impl Tensor {
    /// Instance normalisation of images `[n, h, w, c]`, with scale `gamma [c]`, shift `beta [c]` and `eps` added to the
    /// variance, and what follows it: `[n, h, w, c]`, or `[n, h / 2, w / 2, c]` if it is pooled.
    ///
    /// This is one fused operation, as are its first and second derivatives; higher derivatives are
    /// composed of other operations.
    ///
    /// # Errors
    /// [`Error::Rank`] if this is not a batch of images with at least the window's pixels, [`Error::Shapes`] if
    /// scale or shift do not match it, [`Error::DTypes`] if the precisions differ.
    pub fn instance_norm(
        &self,
        gamma: &Tensor,
        beta: &Tensor,
        eps: f64,
        after: After,
    ) -> Result<Tensor> {
        Ok(self.norm_block(gamma, beta, eps, after)?.0)
    }

    /// Batch normalisation of images `[n, h, w, c]` by the batch's own statistics, and what follows it. Also returns each
    /// channel's mean and biased variance `[c]`; constants.
    ///
    /// It is [`instance_norm`](Self::instance_norm) of the batch as one tall image.
    ///
    /// # Errors
    /// As there; [`Error::Rank`] for rows that are no multiple of the window's, which would cross from one image to the next.
    pub fn batch_norm(
        &self,
        gamma: &Tensor,
        beta: &Tensor,
        eps: f64,
        after: After,
    ) -> Result<[Tensor; 3]> {
        let &[n, h, w, c] = self.shape() else {
            return Err(self.not_images("batch_norm"));
        };
        let window = after.window();
        if h % window != 0 {
            return Err(self.not_images("batch_norm"));
        }
        let tall = self.reshape(&[1, n * h, w, c])?;
        let (output, statistics) = tall.norm_block(gamma, beta, eps, after)?;
        let row = |place| statistics.slice(1, place, place + 1)?.reshape(&[c]);
        let (mean, reciprocal) = (row(0)?, row(1)?);
        let variance = reciprocal.square()?.recip()?.add_scalar(-eps)?;
        let output = output.reshape(&[n, h / window, w / window, c])?;
        Ok([output, mean, variance])
    }

    /// The output, and mean and reciprocal deviation `[n, 2, c]`.
    fn norm_block(
        &self,
        gamma: &Tensor,
        beta: &Tensor,
        eps: f64,
        after: After,
    ) -> Result<(Tensor, Tensor)> {
        let &[_, h, w, c] = self.shape() else {
            return Err(self.not_images("norm_block"));
        };
        if h.min(w) < after.window() {
            return Err(self.not_images("norm_block"));
        }
        for parameter in [gamma, beta] {
            same_dtype("norm_block", self, parameter)?;
            if parameter.shape() != [c] {
                let (left, right) = (self.shape().to_vec(), parameter.shape().to_vec());
                return Err(Error::Shapes {
                    op: "norm_block",
                    left,
                    right,
                });
            }
        }
        let [x, g, b] = [self, gamma, beta].map(|tensor| tensor.value.clone());
        let (output, statistics) = B::norm_block(x, g, b, eps, after);
        let statistics = Tensor::constant(statistics);
        let inputs = [self, gamma, beta];
        let saved = [self, gamma, beta, &statistics];
        let output = record(&inputs).save(&saved).finish(output, move |c| {
            let [x, gamma, beta, statistics] = c.saved_exactly("norm_block")?;
            let gradients = backward(x, gamma, beta, statistics, c.gradient(), (eps, after));
            Ok(gradients.map(Some).to_vec())
        });
        Ok((output, statistics))
    }

    pub(super) fn not_images(&self, op: &'static str) -> Error {
        let expected = "images [n, h, w, c] of at least the window's size";
        Error::Rank {
            op,
            expected,
            shape: self.shape().to_vec(),
        }
    }
}

/// Gradients with respect to `x`, `gamma` and `beta`.
fn backward(
    x: &Tensor,
    gamma: &Tensor,
    beta: &Tensor,
    statistics: &Tensor,
    gradient: &Tensor,
    (eps, after): (f64, After),
) -> [Tensor; 3] {
    let [xv, gv, bv, sv, dv] =
        [x, gamma, beta, statistics, gradient].map(|tensor| tensor.value.clone());
    let (dx, dgamma, dbeta) = B::norm_block_backward(xv, gv, bv, sv, dv, after);
    let inputs = [x, gamma, beta, gradient];
    record(&inputs)
        .save(&[x, gamma, beta, gradient, statistics])
        .finish_many([dx, dgamma, dbeta], move |c| {
            let [x, gamma, beta, gradient, statistics] =
                c.saved_exactly("norm_block (gradient)")?;
            if c.create_graph {
                return composed_double_backward(c, [x, gamma, beta, gradient], (eps, after));
            }
            let of = |index: usize, like: &Tensor| {
                c.gradients
                    .get(index)
                    .cloned()
                    .flatten()
                    .unwrap_or_else(|| like.zeros_like())
            };
            let cotangents = [of(0, x), of(1, gamma), of(2, beta)];
            let [xv, gv, bv, sv, dv] =
                [x, gamma, beta, statistics, gradient].map(|tensor| tensor.value.clone());
            let [cx, cg, cb] = cotangents.map(|tensor| tensor.value);
            let (dx, dgamma, doutput) =
                B::norm_block_double_backward(xv, gv, bv, sv, dv, cx, cg, cb, after);
            let [dx, dgamma, doutput] = [dx, dgamma, doutput].map(|v| Some(Tensor::constant(v)));
            Ok(vec![dx, dgamma, None, doutput])
        })
}

/// The second derivative by composed operations, which can be differentiated again.
fn composed_double_backward(c: &Context, inputs: [&Tensor; 4], options: (f64, After)) -> Gradients {
    composed_derivative(c, inputs, |[x, gamma, beta, gradient]| {
        let output = composed(x, gamma, beta, options)?;
        vjp(&[&output], &[gradient], &[x, gamma, beta], true)
    })
}

/// The same operation, composed of others.
fn composed(
    x: &Tensor,
    gamma: &Tensor,
    beta: &Tensor,
    (eps, after): (f64, After),
) -> Result<Tensor> {
    let centred = x.sub(&x.mean_dims(&[1, 2], true)?)?;
    let variance = centred.square()?.mean_dims(&[1, 2], true)?;
    let normal = centred.div(&variance.add_scalar(eps)?.sqrt()?)?;
    let z = normal.mul(gamma)?.add(beta)?;
    match after {
        After::Nothing => Ok(z),
        After::Relu => z.relu(),
        After::ReluAvgPool => z.relu()?.avg_pool2d(2, 2),
    }
}
