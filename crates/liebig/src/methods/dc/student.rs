//! The network of one iteration: it gives gradients and learns from the synthetic samples.

use liebig_grad::{Device, Targets, Tensor};
use liebig_nn::{
    Frozen, Model, Sgd, SyntheticGradient, initial_statistics, initialize, loss_gradient,
    update_statistics,
};
use rand_chacha::ChaCha8Rng;

use crate::Error;

/// A network in training. Batch normalisations use running statistics for gradients, the batch's own for learning.
pub(super) struct Student<'a> {
    model: &'a dyn Model,
    weights: Vec<Tensor>,
    statistics: Vec<Tensor>,
    sgd: Sgd,
}

impl<'a> Student<'a> {
    /// A fresh network.
    pub fn new(
        model: &'a dyn Model,
        lr: f64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Self, Error> {
        Ok(Self {
            model,
            weights: initialize(model, rng, device)?,
            statistics: initial_statistics(model, device)?,
            sgd: Sgd::new(lr),
        })
    }

    /// The gradient of the mean cross-entropy.
    pub fn gradient(&self, x: &Tensor, targets: &Targets) -> Result<Vec<Tensor>, Error> {
        let model = Frozen::new(self.model, &self.statistics)?;
        Ok(loss_gradient(&model, &self.weights, x, targets)?.gradient)
    }

    /// The same, with the graph that leads back to the samples.
    pub fn synthetic_gradient(
        &self,
        x: &Tensor,
        targets: &Targets,
    ) -> Result<SyntheticGradient, Error> {
        let model = Frozen::new(self.model, &self.statistics)?;
        Ok(SyntheticGradient::new(&model, &self.weights, x, targets)?)
    }

    /// Updates the statistics of batch normalisations with a batch.
    pub fn see(&mut self, x: &Tensor, targets: &Targets) -> Result<(), Error> {
        let seen = loss_gradient(self.model, &self.weights, x, targets)?;
        Ok(update_statistics(&mut self.statistics, &seen.statistics)?)
    }

    /// One step of gradient descent on a batch.
    pub fn learn(&mut self, x: &Tensor, targets: &Targets) -> Result<(), Error> {
        let step = loss_gradient(self.model, &self.weights, x, targets)?;
        update_statistics(&mut self.statistics, &step.statistics)?;
        Ok(self.sgd.step(&mut self.weights, &step.gradient)?)
    }
}
