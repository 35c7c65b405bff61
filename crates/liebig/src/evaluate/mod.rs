//! Fresh networks trained on a small set alone and tested once, after the last epoch, on the whole test set: the common
//! evaluation protocol of DC, DSA, DM and their successors.
//!
//! Every evaluation goes through [`evaluate`]: sources (a distilled set, coresets, the whole training set) × a
//! [`Recipe`] × [`Metric`]s → [`Rows`] of a report.

mod artefact;
mod baselines;
mod calibration;
mod data;
mod gather;
mod judged;
mod making;
mod nearest;
mod patients;
mod pools;
mod protocols;
mod pruning;
pub mod ranking;
mod relabel;
mod report;
mod score;
mod source;
mod store;
mod teacher;
mod test;
mod train;
mod training;
mod tune;

#[cfg(test)]
mod tests;

use liebig_data::Split;
use liebig_grad::Device;
use liebig_nn::{Learner, Model};
use rayon::prelude::*;

pub use artefact::{ArtefactEvaluation, EvaluationReport, ModelRows, OWN};
pub use baselines::{baselines, usual};
pub(crate) use baselines::{expanded, is_baseline};
pub use data::{dataset_of, in_space, load_in};
pub use gather::{Gathered, gather};
pub use judged::Judge;
pub use making::Making;
pub use patients::{Estimate, Judged, Patients};
pub use pools::{POOLS, Pool as ModelPool, pool};
pub use protocols::{PROTOCOLS, Plan, plans};
pub use pruning::Pruning;
pub use relabel::Relabel;
pub use report::{Attack, Row, Rows};
pub use score::{Outcome, Score};
pub(crate) use score::{deviation, mean};
pub use source::{DISTILLED, Source};
pub use store::Store;
pub use teacher::Teacher;
pub(crate) use test::{accuracy, outcome};
pub use training::Training;

use crate::networks::Pool;
use crate::protocol::Recipe;
use crate::run::Interrupt;
use crate::session::{Event, Observer};
use crate::set::SmallSet;
use crate::{Error, class_names, facts};
use patients::Cohorts;

/// A metric of a trained network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// The fraction of the test set that is classified correctly.
    Accuracy,
    /// The same for each class.
    PerClass,
    /// How many samples of each class are taken for each class.
    Confusion,
    /// The accuracy of all networks together.
    Ensemble,
    /// How often test samples of one class are taken for another.
    Attack {
        /// The class that the samples have.
        from: u32,
        /// The class that they are to be taken for.
        to: u32,
    },
    /// Sensitivity and specificity with which patients are judged by all their samples ([`Patients`]).
    Patients {
        /// The positive class.
        positive: u32,
    },
}

impl Metric {
    /// The metric of patients for the positive class of this name or label; the last class if none is named.
    ///
    /// # Errors
    /// [`crate::config::Error::OutOfRange`] for an unknown class.
    pub fn patients(positive: Option<&str>, names: &[String]) -> Result<Self, Error> {
        let last = || u32::try_from(names.len().checked_sub(1)?).ok();
        positive
            .map_or_else(last, |name| class_names::find(names, name))
            .map(|positive| Self::Patients { positive })
            .ok_or_else(|| {
                let error = crate::config::Error::OutOfRange {
                    key: "positive".into(),
                    value: positive.unwrap_or_default().into(),
                    rule: format!("expected one of the classes {}", class_names::words(names)),
                };
                error.into()
            })
    }
}

/// Everything that all networks of an evaluation share.
#[derive(Clone, Copy)]
pub struct Evaluation<'a> {
    /// The network and how it is trained.
    pub recipe: &'a Recipe,
    /// The test set.
    pub test: &'a Split,
    /// The seed; each repeat has its own random streams.
    pub seed: u64,
    /// Networks that were trained before, for sets that were made for such.
    pub networks: Option<&'a Pool>,
    /// Gives labels to every set but the whole dataset; networks then learn from it at its temperature.
    pub teacher: Option<&'a Teacher<'a>>,
    /// Trained networks that are pruned and trained on, in the place of fresh ones.
    pub pruning: Option<&'a Pruning<'a>>,
    /// Learning rates of the common protocol, of which the best is chosen for every set without a learnt one, by its networks'
    /// accuracy on training samples; empty if the protocol's is taken.
    pub rates: &'a [f64],
    /// Where the results of single networks are kept, so that they need not be computed again.
    pub store: Option<&'a Store>,
    /// The device to compute on.
    pub device: &'a Device,
    /// Checked after every epoch.
    pub interrupt: &'a Interrupt,
    /// Notified after each network.
    pub observer: &'a dyn Observer,
}

