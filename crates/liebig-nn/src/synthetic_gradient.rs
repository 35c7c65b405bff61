//! The gradient on the synthetic set, as a function of its images.

use liebig_grad::{Targets, Tensor, grad, shard, vjp};

use crate::parallel::{check_batch, map_items, map_shards, shard_loss};
use crate::statistics::check_count;
use crate::{Model, Result};

/// Mean cross-entropy's gradient with respect to the weights, with its graph: what gradient matching
/// compares, and differentiates again with respect to the images.
///
/// The gradient is a sum over shards of the batch, so a vector-Jacobian product with it is one with
/// each shard's own. Their graphs are kept apart and worked on in parallel.
pub struct SyntheticGradient {
    loss: f64,
    gradient: Vec<Tensor>,
    shards: Vec<Shard>,
}

/// Some neighbouring images and their part of the gradient, on a graph that leads back to them.
struct Shard {
    images: Tensor,
    gradient: Vec<Tensor>,
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
        let batch = check_batch(x, targets)?;
        let shards = map_shards(model, batch, |range| {
            let weights: Vec<Tensor> = weights.iter().map(Tensor::requires_grad).collect();
            let images = x.detach().slice(0, range.start, range.end)?;
            let images = images.requires_grad();
            let logits = model.forward(&weights, &images)?;
            let loss = shard_loss(&logits, targets, range, batch)?;
            let inputs: Vec<&Tensor> = weights.iter().collect();
            let gradient = grad(&loss, &inputs, true)?;
            Ok((loss.item()?, Shard { images, gradient }))
        })?;
        let loss = shards.iter().map(|(loss, _)| loss).sum();
        let shards: Vec<Shard> = shards.into_iter().map(|(_, shard)| shard).collect();
        let values = |shard: &Shard| shard.gradient.iter().map(Tensor::detach).collect();
        let gradient = shard::sum(shards.iter().map(values).collect())?;
        Ok(Self {
            loss,
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
    /// with respect to the images, `[n, channels, height, width]`.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) or a shape error if `cotangents` do not go with the
    /// gradient.
    pub fn vjp_images(&self, cotangents: &[Tensor]) -> Result<Tensor> {
        check_count("cotangents", cotangents, self.gradient.len())?;
        let cotangents: Vec<&Tensor> = cotangents.iter().collect();
        let parts = map_items(&self.shards, |shard| {
            let outputs: Vec<&Tensor> = shard.gradient.iter().collect();
            Ok(vjp(&outputs, &cotangents, &[&shard.images], false)?)
        })?;
        Ok(Tensor::cat(&parts.iter().flatten().collect::<Vec<_>>(), 0)?)
    }
}
