//! Fresh networks trained on a small set alone and tested once, after the last epoch, on the whole test set: the common
//! evaluation protocol of DC, DSA, DM and their successors.
//!
//! Every evaluation goes through [`evaluate`]: sources (a distilled set, coresets, the whole training set) × a
//! [`Recipe`] × [`Metric`]s → [`Rows`] of a report.

mod artefact;
mod report;
mod score;
mod source;
mod test;
mod train;

#[cfg(test)]
mod tests;

use liebig_data::{Dataset, Split};
use liebig_grad::Device;
use rayon::prelude::*;

pub use artefact::{ArtefactEvaluation, EvaluationReport, ModelRows};
pub use report::{Row, Rows};
pub use score::{Outcome, Score};
pub use source::Source;

use crate::protocol::Recipe;
use crate::run::Interrupt;
use crate::session::{Event, Observer};
use crate::set::SmallSet;
use crate::{Error, facts};

/// A metric of a trained network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// The fraction of the test set that is classified correctly.
    Accuracy,
    /// The same for each class.
    PerClass,
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
        repeats: usize,
        set: impl Fn(u64) -> Result<SmallSet, Error> + Sync,
    ) -> Result<Score, Error> {
        if self.test.is_empty() {
            return Err(Error::NoTestSet);
        }
        let outcomes = (0..repeats as u64)
            .into_par_iter()
            .map(|repeat| {
                let outcome = self.one(&set(repeat)?, repeat)?;
                self.observer.observe(Event::Evaluated);
                Ok(outcome)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Score::new(outcomes))
    }

    fn one(&self, set: &SmallSet, repeat: u64) -> Result<Outcome, Error> {
        if set.shape != self.test.shape() {
            return Err(Error::OtherKindOfData {
                expected: format!("samples of {}", self.test.shape()),
                found: format!("samples of {}", set.shape),
            });
        }
        set.space.check(set.shape)?;
        let model = self
            .recipe
            .model
            .build(facts::input(set.shape), set.classes)?;
        let learner = train::train(model.as_ref(), set, self, repeat)?;
        test::test(&learner, set, self)
    }
}

/// Evaluates every source with `repeats` networks each.
///
/// `context` is used to make coresets: its budget sets the number of samples, its seed selects them.
///
/// # Errors
/// As for [`Evaluation::run`], and any error of a coreset.
pub fn evaluate(
    sources: &[Source<'_>],
    evaluation: &Evaluation<'_>,
    metrics: &[Metric],
    repeats: usize,
    task: &crate::Task<'_>,
) -> Result<Rows, Error> {
    let mut rows = Rows::default();
    for source in sources {
        let made = source.make(task, repeats)?;
        let score = evaluation.run(repeats, |repeat| made.set(repeat))?;
        rows.push(source.name(), Some(Row::new(&score, &made, metrics)));
    }
    Ok(rows)
}

/// The sources of the baselines with the given names, in order.
///
/// # Errors
/// [`crate::config::Error::OutOfRange`] for a name that is neither a coreset nor `whole`.
pub fn baselines<'a>(names: &[String], dataset: &'a Dataset) -> Result<Vec<Source<'a>>, Error> {
    names
        .iter()
        .map(|name| Source::baseline(name, dataset))
        .collect()
}