impl Evaluation<'_> {
    /// Trains and tests `repeats` fresh networks in parallel; the result does not depend on the number of threads. `set`
    /// returns the training set of each repeat.
    ///
    /// # Errors
    /// What `set` fails with, [`Error::Network`], [`Error::Grad`], [`Error::Augment`], [`Error::Interrupted`],
    /// [`Error::NoTestSet`], [`Error::OtherKindOfData`] and [`Error::Data`] for a set that the test set does not go with.
    pub fn run(
        &self,
        training: Training,
        repeats: usize,
        set: impl Fn(u64) -> Result<SmallSet, Error> + Sync,
    ) -> Result<Score, Error> {
        self.asking(Asked::default(), training, repeats, set)
    }

    /// The same, with what else is asked of each network.
    fn asking(
        &self,
        asked: Asked<'_>,
        training: Training,
        repeats: usize,
        set: impl Fn(u64) -> Result<SmallSet, Error> + Sync,
    ) -> Result<Score, Error> {
        if self.test.is_empty() {
            return Err(Error::NoTestSet);
        }
        let outcomes = (0..repeats as u64)
            .into_par_iter()
            .map(|repeat| {
                let outcome = self.kept(asked, training, &set(repeat)?, repeat)?;
                self.observer.observe(Event::Evaluated);
                Ok(outcome)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Score::new(outcomes))
    }

    /// A fresh network, trained on a set by the common protocol.
    pub(crate) fn trained<'m>(
        &self,
        model: &'m dyn Model,
        set: &SmallSet,
        repeat: u64,
    ) -> Result<Learner<'m>, Error> {
        train::train(model, set, self, repeat)
    }

    /// The outcome of a network, from the store if it is there.
    fn kept(
        &self,
        asked: Asked<'_>,
        training: Training,
        set: &SmallSet,
        repeat: u64,
    ) -> Result<Outcome, Error> {
        let Some(store) = self.store else {
            return self.one(asked, training, set, repeat);
        };
        let file = store.file(self, (asked, training, repeat), set);
        if let Some(outcome) = Store::read(&file) {
            return Ok(outcome);
        }
        let outcome = self.one(asked, training, set, repeat)?;
        Store::write(&file, &outcome)?;
        Ok(outcome)
    }

    /// Trains a network on a set and returns the probabilities that it gives to the classes of the samples of each split,
    /// `[n, classes]`.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn probabilities(
        &self,
        set: &SmallSet,
        repeat: u64,
        splits: &[&Split],
    ) -> Result<Vec<Vec<f32>>, Error> {
        let model = self.model(set)?;
        let learner = train::train(model.as_ref(), set, self, repeat)?;
        let of = |split: &&Split| test::probabilities(&learner, set, split, self);
        splits.iter().map(of).collect()
    }

    /// The network for a set, which must go with the test set.
    fn model(&self, set: &SmallSet) -> Result<Box<dyn Model>, Error> {
        if set.shape != self.test.shape() {
            return Err(Error::OtherKindOfData {
                expected: format!("samples of {}", self.test.shape()),
                found: format!("samples of {}", set.shape),
            });
        }
        set.space.check(set.shape)?;
        let input = facts::input(set.shape);
        Ok(self.recipe.model.build(input, set.classes)?)
    }

    fn one(
        &self,
        asked: Asked<'_>,
        training: Training,
        set: &SmallSet,
        repeat: u64,
    ) -> Result<Outcome, Error> {
        let model = self.model(set)?;
        let learner = match training {
            Training::Common => train::train(model.as_ref(), set, self, repeat)?,
            Training::Own | Training::Tuned => train::unroll(model.as_ref(), set, self, repeat)?,
            Training::Before => train::start(model.as_ref(), self, repeat)?,
            Training::Dense | Training::Pruned => {
                train::pruned(model.as_ref(), self, training, repeat)?
            }
            Training::Nearest => {
                return test::test(set, self, asked, |values| {
                    Ok(test::Answers {
                        classes: nearest::classes(set, &values),
                        ..test::Answers::default()
                    })
                });
            }
        };
        test::test(set, self, asked, |values| {
            test::predicted(&learner, (set.shape, set.classes), self.device, values)
        })
    }
}

/// What is asked of each network besides its accuracy.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    patients: Option<&'a Cohorts<'a>>,
    probabilities: bool,
}

impl Asked<'_> {
    /// Identifies it.
    fn text(self) -> String {
        let positive = self.patients.map(Cohorts::positive);
        format!("{positive:?} {}", self.probabilities)
    }
}

/// Evaluates every source with `repeats` networks each.
///
/// `context` is used to make coresets: its budget sets the number of samples, its seed selects them.
///
/// # Errors
/// As for [`Evaluation::run`], and any error of a coreset; [`Error::OneSided`] for [`Metric::Patients`] on patients of one kind.
pub fn evaluate(
    sources: &[Source<'_>],
    evaluation: &Evaluation<'_>,
    metrics: &[Metric],
    repeats: usize,
    task: &crate::Task<'_>,
) -> Result<Rows, Error> {
    let positive = metrics.iter().find_map(|metric| match *metric {
        Metric::Patients { positive } => Some(positive),
        _ => None,
    });
    let patients = positive
        .map(|positive| Cohorts::new(task.train, evaluation.test, positive))
        .transpose()?;
    let asked = Asked {
        patients: patients.as_ref(),
        probabilities: metrics.contains(&Metric::Ensemble),
    };
    let distilled = sources.iter().find_map(Source::existing);
    let mut rows = Rows::default();
    for source in sources {
        let mut made = source.make(task, repeats, distilled)?;
        // The whole dataset is what the others are compared with: it keeps its labels and the protocol's learning rate.
        let teacher = evaluation.teacher.filter(|_| !source.is_whole());
        if let Some(teacher) = teacher {
            for set in &mut made.sets {
                *set = teacher.label(set)?;
            }
        }
        if source.training() == Training::Tuned {
            made.sets = tune::tuned(&made.sets, evaluation, task)?;
        }
        let mut recipe = evaluation.recipe.clone();
        let lr = match source.training() {
            Training::Common if !source.is_whole() => tune::rate(&made.sets, evaluation, task)?,
            _ => None,
        };
        recipe.protocol.lr = lr.unwrap_or(recipe.protocol.lr);
        let by_rate = Evaluation {
            recipe: &recipe,
            teacher,
            ..*evaluation
        };
        let set = |repeat| made.set(repeat);
        let score = by_rate.asking(asked, source.training(), repeats, set)?;
        let row = Row {
            lr,
            ensemble: score.ensemble(evaluation.test.labels()),
            patients: patients
                .as_ref()
                .and_then(|patients| patients.report(&score, evaluation.seed)),
            ..Row::new(&score, &made, metrics)
        };
        rows.push(&source.name(), Some(row));
    }
    Ok(rows)
}
