//! Matrix products.

use burn::backend::Dispatch as B;
use burn::backend::ops::FloatTensorOps;

use super::broadcast::same_dtype;
use crate::graph::record;
use crate::{Error, Result, Tensor};

impl Tensor {
    /// Matrix product of the last two dimensions, `[.., m, k]` with `[.., k, n]`; leading dimensions
    /// must be the same.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes do not match, [`Error::DTypes`] if the precisions differ.
    pub fn matmul(&self, other: &Tensor) -> Result<Tensor> {
        same_dtype("matmul", self, other)?;
        let (left, right) = (self.shape(), other.shape());
        let rank = left.len();
        let fits = rank >= 2
            && rank == right.len()
            && left[..rank - 2] == right[..rank - 2]
            && left[rank - 1] == right[rank - 2];
        if !fits {
            let (left, right) = (left.to_vec(), right.to_vec());
            return Err(Error::Shapes {
                op: "matmul",
                left,
                right,
            });
        }
        let value = B::float_matmul(self.value.clone(), other.value.clone());
        Ok(record(&[self, other])
            .save(&[self, other])
            .finish(value, move |c| {
                let (a, b, g) = (&c.saved[0], &c.saved[1], c.gradient());
                let turned = |t: &Tensor| t.transpose(rank - 2, rank - 1);
                Ok(vec![
                    c.need(0, || g.matmul(&turned(b)?))?,
                    c.need(1, || turned(a)?.matmul(g))?,
                ])
            }))
    }
}
