//! A network at work.

use liebig_grad::{Device, Targets, Tensor};
use rand_chacha::ChaCha8Rng;

use crate::check::check_fit;
use crate::{
    Criterion, Frozen, LossGradient, Model, Optimizer, Result, Sharpness, SyntheticFeatures,
    SyntheticGradient, clipped_gradients, features, initial_statistics, initialize, loss_gradient,
    loss_gradient_of, predict, update_statistics,
};

/// A network with its weights, the running statistics of its batch normalisations, and the optimiser
/// that trains it.
///
/// Samples `x` are `[n, channels, height, width]` throughout, with one target for each. Without batch
/// normalisation there is no difference between running and the batch's own statistics.
///
/// ```
/// use liebig_grad::{Targets, Tensor, cpu};
/// use liebig_nn::{Input, Learner, ModelChoice, Sgd};
/// use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
///
/// # fn main() -> Result<(), liebig_nn::Error> {
/// let input = Input { channels: 1, height: 8, width: 8 };
/// let model = ModelChoice::default_for("mlp", input)?.build(input, 2)?;
/// let mut rng = ChaCha8Rng::seed_from_u64(0);
/// let sgd = Sgd::new(0.1).with_momentum(0.9);
/// let mut learner = Learner::fresh(&*model, sgd, &mut rng, &cpu())?;
///
/// let pixels = (0..2 * 64).map(|i| (i as f32).sin()).collect();
/// let images = Tensor::from_vec(pixels, &[2, 1, 8, 8], &cpu())?;
/// let labels = Targets::Hard(vec![0, 1]);
/// let first = learner.learn(&images, &labels)?;
/// let second = learner.learn(&images, &labels)?;
/// assert!(second.loss < first.loss);
/// assert_eq!(learner.predict(&images)?.shape(), [2, 2]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Learner<'a> {
    model: &'a dyn Model,
    weights: Vec<Tensor>,
    statistics: Vec<Tensor>,
    optimizer: Optimizer,
}

