//! What networks reach after a step.

use liebig_data::Split;
use liebig_grad::Device;
use liebig_nn::Learner;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Course, Domains};
use crate::evaluate::{self, Evaluation, mean};
use crate::protocol::Recipe;
use crate::run::Interrupt;
use crate::session::{Event, Observer};
use crate::set::SmallSet;
use crate::{Error, facts};

/// The accuracies of networks after a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Accuracies {
    /// For each network its accuracy on each step's test samples so far, all classes of the sequence being possible answers.
    pub by_step: Vec<Vec<f64>>,
    /// For each network its accuracy on all of them: over all samples of a dataset, and the mean over several datasets,
    /// which count the same whatever their sizes.
    pub overall: Vec<f64>,
}

/// What fresh networks reach after a step, and what it took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// The accuracies.
    #[serde(flatten)]
    pub accuracies: Accuracies,
    /// Seconds that the step's part of the memory took to make.
    pub seconds: f64,
    /// Bytes of the memory so far.
    pub bytes: u64,
}

/// How networks are trained and tested after each step.
#[derive(Clone, Copy)]
pub struct Examination<'a> {
    /// The network and how it is trained.
    pub recipe: &'a Recipe,
    /// The data.
    pub domains: &'a Domains,
    /// The order in which they arrive.
    pub course: &'a Course,
    /// The number of networks.
    pub nets: usize,
    /// The seed of the networks.
    pub seed: u64,
    /// The device to compute on.
    pub device: &'a Device,
    /// Checked after every epoch.
    pub interrupt: &'a Interrupt,
    /// Notified after each network.
    pub observer: &'a dyn Observer,
}

impl Examination<'_> {
    /// Trains fresh networks on a set and tests them on what was seen after a step. The classes that were not seen yet have
    /// outputs as well, but nobody trains them.
    ///
    /// # Errors
    /// As for [`Evaluation::run`].
    pub fn run(&self, set: &SmallSet, step: usize) -> Result<Accuracies, Error> {
        let evaluation = Evaluation {
            recipe: self.recipe,
            test: &self.domains.first().test,
            seed: self.seed,
            networks: None,
            teacher: None,
            pruning: None,
            rates: &[],
            store: None,
            device: self.device,
            interrupt: self.interrupt,
            observer: self.observer,
        };
        let model = self
            .recipe
            .model
            .build(facts::input(set.shape), set.classes)?;
        let tests = self.tests(step);
        let networks = (0..self.nets as u64)
            .into_par_iter()
            .map(|net| {
                let learner = evaluation.trained(model.as_ref(), set, net)?;
                let accuracies = self.test(&learner, &tests)?;
                self.observer.observe(Event::Evaluated);
                Ok(accuracies)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Accuracies::of(networks))
    }

    /// The test samples of each step so far.
    pub(super) fn tests(&self, step: usize) -> Vec<Split> {
        let seen = self.course.steps()[..=step].iter();
        seen.map(|step| self.domains.test(step)).collect()
    }

    /// The accuracy of a network on the test samples of each step so far, and on all of them.
    pub(super) fn test(
        &self,
        learner: &Learner<'_>,
        tests: &[Split],
    ) -> Result<(Vec<f64>, f64), Error> {
        let mut by_step = Vec::new();
        // Right answers and samples of each dataset.
        let mut counts = vec![(0, 0); self.domains.datasets().len()];
        for (step, test) in self.course.steps().iter().zip(tests) {
            let dataset = self.domains.first();
            let outcome = evaluate::outcome(learner, dataset, test, self.device, self.interrupt)?;
            let right: usize = (0..outcome.confusion.len())
                .map(|class| outcome.confusion[class][class])
                .sum();
            by_step.push(right as f64 / test.len().max(1) as f64);
            counts[step.domain].0 += right;
            counts[step.domain].1 += test.len();
        }
        let seen = counts.into_iter().filter(|(_, all)| *all > 0);
        let accuracies: Vec<f64> = seen.map(|(right, all)| right as f64 / all as f64).collect();
        Ok((by_step, mean(&accuracies)))
    }
}

impl Accuracies {
    /// From those of each network.
    pub(super) fn of(networks: impl IntoIterator<Item = (Vec<f64>, f64)>) -> Self {
        let (by_step, overall) = networks.into_iter().unzip();
        Self { by_step, overall }
    }
}
