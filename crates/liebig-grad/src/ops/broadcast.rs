//! Broadcasting and its transpose, the sum to a smaller shape.

use burn::backend::Dispatch as B;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::Shape;

use crate::graph::record;
use crate::{Error, Result, Tensor};

/// The shape that two shapes broadcast to: aligned at the last dimension, sizes equal or one of them 1.
pub(super) fn common_shape(
    op: &'static str,
    left: &[usize],
    right: &[usize],
) -> Result<Vec<usize>> {
    let rank = left.len().max(right.len());
    let size =
        |shape: &[usize], i: usize| (i + shape.len()).checked_sub(rank).map_or(1, |i| shape[i]);
    (0..rank)
        .map(|i| match (size(left, i), size(right, i)) {
            (a, b) if a == b || b == 1 => Ok(a),
            (1, b) => Ok(b),
            _ => Err(Error::Shapes {
                op,
                left: left.to_vec(),
                right: right.to_vec(),
            }),
        })
        .collect()
}

/// Refuses mixed precisions.
pub(super) fn same_dtype(op: &'static str, left: &Tensor, right: &Tensor) -> Result<()> {
    let (left, right) = (left.dtype(), right.dtype());
    if left == right {
        return Ok(());
    }
    Err(Error::DTypes {
        op,
        left: left.name(),
        right: right.name(),
    })
}

impl Tensor {
    /// Repeats dimensions of size 1, and adds dimensions in front, to reach `shape`.
    ///
    /// # Errors
    /// [`Error::Shapes`] if this shape cannot be broadcast to `shape`.
    pub fn broadcast_to(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        if common_shape("broadcast_to", self.shape(), shape)? != shape {
            let (left, right) = (self.shape().to_vec(), shape.to_vec());
            return Err(Error::Shapes {
                op: "broadcast_to",
                left,
                right,
            });
        }
        let from = self.shape().to_vec();
        let mut aligned = vec![1; shape.len() - from.len()];
        aligned.extend(&from);
        let value = B::float_reshape(self.value.clone(), Shape::from(aligned));
        let value = B::float_expand(value, Shape::from(shape.to_vec()));
        Ok(record(&[self]).finish(value, move |c| Ok(vec![Some(c.gradient().sum_to(&from)?)])))
    }

    /// The transpose of [`broadcast_to`](Self::broadcast_to): sums over the dimensions that it would
    /// repeat.
    ///
    /// # Errors
    /// [`Error::Shapes`] if `shape` cannot be broadcast to this shape.
    pub fn sum_to(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        if common_shape("sum_to", self.shape(), shape)? != self.shape() {
            let (left, right) = (self.shape().to_vec(), shape.to_vec());
            return Err(Error::Shapes {
                op: "sum_to",
                left,
                right,
            });
        }
        let lead = self.shape().len() - shape.len();
        let repeated = |&i: &usize| i < lead || shape[i - lead] != self.shape()[i];
        let dims: Vec<usize> = (0..self.shape().len()).filter(repeated).collect();
        self.sum_dims(&dims, true)?.reshape(shape)
    }
}
