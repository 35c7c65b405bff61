//! `+ - * /` of two tensors, broadcast as in NumPy, and of a tensor and a number.

use burn::backend::Dispatch as B;
use burn::backend::DispatchTensor;
use burn::backend::ops::FloatTensorOps;

use super::broadcast::{common_shape, same_dtype};
use crate::graph::{Context, Gradients, record};
use crate::{Result, Tensor};

impl Tensor {
    /// `self + other`.
    ///
    /// # Errors
    /// [`Error::Shapes`](crate::Error::Shapes) if the shapes cannot be broadcast,
    /// [`Error::DTypes`](crate::Error::DTypes) if the precisions differ.
    pub fn add(&self, other: &Tensor) -> Result<Tensor> {
        self.binary("add", other, false, B::float_add, |c| {
            let g = c.gradient();
            Ok(vec![
                c.need(0, || Ok(g.clone()))?,
                c.need(1, || Ok(g.clone()))?,
            ])
        })
    }

    /// `self + other`, in place if nothing else uses `self` and no graph is recorded.
    pub(crate) fn accumulate(self, other: &Tensor) -> Result<Tensor> {
        if self.is_tracked() || other.is_tracked() || self.shape() != other.shape() {
            return self.add(other);
        }
        same_dtype("add", &self, other)?;
        Ok(Tensor::constant(B::float_add(
            self.value,
            other.value.clone(),
        )))
    }

    /// `self - other`.
    ///
    /// # Errors
    /// As for [`add`](Self::add).
    pub fn sub(&self, other: &Tensor) -> Result<Tensor> {
        self.binary("sub", other, false, B::float_sub, |c| {
            let g = c.gradient();
            Ok(vec![c.need(0, || Ok(g.clone()))?, c.need(1, || g.neg())?])
        })
    }

    /// `self * other`, element by element.
    ///
    /// # Errors
    /// As for [`add`](Self::add).
    pub fn mul(&self, other: &Tensor) -> Result<Tensor> {
        self.binary("mul", other, true, B::float_mul, |c| {
            let (a, b, g) = (&c.saved[0], &c.saved[1], c.gradient());
            Ok(vec![c.need(0, || g.mul(b))?, c.need(1, || g.mul(a))?])
        })
    }

    /// `self / other`, element by element.
    ///
    /// # Errors
    /// As for [`add`](Self::add).
    pub fn div(&self, other: &Tensor) -> Result<Tensor> {
        self.binary("div", other, true, B::float_div, |c| {
            let (a, b, g) = (&c.saved[0], &c.saved[1], c.gradient());
            let to_other = || g.mul(a)?.div(&b.mul(b)?)?.neg();
            Ok(vec![c.need(0, || g.div(b))?, c.need(1, to_other)?])
        })
    }

    /// Broadcasts, computes and records. The rule may return gradients of the broadcast shape; they
    /// are summed back to the shape of each input.
    fn binary(
        &self,
        op: &'static str,
        other: &Tensor,
        save: bool,
        compute: impl FnOnce(DispatchTensor, DispatchTensor) -> DispatchTensor,
        rule: impl Fn(&Context) -> Gradients + Send + Sync + 'static,
    ) -> Result<Tensor> {
        same_dtype(op, self, other)?;
        let shape = common_shape(op, self.shape(), other.shape())?;
        // The gradient rule of the broadcast sums each gradient back.
        let (a, b) = (self.broadcast_to(&shape)?, other.broadcast_to(&shape)?);
        let value = compute(a.value.clone(), b.value.clone());
        let inputs = [&a, &b];
        let record = record(&inputs);
        let record = if save { record.save(&inputs) } else { record };
        Ok(record.finish(value, rule))
    }

    /// `self + number`.
    ///
    /// # Errors
    /// None at present.
    pub fn add_scalar(&self, number: f64) -> Result<Tensor> {
        let value = B::float_add_scalar(self.value.clone(), number.into());
        Ok(record(&[self]).finish(value, |c| Ok(vec![Some(c.gradient().clone())])))
    }

    /// `self * number`.
    ///
    /// # Errors
    /// None at present.
    pub fn mul_scalar(&self, number: f64) -> Result<Tensor> {
        let value = B::float_mul_scalar(self.value.clone(), number.into());
        Ok(record(&[self]).finish(value, move |c| {
            Ok(vec![Some(c.gradient().mul_scalar(number)?)])
        }))
    }

    /// `-self`.
    ///
    /// # Errors
    /// None at present.
    pub fn neg(&self) -> Result<Tensor> {
        let value = B::float_neg(self.value.clone());
        Ok(record(&[self]).finish(value, |c| Ok(vec![Some(c.gradient().neg()?)])))
    }
}
