//! How a fresh network is trained on a small set before it is tested.

use std::borrow::Cow;

use liebig_nn::{Adam, Criterion, ModelChoice, Optimizer, Sgd};
use serde::{Deserialize, Serialize};

use crate::Labels;
use crate::augment::Augmentation;
use crate::config::EvaluationConfig;
use crate::set::SmallSet;
use crate::unroll::Unroll;

/// A network and how it is trained: everything that an evaluation needs besides the set and the test data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The network.
    pub model: ModelChoice,
    /// How it is trained.
    pub protocol: Protocol,
    /// The training that the set was distilled for, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unroll: Option<Unroll>,
}

impl Recipe {
    /// The labels with which a set is trained on by [`protocol`](Self::protocol). A negative weight would leave cross-entropy
    /// without a minimum, which the few steps of a training of one's own do not mind, but this protocol does: then these are the
    /// classes, for labels that were made for squared error, otherwise negative weights are 0.
    #[must_use]
    pub fn common_labels<'a>(&self, set: &'a SmallSet) -> Cow<'a, Labels> {
        let own = self.unroll.as_ref().map(|unroll| unroll.loss);
        match (self.protocol.loss, set.labels.any_negative(), own) {
            (Loss::SquaredError, _, _) | (_, false, _) => Cow::Borrowed(&set.labels),
            (_, true, Some(Loss::SquaredError)) => {
                Cow::Owned(Labels::Hard(set.labels.classes(set.classes)))
            }
            (_, true, _) => Cow::Owned(set.labels.without_negatives()),
        }
    }

    /// The initial learning rate with which a set is trained on by [`protocol`](Self::protocol): a single learnt step size
    /// replaces the protocol's, unless it belongs to the steps of another training.
    #[must_use]
    pub fn common_lr(&self, set: &SmallSet) -> f64 {
        match (&set.step_sizes[..], &self.unroll) {
            ([lr], None) => f64::from(*lr),
            _ => self.protocol.lr,
        }
    }
}

/// How a fresh network is trained on a small set; it is tested once, after the last epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// What is minimised.
    pub loss: Loss,
    /// The optimiser.
    pub optimizer: OptimizerChoice,
    /// The initial learning rate; replaced by step sizes that were learnt with the set, if there are any.
    pub lr: f64,
    /// Drops of the learning rate, in ascending order.
    pub lr_drops: Vec<LrDrop>,
    /// Samples per step; the last batch of an epoch may be smaller.
    pub batch_size: usize,
    /// Passes over the set. The papers' E = 300 means 301 passes.
    pub epochs: usize,
    /// The augmentation of training batches.
    pub augmentation: Augmentation,
}

impl Protocol {
    /// The same protocol with the published number of epochs `epochs`: E + 1 passes, and the learning rate falls halfway, as
    /// in the protocol of an [`EvaluationConfig`].
    #[must_use]
    pub fn with_epochs(self, epochs: usize) -> Self {
        Self {
            lr_drops: drops(epochs),
            epochs: epochs.saturating_add(1),
            ..self
        }
    }
}

/// The published drop of the learning rate, after the pass with index E / 2 + 1.
fn drops(epochs: usize) -> Vec<LrDrop> {
    vec![LrDrop {
        after_epochs: epochs / 2 + 2,
        factor: 0.1,
    }]
}

/// What training minimises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The mean cross-entropy with the labels.
    #[default]
    CrossEntropy,
    /// The mean of half the squared distance of the logits from the labels
    /// ([`Labels::regression_targets`](crate::Labels::regression_targets)).
    SquaredError,
}

impl Loss {
    /// The network's criterion.
    #[must_use]
    pub fn criterion(self) -> Criterion {
        match self {
            Self::CrossEntropy => Criterion::CrossEntropy,
            Self::SquaredError => Criterion::SquaredError,
        }
    }

    /// Whether it is cross-entropy.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// An optimiser with its settings; the update rules are PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase", deny_unknown_fields)]
pub enum OptimizerChoice {
    /// Stochastic gradient descent.
    Sgd {
        /// Momentum, in [0, 1).
        momentum: f64,
        /// Weight decay on all parameters, 0 or more.
        weight_decay: f64,
    },
    /// Adam with PyTorch's betas, 0.9 and 0.999.
    Adam {
        /// Weight decay on all parameters, 0 or more.
        weight_decay: f64,
    },
}

impl OptimizerChoice {
    /// Creates the optimiser.
    #[must_use]
    pub fn build(&self, lr: f64) -> Optimizer {
        match *self {
            Self::Sgd {
                momentum,
                weight_decay,
            } => Sgd::new(lr)
                .with_momentum(momentum)
                .with_weight_decay(weight_decay)
                .into(),
            Self::Adam { weight_decay } => Adam::new(lr).with_weight_decay(weight_decay).into(),
        }
    }

    /// Its weight decay.
    #[must_use]
    pub fn weight_decay(&self) -> f64 {
        match *self {
            Self::Sgd { weight_decay, .. } | Self::Adam { weight_decay } => weight_decay,
        }
    }
}

/// One drop of the learning rate; it also resets the optimiser, including its momentum.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LrDrop {
    /// Number of passes before the drop.
    pub after_epochs: usize,
    /// The factor that the learning rate is multiplied by, positive.
    pub factor: f64,
}

impl From<&EvaluationConfig> for Protocol {
    /// The published protocol (DC, DSA, DM and their successors): E + 1 passes; the learning rate is multiplied by 0.1
    /// after the pass with index E / 2 + 1.
    fn from(evaluation: &EvaluationConfig) -> Self {
        Self {
            loss: Loss::CrossEntropy,
            optimizer: OptimizerChoice::Sgd {
                momentum: evaluation.momentum,
                weight_decay: evaluation.weight_decay,
            },
            lr: evaluation.lr,
            lr_drops: drops(evaluation.epochs),
            batch_size: evaluation.batch_size,
            epochs: evaluation.epochs + 1,
            augmentation: evaluation.augmentation.clone(),
        }
    }
}
