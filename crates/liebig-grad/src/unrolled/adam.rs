//! One weight under Adam, forward and in reverse.

use crate::unrolled::lists::{dot, scaled_sum};
use crate::unrolled::sgd::decayed;
use crate::unrolled::sweep::Cotangent;
use crate::{Result, Tensor};

/// The settings of [`InnerRule::Adam`](crate::InnerRule::Adam) at a step.
pub(super) struct Adam {
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    /// `1 - β₁ᵗ`.
    first_correction: f64,
    /// `√(1 - β₂ᵗ)`.
    second_root: f64,
}

/// What a step computes of a weight's decayed gradient `d`.
struct Moments {
    gradient: Tensor,
    first: Tensor,
    second: Tensor,
    /// `√v`.
    root: Tensor,
    /// `√(v / (1 - β₂ᵗ)) + eps`.
    denominator: Tensor,
    /// `m / denominator`.
    ratio: Tensor,
}

impl Adam {
    /// For the step after `taken` steps.
    pub fn new(betas: (f64, f64), eps: f64, weight_decay: f64, taken: usize) -> Self {
        // Whole numbers of steps are exact up to 2^53.
        let correction = |beta: f64| 1.0 - beta.powf((taken + 1) as f64);
        Self {
            betas,
            eps,
            weight_decay,
            first_correction: correction(betas.0),
            second_root: correction(betas.1).sqrt(),
        }
    }

    /// The weight and its buffers after a step.
    pub fn step(
        &self,
        lr: f64,
        weight: &Tensor,
        buffers: &[&Tensor],
        gradient: &Tensor,
    ) -> Result<(Tensor, Vec<Tensor>)> {
        let moments = self.moments(weight, buffers, gradient)?;
        let moved = scaled_sum(weight, &moments.ratio, -(lr / self.first_correction))?;
        Ok((moved, vec![moments.first, moments.second]))
    }

    fn moments(&self, weight: &Tensor, buffers: &[&Tensor], gradient: &Tensor) -> Result<Moments> {
        let (beta1, beta2) = self.betas;
        let gradient = decayed(weight, gradient, self.weight_decay)?;
        let mut first = gradient.mul_scalar(1.0 - beta1)?;
        let mut second = gradient.square()?.mul_scalar(1.0 - beta2)?;
        if let [old_first, old_second] = buffers {
            first = scaled_sum(&first, old_first, beta1)?;
            second = scaled_sum(&second, old_second, beta2)?;
        }
        let root = second.sqrt()?;
        let denominator = root
            .mul_scalar(1.0 / self.second_root)?
            .add_scalar(self.eps)?;
        let ratio = first.div(&denominator)?;
        Ok(Moments {
            gradient,
            first,
            second,
            root,
            denominator,
            ratio,
        })
    }

    /// From the cotangents after a step: those of the gradient and of the buffers before it, and the
    /// derivative with respect to the step size.
    pub fn back(
        &self,
        lr: f64,
        weight: &Tensor,
        buffers: &[&Tensor],
        gradient: &Tensor,
        after: &Cotangent,
    ) -> Result<(Tensor, Vec<Tensor>, f64)> {
        let (beta1, beta2) = self.betas;
        let moments = self.moments(weight, buffers, gradient)?;
        let of_lr = -dot(&after.weight, &moments.ratio)? / self.first_correction;

        // θ = θ - size * ratio, with ratio = m / (root / c + eps) and root = √v.
        let size = -(lr / self.first_correction);
        let by_denominator = after.weight.mul_scalar(size)?.div(&moments.denominator)?;
        let of_root = by_denominator
            .mul(&moments.ratio)?
            .mul_scalar(-0.5 / self.second_root)?;
        // The derivative of the root is taken as 0 at 0.
        let positive = moments.root.greater_scalar(0.0);
        let ones = Tensor::ones(weight.shape(), weight.dtype(), &weight.device());
        let root = moments.root.where_mask(&positive, &ones)?;
        let mut of_second = of_root.div(&root)?.mul(&positive)?;
        let mut of_first = by_denominator;
        if let [later_first, later_second] = &after.buffers[..] {
            of_first = of_first.accumulate(later_first)?;
            of_second = of_second.accumulate(later_second)?;
        }
        let through_second = of_second
            .mul(&moments.gradient)?
            .mul_scalar(2.0 * (1.0 - beta2))?;
        let of_gradient = scaled_sum(&through_second, &of_first, 1.0 - beta1)?;
        let of_buffers = vec![of_first.mul_scalar(beta1)?, of_second.mul_scalar(beta2)?];
        Ok((of_gradient, of_buffers, of_lr))
    }
}
