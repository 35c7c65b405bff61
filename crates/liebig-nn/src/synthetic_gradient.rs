//! The gradient on the synthetic set, as a function of its images.

use liebig_grad::{StepVjp, Targets, Tensor, shard};

use crate::check::check_count;
use crate::parallel::{cat, check_batch, map_items, map_shards, reduce_items};
use crate::shard_gradient::ShardGradient;
use crate::{Model, Result};

/// The gradient of the mean cross-entropy with respect to the weights, with its graph. Gradient
/// matching compares it with that of real images and differentiates the distance with respect to the
/// synthetic ones.
///
/// The gradient is a sum over shards of the batch, so a vector-Jacobian product with it is a sum of
/// products with each shard's gradient. The shards' graphs are separate and processed in parallel.
pub struct SyntheticGradient {
    loss: f64,
    gradient: Vec<Tensor>,
    shards: Vec<ShardGradient>,
}

impl SyntheticGradient {
    /// Computes the gradient for images `x [n, channels, height, width]`.
    ///
    /// # Errors
    /// As for [`loss_gradient`](crate::loss_gradient).
    pub fn new(
        model: &dyn Model,
        weights: &[Tensor],
        x: &Tensor,
        targets: &Targets,
    ) -> Result<Self> {
        check_batch(x, targets)?;
        let shards = map_shards(model, x, |range| {
            ShardGradient::new(model, weights, x, targets, range)
        })?;
        let values = |shard: &ShardGradient| Ok(shard.values());
        let gradient = reduce_items(&shards, values, |left, right| Ok(shard::add(left, &right)?))?;
        Ok(Self {
            loss: shards.iter().map(|shard| shard.loss).sum(),
            gradient,
            shards,
        })
    }

    /// Mean cross-entropy of the batch.
    pub fn loss(&self) -> f64 {
        self.loss
    }

    /// The gradient, in the order and layout of the weights; constants.
    pub fn gradient(&self) -> &[Tensor] {
        &self.gradient
    }

    /// From the gradient of a distance with respect to [`gradient`](Self::gradient) to its gradient
    /// with respect to the images, `[n, channels, height, width]`. `None` stands for zeros and is faster
    /// than a tensor of zeros.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) or a shape error if `cotangents` do not fit the gradient.
    pub fn vjp_images(&self, cotangents: &[Option<Tensor>]) -> Result<Tensor> {
        check_count("cotangents", cotangents, self.gradient.len())?;
        let parts = map_items(&self.shards, |shard| shard.vjp_images(cotangents))?;
        cat(&parts)
    }

    /// [`vjp_images`](Self::vjp_images) also with respect to the weights and, if they are soft, to the
    /// labels `[n, classes]`, the second of the inputs.
    ///
    /// # Errors
    /// As for [`vjp_images`](Self::vjp_images).
    pub fn vjp(&self, cotangents: &[Tensor]) -> Result<StepVjp> {
        check_count("cotangents", cotangents, self.gradient.len())?;
        let vjp = |shard: &ShardGradient| shard.vjp(cotangents);
        let products = reduce_items(&self.shards, vjp, |left, right| left.join(&right))?;
        Ok(StepVjp {
            gradient: self.gradient.clone(),
            weights: products.weights,
            inputs: products.inputs,
        })
    }
}
