//! Sums, means and maxima.

use burn::backend::Dispatch as B;
use burn::backend::ops::{FloatTensorOps, IntTensorOps};
use burn::tensor::{IntDType, Shape};

use super::index::Indices;
use crate::graph::record;
use crate::{Error, Result, Tensor};

impl Tensor {
    /// Sum of all elements, of shape `[1]`.
    ///
    /// # Errors
    /// [`Error::Device`] if the device fails.
    pub fn sum(&self) -> Result<Tensor> {
        let all: Vec<usize> = (0..self.shape().len()).collect();
        self.sum_dims(&all, false)
    }

    /// Mean of all elements, of shape `[1]`.
    ///
    /// # Errors
    /// As for [`sum`](Self::sum).
    pub fn mean(&self) -> Result<Tensor> {
        self.sum()?.mul_scalar(1.0 / self.numel() as f64)
    }

    /// Sums over dimensions; with `keepdim` they are kept with size 1. If no dimension is left, the
    /// shape is `[1]`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension that does not exist.
    pub fn sum_dims(&self, dims: &[usize], keepdim: bool) -> Result<Tensor> {
        let shape = self.shape().to_vec();
        let mut kept = shape.clone();
        let mut value = self.value.clone();
        for &dim in dims {
            check_dim("sum_dims", dim, &shape)?;
            if kept[dim] != 1 {
                value = B::float_sum_dim(value, dim);
                kept[dim] = 1;
            }
        }
        let target = if keepdim {
            kept.clone()
        } else {
            without(&kept, dims)
        };
        let value = B::float_reshape(value, Shape::from(target));
        Ok(record(&[self]).finish(value, move |c| {
            Ok(vec![Some(
                c.gradient().reshape(&kept)?.broadcast_to(&shape)?,
            )])
        }))
    }

    /// Means over dimensions; the result has the shape that [`sum_dims`](Self::sum_dims) gives.
    ///
    /// # Errors
    /// As for [`sum_dims`](Self::sum_dims).
    pub fn mean_dims(&self, dims: &[usize], keepdim: bool) -> Result<Tensor> {
        let sum = self.sum_dims(dims, keepdim)?;
        sum.mul_scalar(sum.numel() as f64 / self.numel() as f64)
    }

    /// The largest element along a dimension; the gradient goes to the first of equal elements.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension that does not exist.
    pub fn max_dim(&self, dim: usize, keepdim: bool) -> Result<Tensor> {
        check_dim("max_dim", dim, self.shape())?;
        let largest = self.gather(dim, &self.argmax(dim)?)?;
        if keepdim {
            return Ok(largest);
        }
        largest.reshape(&without(largest.shape(), &[dim]))
    }

    /// The index of the largest element along a dimension, which is kept with size 1.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension that does not exist, [`Error::Device`] if the device
    /// fails.
    pub fn argmax(&self, dim: usize) -> Result<Indices> {
        check_dim("argmax", dim, self.shape())?;
        let places = B::float_argmax(self.value.clone(), dim, IntDType::I64);
        let data = burn::backend::try_read_sync(B::int_into_data(places))
            .and_then(|data| data.ok()?.try_into_vec::<i64>().ok())
            .ok_or(Error::Device {
                op: "argmax",
                reason: "it returned no values".to_string(),
            })?;
        let mut shape = self.shape().to_vec();
        shape[dim] = 1;
        Indices::new(
            data.into_iter().map(|place| place as usize).collect(),
            &shape,
        )
    }
}

/// Refuses a dimension that the shape does not have.
pub(super) fn check_dim(op: &'static str, dim: usize, shape: &[usize]) -> Result<()> {
    if dim < shape.len() {
        return Ok(());
    }
    Err(Error::OutOfRange {
        op,
        what: format!("dimension {dim}"),
        shape: shape.to_vec(),
    })
}

/// The shape without some dimensions, or `[1]`.
fn without(shape: &[usize], dims: &[usize]) -> Vec<usize> {
    let rest: Vec<usize> = (0..shape.len())
        .filter(|dim| !dims.contains(dim))
        .map(|dim| shape[dim])
        .collect();
    if rest.is_empty() { vec![1] } else { rest }
}
