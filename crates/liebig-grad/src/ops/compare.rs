//! Comparisons, which give constant masks of ones and zeros, and selection by a mask.

use burn::backend::ops::{BoolTensorOps, FloatTensorOps};
use burn::backend::{Dispatch as B, DispatchTensor};

use super::broadcast::{common_shape, same_dtype};
use crate::graph::record;
use crate::{Result, Tensor};

impl Tensor {
    /// 1 where `self > other`, 0 elsewhere.
    ///
    /// # Errors
    /// As for [`add`](Self::add).
    pub fn greater(&self, other: &Tensor) -> Result<Tensor> {
        same_dtype("greater", self, other)?;
        let shape = common_shape("greater", self.shape(), other.shape())?;
        let (a, b) = (
            self.detach().broadcast_to(&shape)?,
            other.detach().broadcast_to(&shape)?,
        );
        let truth = B::float_greater(a.value, b.value, bool_dtype(&self.value));
        Ok(self.mask(truth))
    }

    /// 1 where `self > number`, 0 elsewhere.
    pub fn greater_scalar(&self, number: f64) -> Tensor {
        let dtype = bool_dtype(&self.value);
        self.mask(B::float_greater_elem(
            self.value.clone(),
            number.into(),
            dtype,
        ))
    }

    fn mask(&self, truth: DispatchTensor) -> Tensor {
        Tensor::constant(B::bool_into_float(truth, self.dtype().float()))
    }

    /// `self` where `mask` is 1, `other` where it is 0. Values that are not selected have no effect,
    /// even if they are infinite.
    ///
    /// # Errors
    /// As for [`add`](Self::add).
    pub fn where_mask(&self, mask: &Tensor, other: &Tensor) -> Result<Tensor> {
        same_dtype("where_mask", self, other)?;
        let shape = common_shape("where_mask", self.shape(), other.shape())?;
        let shape = common_shape("where_mask", &shape, mask.shape())?;
        let mask = mask.detach().broadcast_to(&shape)?;
        let (a, b) = (self.broadcast_to(&shape)?, other.broadcast_to(&shape)?);
        let dtype = bool_dtype(&mask.value);
        let chosen = B::float_greater_elem(mask.value.clone(), 0.5.into(), dtype);
        let value = B::float_mask_where(b.value.clone(), chosen, a.value.clone());
        Ok(record(&[&a, &b]).save(&[&mask]).finish(value, |c| {
            let (mask, g) = (&c.saved[0], c.gradient());
            let zeros = g.zeros_like();
            Ok(vec![
                c.need(0, || g.where_mask(mask, &zeros))?,
                c.need(1, || zeros.where_mask(mask, g))?,
            ])
        }))
    }

    /// The larger of two elements. If they are equal, the gradient goes to `self` alone.
    ///
    /// # Errors
    /// As for [`add`](Self::add).
    pub fn maximum(&self, other: &Tensor) -> Result<Tensor> {
        let smaller = other.greater(self)?;
        other.where_mask(&smaller, self)
    }
}

/// The device's boolean type.
fn bool_dtype(like: &DispatchTensor) -> burn::tensor::BoolDType {
    use burn::backend::TensorMetadata;
    burn::backend::get_device_settings::<B>(&like.device()).bool_dtype
}
