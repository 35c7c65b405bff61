//! The training that a set was distilled for, if it is a fixed number of steps and not the common protocol.

use liebig_data::stream;
use liebig_grad::{Device, InnerRule, Tensor};
use liebig_nn::{Model, initialize};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::augment::Augmentation;
use crate::networks::Pool;
use crate::protocol::{Loss, OptimizerChoice};

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
    /// What the steps minimise. Not written if it is cross-entropy.
    #[serde(default, skip_serializing_if = "Loss::is_default")]
    pub loss: Loss,
    /// How the learning rate changes over the steps. Not written if it does not.
    #[serde(default, skip_serializing_if = "RateSchedule::is_constant")]
    pub schedule: RateSchedule,
}

/// A factor of the learning rate over the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum RateSchedule {
    /// Always 1.
    #[default]
    Constant,
    /// In equal steps up to 1, then by half a cosine down (Zhou et al., "Dataset Distillation using Neural Feature
    /// Regression", 2022).
    WarmupCosine {
        /// The number of steps that it rises for.
        warmup: usize,
        /// The factor that it falls to.
        last: f64,
    },
}

impl RateSchedule {
    /// The factor at a step of `steps`, counted from 0.
    #[must_use]
    pub fn factor(&self, step: usize, steps: usize) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::WarmupCosine { warmup, .. } if step < warmup => (step + 1) as f64 / warmup as f64,
            Self::WarmupCosine { warmup, last } => {
                let falling = steps.saturating_sub(warmup).max(1);
                let phase = std::f64::consts::PI * (step - warmup) as f64 / falling as f64;
                last + (1.0 - last) * 0.5 * (1.0 + phase.cos())
            }
        }
    }

    fn is_constant(&self) -> bool {
        *self == Self::Constant
    }
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
    /// [`lr`](Self::lr) if there are none; times the schedule's factor.
    #[must_use]
    pub fn rates(&self, learnt: &[f32]) -> Vec<f64> {
        let rate = |step: usize| {
            let lr = match learnt.len() {
                0 => self.lr,
                count => f64::from(learnt[step % count]),
            };
            lr * self.schedule.factor(step, self.steps)
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

#[cfg(test)]
mod tests {
    use super::RateSchedule;

    #[test]
    fn the_rate_rises_and_falls() {
        let schedule = RateSchedule::WarmupCosine {
            warmup: 4,
            last: 0.01,
        };
        let factors = [0, 1, 3, 4, 7, 10].map(|step| schedule.factor(step, 10));
        let expected = [0.25, 0.5, 1.0, 1.0, 0.505, 0.01];
        for (factor, expected) in factors.into_iter().zip(expected) {
            assert!((factor - expected).abs() < 1e-12, "{factor} {expected}");
        }
        // A training that is shorter than the warm-up only rises.
        assert_eq!(schedule.factor(1, 2), 0.5);
        assert_eq!(RateSchedule::Constant.factor(7, 10), 1.0);
    }
}
