//! The common evaluation protocol of DC, DSA, DM and their successors: fresh networks trained on a small set alone,
//! tested once, after the last epoch, on the whole test set.

mod augment;
mod score;
mod test;
mod train;

#[cfg(test)]
mod tests;

use liebig_data::Split;
use liebig_grad::Device;
use liebig_nn::Frozen;
use rayon::prelude::*;

pub use score::Score;

use crate::artefact::{LrDrop, ModelSpec, Normalization, Optimizer, Recipe};
use crate::config::EvaluationConfig;
use crate::run::Interrupt;
use crate::set::SmallSet;
use crate::{Error, network};

/// What is the same for all networks of an evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Evaluation<'a> {
    /// How a network is trained.
    pub recipe: &'a Recipe,
    /// The test set.
    pub test: &'a Split,
    /// What its values are normalised with.
    pub normalization: &'a Normalization,
    /// The seed; each repeat has streams of its own.
    pub seed: u64,
    /// Where it is computed.
    pub device: &'a Device,
    /// Looked at after every epoch.
    pub interrupt: &'a Interrupt,
}

impl Evaluation<'_> {
    /// Trains and tests `repeats` fresh networks in parallel; the result does not depend on the threads.
    ///
    /// `set` gives the training set of each repeat; `done` is called after each network.
    ///
    /// # Errors
    /// What `set` fails with, [`Error::Network`], [`Error::Grad`], [`Error::Interrupted`].
    pub fn run(
        &self,
        repeats: usize,
        set: impl Fn(u64) -> Result<SmallSet, Error> + Sync,
        done: impl Fn() + Sync,
    ) -> Result<Score, Error> {
        let accuracies = (0..repeats as u64)
            .into_par_iter()
            .map(|repeat| {
                let accuracy = self.one(&set(repeat)?, repeat)?;
                done();
                Ok(accuracy)
            })
            .collect::<Result<_, Error>>()?;
        Ok(Score { accuracies })
    }

    fn one(&self, set: &SmallSet, repeat: u64) -> Result<f64, Error> {
        let model = network::build(&self.recipe.model, set.shape, set.classes)?;
        let trained = train::train(model.as_ref(), set, self, repeat)?;
        let model = Frozen::new(model.as_ref(), &trained.statistics)?;
        test::accuracy(&model, &trained.weights, set.shape, self)
    }
}

impl Recipe {
    /// The published protocol: E + 1 passes, the learning rate times 0.1 after the pass with index E / 2 + 1.
    #[must_use]
    pub fn new(model: &ModelSpec, evaluation: &EvaluationConfig) -> Self {
        Self {
            model: model.clone(),
            optimizer: Optimizer::Sgd,
            lr: evaluation.lr,
            momentum: evaluation.momentum,
            weight_decay: evaluation.weight_decay,
            batch_size: evaluation.batch_size,
            epochs: evaluation.epochs + 1,
            lr_drops: vec![LrDrop {
                after_epochs: evaluation.epochs / 2 + 2,
                factor: 0.1,
            }],
            augmentation: evaluation.augmentation,
        }
    }
}
