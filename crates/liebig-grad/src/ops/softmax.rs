//! Softmax and its logarithm.

use burn::backend::Dispatch as B;
use burn::backend::ops::ActivationOps;

use super::reduce::check_dim;
use crate::graph::record;
use crate::{Result, Tensor};

impl Tensor {
    /// `x - log Σ e^x` along a dimension.
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for a dimension that does not exist.
    pub fn log_softmax(&self, dim: usize) -> Result<Tensor> {
        check_dim("log_softmax", dim, self.shape())?;
        // The largest element is subtracted so that nothing overflows; it cancels in the derivative.
        let shifted = self.sub(&self.detach().max_dim(dim, true)?)?;
        let total = shifted.exp()?.sum_dims(&[dim], true)?.log()?;
        shifted.sub(&total)
    }

    /// `e^x` over the sum of `e^x` along a dimension (PyTorch's `softmax`).
    ///
    /// # Errors
    /// [`Error::OutOfRange`](crate::Error::OutOfRange) for a dimension that does not exist.
    pub fn softmax(&self, dim: usize) -> Result<Tensor> {
        check_dim("softmax", dim, self.shape())?;
        let value = B::softmax(self.value.clone(), dim);
        Ok(record(&[self]).save_output(0).finish(value, move |c| {
            let (y, g) = (&c.saved[0], c.gradient());
            let weighted = g.mul(y)?;
            let shift = y.mul(&weighted.sum_dims(&[dim], true)?)?;
            Ok(vec![Some(weighted.sub(&shift)?)])
        }))
    }
}
