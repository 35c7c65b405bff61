//! Operations that move elements without changing their values.

use burn::backend::Dispatch as B;
use burn::backend::ops::FloatTensorOps;
use burn::tensor::{Shape, Slice};

use super::broadcast::same_dtype;
use super::reduce::check_dim;
use crate::graph::record;
use crate::{Error, Result, Tensor};

impl Tensor {
    /// The same elements in another shape.
    ///
    /// # Errors
    /// [`Error::Shapes`] if the number of elements differs.
    pub fn reshape(&self, shape: &[usize]) -> Result<Tensor> {
        if self.shape() == shape {
            return Ok(self.clone());
        }
        if self.numel() != shape.iter().product::<usize>() || shape.is_empty() {
            let (left, right) = (self.shape().to_vec(), shape.to_vec());
            return Err(Error::Shapes {
                op: "reshape",
                left,
                right,
            });
        }
        let from = self.shape().to_vec();
        let value = B::float_reshape(self.value.clone(), Shape::from(shape.to_vec()));
        Ok(record(&[self]).finish(value, move |c| Ok(vec![Some(c.gradient().reshape(&from)?)])))
    }

    /// Flattens the dimensions from `dim` on into one.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension that does not exist.
    pub fn flatten_from(&self, dim: usize) -> Result<Tensor> {
        check_dim("flatten_from", dim, self.shape())?;
        let mut shape = self.shape()[..dim].to_vec();
        shape.push(self.shape()[dim..].iter().product());
        self.reshape(&shape)
    }

    /// Reorders the dimensions: dimension `i` of the result is dimension `axes[i]` of this tensor.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] if `axes` does not name every dimension once.
    pub fn permute(&self, axes: &[usize]) -> Result<Tensor> {
        let mut inverse = vec![usize::MAX; axes.len()];
        for (to, &from) in axes.iter().enumerate() {
            if let Some(slot) = inverse.get_mut(from) {
                *slot = to;
            }
        }
        if axes.len() != self.shape().len() || inverse.contains(&usize::MAX) {
            let what = format!("axes {axes:?}");
            return Err(Error::OutOfRange {
                op: "permute",
                what,
                shape: self.shape().to_vec(),
            });
        }
        let value = B::float_permute(self.value.clone(), axes);
        Ok(record(&[self]).finish(value, move |c| {
            Ok(vec![Some(c.gradient().permute(&inverse)?)])
        }))
    }

    /// Swaps two dimensions.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension that does not exist.
    pub fn transpose(&self, a: usize, b: usize) -> Result<Tensor> {
        check_dim("transpose", a.max(b), self.shape())?;
        let mut axes: Vec<usize> = (0..self.shape().len()).collect();
        axes.swap(a, b);
        self.permute(&axes)
    }

    /// The elements `start..end` of a dimension.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension or range that does not exist, or for an empty range.
    pub fn slice(&self, dim: usize, start: usize, end: usize) -> Result<Tensor> {
        check_dim("slice", dim, self.shape())?;
        let size = self.shape()[dim];
        if start >= end || end > size {
            let what = format!("{start}..{end} of dimension {dim}");
            return Err(Error::OutOfRange {
                op: "slice",
                what,
                shape: self.shape().to_vec(),
            });
        }
        if (start, end) == (0, size) {
            return Ok(self.clone());
        }
        let slices: Vec<Slice> = (0..self.shape().len())
            .map(|i| {
                if i == dim {
                    (start, end)
                } else {
                    (0, self.shape()[i])
                }
            })
            .map(|(start, end)| Slice::new(start as isize, Some(end as isize), 1))
            .collect();
        let mut padding = vec![(0, 0); self.shape().len()];
        padding[dim] = (start, size - end);
        let value = B::float_slice(self.value.clone(), &slices);
        Ok(record(&[self]).finish(value, move |c| Ok(vec![Some(c.gradient().pad(&padding)?)])))
    }

    /// Adds zeros before and after each dimension.
    ///
    /// # Errors
    /// [`Error::Rank`] if `padding` does not have a pair for every dimension.
    pub fn pad(&self, padding: &[(usize, usize)]) -> Result<Tensor> {
        if padding.len() != self.shape().len() {
            let shape = self.shape().to_vec();
            return Err(Error::Rank {
                op: "pad",
                expected: "a pair for every dimension",
                shape,
            });
        }
        let mut value = self.value.clone();
        let mut shape = self.shape().to_vec();
        for (dim, &(before, after)) in padding.iter().enumerate() {
            let zeros = |size: usize| {
                let mut shape = shape.clone();
                shape[dim] = size;
                Tensor::zeros(&shape, self.dtype(), &self.device()).value
            };
            let mut parts = Vec::new();
            if before > 0 {
                parts.push(zeros(before));
            }
            parts.push(value);
            if after > 0 {
                parts.push(zeros(after));
            }
            shape[dim] += before + after;
            value = B::float_cat(parts, dim);
        }
        let (from, padding) = (self.shape().to_vec(), padding.to_vec());
        Ok(record(&[self]).finish(value, move |c| {
            let mut gradient = c.gradient().clone();
            for (dim, &(before, _)) in padding.iter().enumerate() {
                gradient = gradient.slice(dim, before, before + from[dim])?;
            }
            Ok(vec![Some(gradient)])
        }))
    }