impl<'a> Learner<'a> {
    /// A network with fresh weights, drawn as [`initialize`] says, and initial statistics.
    ///
    /// # Errors
    /// If the device fails.
    pub fn fresh(
        model: &'a dyn Model,
        optimizer: impl Into<Optimizer>,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Result<Self> {
        Ok(Self {
            model,
            weights: initialize(model, rng, device)?,
            statistics: initial_statistics(model, device)?,
            optimizer: optimizer.into(),
        })
    }

    /// A network with given weights, in the order of [`Model::parameters`], and running statistics, in
    /// that of [`Model::statistics`]; both are detached.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) or [`Error::Shape`](crate::Error::Shape) if they are not
    /// this model's.
    pub fn with_weights(
        model: &'a dyn Model,
        weights: Vec<Tensor>,
        statistics: Vec<Tensor>,
        optimizer: impl Into<Optimizer>,
    ) -> Result<Self> {
        check_fit("weights", model.parameters(), &weights)?;
        check_fit("running statistics", model.statistics(), &statistics)?;
        let constants = |list: Vec<Tensor>| list.iter().map(Tensor::detach).collect();
        Ok(Self {
            model,
            weights: constants(weights),
            statistics: constants(statistics),
            optimizer: optimizer.into(),
        })
    }

    /// One step of the optimiser on the mean cross-entropy of a batch, in training mode, which also
    /// updates the running statistics. Returns loss, gradient and logits from before the step.
    ///
    /// # Errors
    /// As for [`loss_gradient`] and [`Optimizer::step`].
    pub fn learn(&mut self, x: &Tensor, targets: &Targets) -> Result<LossGradient> {
        self.learn_by(Criterion::CrossEntropy, x, targets)
    }

    /// [`learn`](Self::learn) with any criterion.
    ///
    /// # Errors
    /// As for [`learn`](Self::learn).
    pub fn learn_by(
        &mut self,
        criterion: Criterion,
        x: &Tensor,
        targets: &Targets,
    ) -> Result<LossGradient> {
        let step = loss_gradient_of(criterion, self.model, &self.weights, x, targets)?;
        update_statistics(&mut self.statistics, &step.statistics)?;
        self.optimizer.step(&mut self.weights, &step.gradient)?;
        Ok(step)
    }

    /// [`learn`](Self::learn) along a gradient that leads to flat minima.
    ///
    /// # Errors
    /// As for [`learn`](Self::learn).
    pub fn learn_flat(
        &mut self,
        sharpness: &Sharpness,
        x: &Tensor,
        targets: &Targets,
    ) -> Result<LossGradient> {
        let step = sharpness.loss_gradient(self.model, &self.weights, x, targets)?;
        update_statistics(&mut self.statistics, &step.statistics)?;
        self.optimizer.step(&mut self.weights, &step.gradient)?;
        Ok(step)
    }

    /// Multiplies the weights by factors of their shapes, such as the zeros and ones of a pruned network.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) or [`Error::Shape`](crate::Error::Shape) if they do not fit.
    pub fn scale_weights(&mut self, factors: &[Tensor]) -> Result<()> {
        check_fit("factors", self.model.parameters(), factors)?;
        for (weight, factor) in self.weights.iter_mut().zip(factors) {
            *weight = weight.mul(factor)?;
        }
        Ok(())
    }

    /// Updates the running statistics with a batch, in training mode; the weights stay.
    ///
    /// # Errors
    /// As for [`loss_gradient`].
    pub fn observe(&mut self, x: &Tensor, targets: &Targets) -> Result<()> {
        let seen = loss_gradient(self.model, &self.weights, x, targets)?;
        update_statistics(&mut self.statistics, &seen.statistics)
    }

    /// The gradient of the mean cross-entropy with respect to the weights, with the running
    /// statistics; in the weights' order, constants.
    ///
    /// # Errors
    /// As for [`loss_gradient`].
    pub fn gradient(&self, x: &Tensor, targets: &Targets) -> Result<Vec<Tensor>> {
        Ok(loss_gradient(&self.frozen()?, &self.weights, x, targets)?.gradient)
    }

    /// The sum of the gradients of single samples, each scaled to `max_norm` if it is longer; see [`clipped_gradients`].
    ///
    /// # Errors
    /// As for [`clipped_gradients`].
    pub fn clipped_gradients(
        &self,
        x: &Tensor,
        targets: &Targets,
        max_norm: f64,
    ) -> Result<Vec<Tensor>> {
        clipped_gradients(&self.frozen()?, &self.weights, x, targets, max_norm)
    }

    /// [`gradient`](Self::gradient) with the graph that leads back to the samples.
    ///
    /// # Errors
    /// As for [`loss_gradient`].
    pub fn synthetic_gradient(&self, x: &Tensor, targets: &Targets) -> Result<SyntheticGradient> {
        SyntheticGradient::new(&self.frozen()?, &self.weights, x, targets)
    }

    /// The features `[n, d]` before the classifier, in training mode; constants.
    ///
    /// # Errors
    /// As for [`features`].
    pub fn features(&self, x: &Tensor) -> Result<Tensor> {
        features(self.model, &self.weights, x)
    }

    /// [`features`](Self::features) with the graph that leads back to the samples.
    ///
    /// # Errors
    /// As for [`features`].
    pub fn synthetic_features(&self, x: &Tensor) -> Result<SyntheticFeatures> {
        SyntheticFeatures::new(self.model, &self.weights, x)
    }

    /// The logits `[n, classes]` in evaluation mode: with the running statistics.
    ///
    /// # Errors
    /// As for [`predict`].
    pub fn predict(&self, x: &Tensor) -> Result<Tensor> {
        predict(&self.frozen()?, &self.weights, x)
    }

    /// The network.
    pub fn model(&self) -> &'a dyn Model {
        self.model
    }

    /// The weights, in the order of [`Model::parameters`]; constants.
    pub fn weights(&self) -> &[Tensor] {
        &self.weights
    }

    /// The running statistics, in the order of [`Model::statistics`]; empty without batch
    /// normalisation.
    pub fn statistics(&self) -> &[Tensor] {
        &self.statistics
    }

    /// The optimiser.
    pub fn optimizer(&self) -> &Optimizer {
        &self.optimizer
    }

    /// The optimiser, to change its learning rate or restore its state.
    pub fn optimizer_mut(&mut self) -> &mut Optimizer {
        &mut self.optimizer
    }

    /// The network in evaluation mode: with its running statistics.
    ///
    /// # Errors
    /// None for a learner's own statistics.
    pub fn frozen(&self) -> Result<Frozen<'a>> {
        Frozen::new(self.model, &self.statistics)
    }
}
