//! The training that a set was distilled for, if it is a fixed number of steps and not the common protocol.

use liebig_data::stream;
use liebig_grad::{Device, InnerRule, Tensor};
use liebig_nn::{Model, initialize};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::augment::Augmentation;
use crate::networks::Pool;
use crate::protocol::OptimizerChoice;

/// A fixed number of training steps, as methods that differentiate through training have it (Wang et al., "Dataset
/// Distillation", 2018).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unroll {
    /// The optimiser of the network.
    pub optimizer: OptimizerChoice,
    /// The learning rate, where no step sizes were learnt with the set.
    pub lr: f64,
    /// The number of steps.
    pub steps: usize,
    /// Step `t` takes the samples `i` with `i % parts == t % parts`; 1 means all samples at every step.
    pub parts: usize,
    /// The weights before the first step.
    pub start: Start,
    /// The augmentation of the samples at each step.
    pub augmentation: Augmentation,
}

/// The weights that training starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase", deny_unknown_fields)]
pub enum Start {
    /// Fresh ones each time.
    Random,
    /// Those of a pool of `nets` networks, drawn with `seed`; the set was made for these.
    Fixed {
        /// The seed.
        seed: u64,
        /// The number of networks.
        nets: u64,
    },
    /// Those of networks that were trained before, which are not in the artefact.
    Loaded,
}

impl Unroll {
    /// The samples of each step, of `count` samples; empty if every step takes all of them.
    #[must_use]
    pub fn batches(&self, count: usize) -> Vec<Vec<usize>> {
        match self.parts {
            0 | 1 => Vec::new(),
            parts => (0..parts)
                .map(|part| (part..count).step_by(parts).collect())
                .collect(),
        }
    }

    /// The rule of the optimiser.
    #[must_use]
    pub fn rule(&self) -> InnerRule {
        match self.optimizer {
            OptimizerChoice::Sgd {
                momentum,
                weight_decay,
            } => InnerRule::Sgd {
                momentum,
                weight_decay,
            },
            // With PyTorch's constants.
            OptimizerChoice::Adam { weight_decay } => InnerRule::Adam {
                betas: (0.9, 0.999),
                eps: 1e-8,
                weight_decay,
            },
        }
    }

    /// The learning rate of each step: the step sizes that were learnt with a set, repeated if there are fewer, or
    /// [`lr`](Self::lr) if there are none.
    #[must_use]
    pub fn rates(&self, learnt: &[f32]) -> Vec<f64> {
        let rate = |step: usize| match learnt.len() {
            0 => self.lr,
            count => f64::from(learnt[step % count]),
        };
        (0..self.steps).map(rate).collect()
    }
}

impl Start {
    /// The weights of a network of the pool; `None` if they are fresh each time. `loaded` are the networks that were
    /// trained before.
    ///
    /// # Errors
    /// [`Error::Network`] if the device fails, [`Error::NoNetworks`] if networks are needed but not there.
    pub fn weights(
        &self,
        net: u64,
        model: &dyn Model,
        loaded: Option<&Pool>,
        device: &Device,
    ) -> Result<Option<Vec<Tensor>>, Error> {
        match *self {
            Self::Random => Ok(None),
            Self::Loaded => {
                let pool = loaded.ok_or(Error::NoNetworks)?;
                Ok(Some(pool.weights(net).to_vec()))
            }
            Self::Fixed { seed, nets } => {
                let mut rng = stream(seed, "fixed network", net % nets.max(1));
                Ok(Some(initialize(model, &mut rng, device)?))
            }
        }
    }
}
