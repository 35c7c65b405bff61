//! Networks that are made of layers.

use liebig_grad::Tensor;

use crate::check::check_fit;
use crate::layers::Plan;
use crate::{BatchNorm, Model, Parameter, Result};

/// What a network computes with its layers. Weights have been checked to be the network's.
pub(crate) trait Layers: Send + Sync {
    /// The features `[n, d]` before the classifier, for samples `x [n, channels, height, width]`.
    fn features(&self, weights: &[Tensor], x: &Tensor, norm: &mut BatchNorm) -> Result<Tensor>;

    /// The logits `[n, classes]` for features `[n, d]`.
    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor>;
}

/// Layers, and the plan that they were built by.
pub(crate) struct Network<L> {
    name: &'static str,
    plan: Plan,
    layers: L,
}

impl<L> Network<L> {
    pub fn new(name: &'static str, plan: Plan, layers: L) -> Self {
        Self { name, plan, layers }
    }
}

impl<L: Layers> Model for Network<L> {
    fn name(&self) -> &str {
        self.name
    }

    fn parameters(&self) -> &[Parameter] {
        &self.plan.parameters
    }

    fn statistics(&self) -> &[Parameter] {
        &self.plan.statistics
    }

    fn activations(&self) -> usize {
        self.plan.activations
    }

    fn features_with(&self, weights: &[Tensor], x: &Tensor, mut norm: BatchNorm) -> Result<Tensor> {
        check_fit("weights", &self.plan.parameters, weights)?;
        self.layers.features(weights, x, &mut norm)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        check_fit("weights", &self.plan.parameters, weights)?;
        self.layers.classify(weights, features)
    }
}
