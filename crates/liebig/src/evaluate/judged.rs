//! Evaluation by something that this crate does not know, such as a network of another library.

use super::source::Source;
use super::{
    ArtefactEvaluation, DISTILLED, EvaluationReport, Metric, ModelRows, Outcome, Row, Rows, Score,
    Training, baselines, expanded,
};
use crate::config::Error as ConfigError;
use crate::session::Event;
use crate::set::SmallSet;
use crate::{Error, facts};

/// Trains something on a set, whose name in the report is given, and returns its accuracy on the test set, a fraction. The
/// number is that of the repeat, counted from 0; each should draw its own random numbers.
pub type Judge<'a> = dyn FnMut(&str, &SmallSet, u64) -> Result<f64, Error> + 'a;

impl ArtefactEvaluation<'_> {
    /// The same as [`run`](Self::run) with a judge in the place of networks by their names; `name` stands for it in the
    /// report. Networks, protocols, teacher, pruning, store, epochs and metrics do not matter to it. Repeats follow each other.
    ///
    /// # Errors
    /// [`Error::OtherKindOfData`] if dataset and set do not match, [`Error::Config`] for a baseline with a way of training
    /// of its own or an accuracy that is none, [`Error::Interrupted`], and what the judge fails with.
    pub fn judged(&self, name: &str, judge: &mut Judge<'_>) -> Result<EvaluationReport, Error> {
        self.check_data()?;
        let artefact = self.artefact;
        let set = &artefact.set;
        let mut sources = vec![Source::Set {
            name: DISTILLED,
            set,
            making: self.making,
        }];
        sources.extend(baselines(
            &expanded(self.baselines, &set.labels),
            self.dataset,
        )?);
        for source in &sources {
            if source.training() != Training::Common {
                return Err(ConfigError::OutOfRange {
                    key: "evaluation.baselines".into(),
                    value: source.name(),
                    rule: "expected sets without a way of training after `@`".into(),
                }
                .into());
            }
        }
        let networks = sources.len() * self.repeats;
        self.observer.observe(Event::Evaluating { networks });
        let input = facts::input(set.shape);
        let model = artefact
            .recipe
            .model
            .build(input, artefact.class_names.len())?;
        let mut rows = Rows::default();
        self.with_task(model.as_ref(), |task| {
            for source in &sources {
                let made = source.make(&task, self.repeats, Some(set))?;
                let mut outcomes = Vec::new();
                for repeat in 0..self.repeats as u64 {
                    task.go_on()?;
                    let accuracy = judge(&source.name(), &made.set(repeat)?, repeat)?;
                    outcomes.push(outcome(accuracy, self.dataset.test.len())?);
                    self.observer.observe(Event::Evaluated);
                }
                let score = Score::new(outcomes);
                rows.push(
                    &source.name(),
                    Some(Row::new(&score, &made, &[Metric::Accuracy])),
                );
            }
            Ok::<(), Error>(())
        })?;
        Ok(self.report(vec![ModelRows {
            model: name.into(),
            protocol: JUDGED.into(),
            ranking: None,
            rows,
        }]))
    }
}

/// What stands in the place of a protocol's name.
const JUDGED: &str = "judged";

fn outcome(accuracy: f64, tested: usize) -> Result<Outcome, Error> {
    if !(0.0..=1.0).contains(&accuracy) {
        return Err(ConfigError::OutOfRange {
            key: "accuracy".into(),
            value: accuracy.to_string(),
            rule: "expected a fraction, 0 to 1".into(),
        }
        .into());
    }
    Ok(Outcome {
        accuracy,
        per_class: Vec::new(),
        confusion: Vec::new(),
        tested,
        calibration: None,
        probabilities: None,
        judged: None,
    })
}
