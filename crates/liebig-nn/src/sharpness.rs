//! Gradients that lead to flat minima.

use liebig_grad::{Targets, Tensor};

use crate::{LossGradient, Model, Result, loss_gradient};

/// Keeps divisions by a norm of 0 finite.
const EPS: f64 = 1e-12;

/// Sharpness-aware minimisation: the gradient is taken where the loss is highest nearby.
///
/// With `alpha` 0 this is SAM (Foret et al., arXiv 2010.01412), otherwise GSAM (Zhuang et al., arXiv 2203.08065), which
/// also climbs a little on the original loss, to narrow the gap between the two. Trajectory matching's descendant FTD
/// (Du et al., arXiv 2211.11004) trains its experts this way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sharpness {
    /// Distance to the place where the gradient is taken, above 0.
    pub rho: f64,
    /// Weight of the part of the original gradient that is orthogonal to the one taken, which is subtracted; 0 for SAM.
    pub alpha: f64,
    /// Whether the distance is measured relative to the size of each weight (Kwon et al., arXiv 2102.11600).
    pub adaptive: bool,
}

impl Sharpness {
    /// The gradient to descend along, with the loss, logits and statistics at the weights themselves.
    ///
    /// # Errors
    /// As for [`loss_gradient`].
    pub fn loss_gradient(
        &self,
        model: &dyn Model,
        weights: &[Tensor],
        x: &Tensor,
        targets: &Targets,
    ) -> Result<LossGradient> {
        let here = loss_gradient(model, weights, x, targets)?;
        let moved = self.moved(weights, &here.gradient)?;
        let there = loss_gradient(model, &moved, x, targets)?.gradient;
        let gradient = match self.alpha == 0.0 {
            true => there,
            false => self.narrowed(&here.gradient, there)?,
        };
        Ok(LossGradient { gradient, ..here })
    }

    /// The weights at the highest loss nearby, to first order.
    fn moved(&self, weights: &[Tensor], gradient: &[Tensor]) -> Result<Vec<Tensor>> {
        let mut squares = 0.0;
        for (weight, gradient) in weights.iter().zip(gradient) {
            let scaled = match self.adaptive {
                true => gradient.mul(weight)?,
                false => gradient.clone(),
            };
            squares += inner(&scaled, &scaled)?;
        }
        let scale = self.rho / (squares.sqrt() + EPS);
        let moved = weights.iter().zip(gradient).map(|(weight, gradient)| {
            let direction = match self.adaptive {
                true => gradient.mul(&weight.square()?)?,
                false => gradient.clone(),
            };
            Ok(weight.add(&direction.mul_scalar(scale)?)?)
        });
        moved.collect()
    }

    /// `there` without `alpha` times the part of `here` that is orthogonal to it.
    fn narrowed(&self, here: &[Tensor], there: Vec<Tensor>) -> Result<Vec<Tensor>> {
        let (mut product, mut square) = (0.0, 0.0);
        for (here, there) in here.iter().zip(&there) {
            product += inner(here, there)?;
            square += inner(there, there)?;
        }
        let along = product / (square + EPS);
        let narrowed = here.iter().zip(there).map(|(here, there)| {
            let orthogonal = here.sub(&there.mul_scalar(along)?)?;
            Ok(there.sub(&orthogonal.mul_scalar(self.alpha)?)?)
        });
        narrowed.collect()
    }
}

fn inner(left: &Tensor, right: &Tensor) -> Result<f64> {
    let (left, right) = (left.to_vec()?, right.to_vec()?);
    let products = left.iter().zip(&right);
    Ok(products.map(|(&l, &r)| f64::from(l) * f64::from(r)).sum())
}
