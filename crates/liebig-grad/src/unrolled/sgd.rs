//! One weight under SGD, forward and in reverse.

use crate::unrolled::lists::{dot, scaled_sum};
use crate::unrolled::sweep::Cotangent;
use crate::{Result, Tensor};

/// The settings of [`InnerRule::Sgd`](crate::InnerRule::Sgd).
pub(super) struct Sgd {
    pub momentum: f64,
    pub weight_decay: f64,
}

impl Sgd {
    /// The weight and its buffers after a step.
    pub fn step(
        &self,
        lr: f64,
        weight: &Tensor,
        buffers: &[&Tensor],
        gradient: &Tensor,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let direction = self.direction(weight, buffers, gradient)?;
        let moved = scaled_sum(weight, &direction, -lr)?;
        let momentum = (self.momentum != 0.0).then_some(direction);
        Ok((moved, momentum.into_iter().collect()))
    }

    /// The direction that the weight moves against: the momentum after the step.
    fn direction(&self, weight: &Tensor, buffers: &[&Tensor], gradient: &Tensor) -> Result<Tensor> {
        let gradient = decayed(weight, gradient, self.weight_decay)?;
        match buffers.first() {
            Some(momentum) => scaled_sum(&gradient, momentum, self.momentum),
            None => Ok(gradient),
        }
    }

    /// The cotangent of the gradient, from that of the weight and momentum after the step.
    pub fn of_gradient(&self, lr: f64, after: &Cotangent) -> Result<Tensor> {
        let update = after.weight.mul_scalar(-lr)?;
        match after.buffers.first() {
            Some(later) => update.accumulate(later),
            None => Ok(update),
        }
    }

    /// The cotangents of the buffers before the step.
    pub fn of_buffers(&self, of_gradient: &Tensor) -> Result<Vec<Tensor>> {
        match self.momentum {
            0.0 => Ok(Vec::new()),
            momentum => Ok(vec![of_gradient.mul_scalar(momentum)?]),
        }
    }

    /// The derivative with respect to the step size.
    pub fn of_lr(
        &self,
        weight: &Tensor,
        buffers: &[&Tensor],
        gradient: &Tensor,
        after: &Cotangent,
    ) -> Result<f64> {
        let direction = self.direction(weight, buffers, gradient)?;
        Ok(-dot(&after.weight, &direction)?)
    }
}

/// The gradient with `decay * weight` added.
pub(super) fn decayed(weight: &Tensor, gradient: &Tensor, decay: f64) -> Result<Tensor> {
    match decay {
        0.0 => Ok(gradient.clone()),
        decay => scaled_sum(gradient, weight, decay),
    }
}
