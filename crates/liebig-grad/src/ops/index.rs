//! Selecting elements by index, and the transposes, which add them back.

use burn::backend::ops::{FloatTensorOps, IntTensorOps};
use burn::backend::{Dispatch as B, DispatchTensor};
use burn::tensor::{IndexingUpdateOp, TensorData};

use super::reduce::check_dim;
use crate::graph::record;
use crate::{Device, Error, Result, Tensor};

/// An array of indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indices {
    values: Vec<usize>,
    shape: Vec<usize>,
}

impl Indices {
    /// Makes an array from row-major values.
    ///
    /// # Errors
    /// [`Error::Length`] if the number of values does not match the shape.
    pub fn new(values: Vec<usize>, shape: &[usize]) -> Result<Self> {
        if values.len() != shape.iter().product::<usize>() || shape.is_empty() {
            let shape = shape.to_vec();
            return Err(Error::Length {
                op: "Indices::new",
                values: values.len(),
                shape,
            });
        }
        Ok(Self {
            values,
            shape: shape.to_vec(),
        })
    }

    /// The indices in row-major order.
    pub fn values(&self) -> &[usize] {
        &self.values
    }

    /// Sizes of the dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn on(&self, device: &Device) -> DispatchTensor {
        let values: Vec<i64> = self.values.iter().map(|&value| value as i64).collect();
        B::int_from_data(TensorData::new(values, self.shape.clone()), device)
    }

    fn check(&self, op: &'static str, size: usize, shape: &[usize]) -> Result<()> {
        match self.values.iter().find(|&&index| index >= size) {
            None => Ok(()),
            Some(index) => {
                let what = format!("index {index}");
                Err(Error::OutOfRange {
                    op,
                    what,
                    shape: shape.to_vec(),
                })
            }
        }
    }
}

impl Tensor {
    /// Selects the slices `indices` of a dimension, in that order; repeats are allowed.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension or an index that does not exist.
    pub fn index_select(&self, dim: usize, indices: &[usize]) -> Result<Tensor> {
        check_dim("index_select", dim, self.shape())?;
        let size = self.shape()[dim];
        let indices = Indices::new(indices.to_vec(), &[indices.len()])?;
        indices.check("index_select", size, self.shape())?;
        let value = B::float_select(self.value.clone(), dim, indices.on(&self.device()));
        Ok(record(&[self]).finish(value, move |c| {
            Ok(vec![Some(c.gradient().index_add(dim, &indices, size)?)])
        }))
    }

    /// The transpose of [`index_select`](Self::index_select): zeros of `size` along `dim`, with slice
    /// `i` of this tensor added at `indices[i]`.
    fn index_add(&self, dim: usize, indices: &Indices, size: usize) -> Result<Tensor> {
        let mut shape = self.shape().to_vec();
        shape[dim] = size;
        let zeros = Tensor::zeros(&shape, self.dtype(), &self.device()).value;
        let places = indices.on(&self.device());
        let value = self.value.clone();
        let value = B::float_select_assign(zeros, dim, places, value, IndexingUpdateOp::Add);
        let indices = indices.values.clone();
        Ok(record(&[self]).finish(value, move |c| {
            Ok(vec![Some(c.gradient().index_select(dim, &indices)?)])
        }))
    }

    /// Selects the elements at `indices` along `dim`. The result has the shape of `indices`, which may
    /// differ from this tensor's in `dim` only.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the shapes differ elsewhere, [`Error::OutOfRange`] for a dimension or an index
    /// that does not exist.
    pub fn gather(&self, dim: usize, indices: &Indices) -> Result<Tensor> {
        check_dim("gather", dim, self.shape())?;
        let (left, right) = (self.shape(), indices.shape());
        let fits =
            left.len() == right.len() && (0..left.len()).all(|i| i == dim || left[i] == right[i]);
        if !fits {
            let (left, right) = (left.to_vec(), right.to_vec());
            return Err(Error::Shapes {
                op: "gather",
                left,
                right,
            });
        }
        let size = left[dim];
        indices.check("gather", size, left)?;
        let value = B::float_gather(dim, self.value.clone(), indices.on(&self.device()));
        let indices = indices.clone();
        Ok(record(&[self]).finish(value, move |c| {
            Ok(vec![Some(c.gradient().scatter_add(dim, &indices, size)?)])
        }))
    }

    /// The transpose of [`gather`](Self::gather).
    fn scatter_add(&self, dim: usize, indices: &Indices, size: usize) -> Result<Tensor> {
        let mut shape = self.shape().to_vec();
        shape[dim] = size;
        let zeros = Tensor::zeros(&shape, self.dtype(), &self.device()).value;
        let places = indices.on(&self.device());
        let value = self.value.clone();
        let value = B::float_scatter(dim, zeros, places, value, IndexingUpdateOp::Add);
        let indices = indices.clone();
        Ok(record(&[self]).finish(value, move |c| {
            Ok(vec![Some(c.gradient().gather(dim, &indices)?)])
        }))
    }
}
