//! The lowest layer: the defaults.

use liebig_nn::ModelChoice;

use super::{Config, DataConfig, Error, EvaluationConfig, General};
use crate::Facts;
use crate::augment::Augmentation;
use crate::methods::MethodChoice;
use crate::task::Fill;

impl Config {
    /// The defaults for a given method (one of this crate or another) on a dataset, with `facts.ipc` samples per class
    /// and the network `facts.model` with its default options.
    ///
    /// # Errors
    /// [`Error::Value`] if there is no such network.
    pub fn new(method: MethodChoice, facts: &Facts) -> Result<Self, Error> {
        let model = ModelChoice::default_for(&facts.model, facts.input());
        let model = model.map_err(|error| Error::Value {
            place: "model".into(),
            key: "name".into(),
            reason: error.to_string(),
        })?;
        let usual = EvaluationConfig::default();
        let mut evaluation = usual.clone();
        method.evaluation(facts, &mut evaluation);
        if evaluation.epochs == usual.epochs {
            evaluation.set_epochs();
        }
        Ok(Self {
            general: General {
                seed: 0,
                ipc: facts.ipc,
                budget: None,
                fill: Fill::Repeat,
            },
            data: DataConfig::default(),
            method,
            model,
            evaluation,
        })
    }
}

impl Default for EvaluationConfig {
    /// The common protocol without augmentation, compared with random real samples.
    fn default() -> Self {
        Self {
            repeats: 5,
            baselines: vec!["random".into()],
            epochs: 300,
            lr: 0.01,
            momentum: 0.9,
            weight_decay: 5e-4,
            batch_size: 256,
            augmentation: Augmentation::None,
        }
    }
}

impl EvaluationConfig {
    /// Sets the published number of epochs: higher with an augmentation, because networks then learn the set more slowly.
    pub(super) fn set_epochs(&mut self) {
        self.epochs = match self.augmentation {
            Augmentation::None => 300,
            _ => 1000,
        };
    }
}