    /// Reverses the order of the elements along a dimension.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension that does not exist.
    pub fn flip(&self, dim: usize) -> Result<Tensor> {
        check_dim("flip", dim, self.shape())?;
        let value = B::float_flip(self.value.clone(), &[dim]);
        Ok(record(&[self]).finish(value, move |c| Ok(vec![Some(c.gradient().flip(dim)?)])))
    }

    /// Cuts a dimension into parts of the given sizes. Unlike as many slices, whose gradients would be
    /// padded with zeros and added, this is one operation; its gradient is the concatenation.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a dimension that does not exist, or if the sizes are not positive or do
    /// not add up to that of the dimension.
    pub fn split(&self, dim: usize, sizes: &[usize]) -> Result<Vec<Tensor>> {
        check_dim("split", dim, self.shape())?;
        if sizes.contains(&0) || sizes.iter().sum::<usize>() != self.shape()[dim] {
            return Err(Error::OutOfRange {
                op: "split",
                what: format!("a division of dimension {dim} into {sizes:?}"),
                shape: self.shape().to_vec(),
            });
        }
        let constant = self.detach();
        let mut start = 0;
        let parts = sizes.iter().map(|size| {
            let end = start + size;
            let part = constant.slice(dim, start, end);
            start = end;
            Ok(part?.value)
        });
        let parts = parts.collect::<Result<Vec<_>>>()?;
        let (shape, sizes) = (self.shape().to_vec(), sizes.to_vec());
        let (dtype, device) = (self.dtype(), self.device());
        Ok(record(&[self]).finish_list(parts, move |c| {
            let part = |(gradient, &size): (&Option<Tensor>, &usize)| match gradient {
                Some(gradient) => gradient.clone(),
                None => {
                    let mut shape = shape.clone();
                    shape[dim] = size;
                    Tensor::zeros(&shape, dtype, &device)
                }
            };
            // Outputs after the last that a gradient has reached are not in the list.
            let gradients = c.gradients.iter().chain(std::iter::repeat(&None));
            let parts: Vec<Tensor> = gradients.zip(&sizes).map(part).collect();
            let parts: Vec<&Tensor> = parts.iter().collect();
            Ok(vec![Some(Tensor::cat(&parts, dim)?)])
        }))
    }

    /// Concatenates tensors along a dimension.
    ///
    /// # Errors
    /// [`Error::Shapes`] if they differ in another dimension, [`Error::Rank`] if there are none.
    pub fn cat(tensors: &[&Tensor], dim: usize) -> Result<Tensor> {
        let Some(first) = tensors.first() else {
            return Err(Error::Rank {
                op: "cat",
                expected: "at least one tensor",
                shape: vec![0],
            });
        };
        check_dim("cat", dim, first.shape())?;
        let mut sizes = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            same_dtype("cat", first, tensor)?;
            let (left, right) = (first.shape(), tensor.shape());
            let fits = left.len() == right.len()
                && (0..left.len()).all(|i| i == dim || left[i] == right[i]);
            if !fits {
                let (left, right) = (left.to_vec(), right.to_vec());
                return Err(Error::Shapes {
                    op: "cat",
                    left,
                    right,
                });
            }
            sizes.push(right[dim]);
        }
        let value = B::float_cat(
            tensors.iter().map(|tensor| tensor.value.clone()).collect(),
            dim,
        );
        Ok(record(tensors).finish(value, move |c| {
            let gradient = c.gradient();
            if !c.needs.contains(&false) {
                let parts = gradient.split(dim, &sizes)?;
                return Ok(parts.into_iter().map(Some).collect());
            }
            let mut end = 0;
            let parts = sizes.iter().enumerate().map(|(i, size)| {
                let start = end;
                end += size;
                c.need(i, || gradient.slice(dim, start, end))
            });
            parts.collect()
        }))
    }

    /// The same tensor as the result of a separate operation, so that a gradient can be computed with
    /// respect to this use of it alone.
    pub(crate) fn alias(&self) -> Tensor {
        record(&[self]).finish(self.value.clone(), |c| Ok(vec![Some(c.gradient().clone())]))
    }
}
