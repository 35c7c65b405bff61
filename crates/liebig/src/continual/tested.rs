//! What networks reach after a step.

use liebig_data::Dataset;
use liebig_grad::Device;
use serde::{Deserialize, Serialize};

use super::Course;
use crate::Error;
use crate::evaluate::{Evaluation, Outcome, Training};
use crate::protocol::Recipe;
use crate::run::Interrupt;
use crate::session::Observer;
use crate::set::SmallSet;

/// The accuracies of fresh networks after a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// For each network its accuracy on the classes of each step so far, all classes seen being possible answers.
    pub by_step: Vec<Vec<f64>>,
    /// For each network its accuracy on all of them.
    pub overall: Vec<f64>,
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
    /// The whole dataset.
    pub dataset: &'a Dataset,
    /// The order of its classes.
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
    /// Trains fresh networks on a set and tests them on the classes that were seen after a step. The classes that were not seen
    /// yet have outputs as well, but nobody trains them.
    ///
    /// # Errors
    /// As for [`Evaluation::run`].
    pub fn run(&self, set: &SmallSet, step: usize) -> Result<(Vec<Vec<f64>>, Vec<f64>), Error> {
        let test = self.course.test(self.dataset, step);
        let evaluation = Evaluation {
            recipe: self.recipe,
            test: &test,
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
        let score = evaluation.run(Training::Common, self.nets, |_| Ok(set.clone()))?;
        let by_step = score
            .outcomes()
            .iter()
            .map(|outcome| self.by_step(outcome, step));
        Ok((by_step.collect(), score.accuracies()))
    }

    /// The accuracy on the classes of each step so far.
    pub(super) fn by_step(&self, outcome: &Outcome, step: usize) -> Vec<f64> {
        let steps = self.course.steps()[..=step].iter();
        let accuracy = |classes: &Vec<u32>| {
            let rows = || {
                classes
                    .iter()
                    .map(|&class| (class as usize, &outcome.confusion[class as usize]))
            };
            let all: usize = rows().map(|(_, row)| row.iter().sum::<usize>()).sum();
            let right: usize = rows().map(|(class, row)| row[class]).sum();
            right as f64 / all.max(1) as f64
        };
        steps.map(accuracy).collect()
    }
}
