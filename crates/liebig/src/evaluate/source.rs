//! The training sets of an evaluation.

use crate::synthetic::Parameterization;
use std::time::Instant;

use liebig_data::Dataset;

use super::Training;
use crate::config::Error as ConfigError;
use crate::config::check::WHOLE;
use crate::protocol::Recipe;
use crate::set::SmallSet;
use crate::{Error, Labels, Start, Task, Unroll, coresets};

/// The name of the distilled set in a report.
pub const DISTILLED: &str = "distilled";

/// A training set of an evaluation, or a rule for making it.
pub enum Source<'a> {
    /// An existing set, such as a distilled one.
    Set {
        /// Its name in the report.
        name: &'a str,
        /// The set.
        set: &'a SmallSet,
        /// Seconds that it took to make, if known.
        seconds: Option<f64>,
    },
    /// A coreset with the task's budget.
    Coreset(&'static coresets::Entry),
    /// The whole training set.
    Whole(&'a Dataset),
    /// Another source with a way in which a classifier is made from it; the name becomes `NAME@WAY`, except for a set with
    /// its own training.
    With(Box<Source<'a>>, Training),
}

impl<'a> Source<'a> {
    /// A coreset, or the whole training set of the dataset, by name.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for an unknown name.
    pub fn baseline(name: &str, dataset: &'a Dataset) -> Result<Self, Error> {
        if let Some((name, training)) = Training::split(name)
            && training != Training::Common
        {
            let source = Box::new(Self::baseline(name, dataset)?);
            return Ok(Self::With(source, training));
        }
        if name == WHOLE {
            return Ok(Self::Whole(dataset));
        }
        let coreset = coresets::find(name);
        Ok(Self::Coreset(coreset.ok_or_else(|| {
            let known: Vec<&str> = coresets::CORESETS
                .iter()
                .map(coresets::Entry::name)
                .collect();
            ConfigError::OutOfRange {
                key: "evaluation.baselines".into(),
                value: name.into(),
                rule: format!("expected names from {}, {WHOLE}", known.join(", ")),
            }
        })?))
    }

    /// Its name in the report.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Set { name, .. } => (*name).into(),
            Self::Coreset(entry) => entry.name().into(),
            Self::Whole(_) => WHOLE.into(),
            Self::With(source, Training::Own) if matches!(**source, Self::Set { .. }) => {
                source.name()
            }
            Self::With(source, training) => format!("{}@{training}", source.name()),
        }
    }

    /// How a classifier is made from it.
    #[must_use]
    pub fn training(&self) -> Training {
        match self {
            Self::With(_, training) => *training,
            _ => Training::Common,
        }
    }

    /// The entries of a distilled set in a report: by the training that it was made for, if there is one, and by the
    /// common protocol.
    #[must_use]
    pub fn distilled(set: &'a SmallSet, seconds: Option<f64>, recipe: &Recipe) -> Vec<Self> {
        let named = |name| Self::Set { name, set, seconds };
        let with = |training| Self::With(Box::new(named(DISTILLED)), training);
        match recipe.unroll {
            None => vec![named(DISTILLED)],
            Some(Unroll {
                start: Start::Loaded,
                ..
            }) => vec![with(Training::Own), with(Training::Before)],
            Some(_) => vec![with(Training::Own), with(Training::Common)],
        }
    }

    pub(super) fn make(&self, task: &Task<'_>, repeats: usize) -> Result<Made, Error> {
        if let Self::With(source, _) = self {
            return source.make(task, repeats);
        }
        let started = Instant::now();
        let sets = match self {
            Self::Set { set, .. } => vec![(*set).clone()],
            Self::Coreset(entry) => {
                let draws = if entry.varies() { repeats as u64 } else { 1 };
                let sets = (0..draws).map(|draw| entry.choose(task, draw));
                sets.collect::<Result<Vec<_>, _>>()?
            }
            Self::Whole(dataset) => vec![whole(dataset)],
            Self::With(..) => Vec::new(),
        };
        let seconds = match self {
            Self::Set { seconds, .. } => *seconds,
            _ => Some(started.elapsed().as_secs_f64() / sets.len().max(1) as f64),
        };
        // A value of a real image is stored in a byte.
        let real = match self {
            Self::Set { .. } | Self::With(..) => false,
            Self::Coreset(entry) => entry.real(),
            Self::Whole(_) => true,
        };
        Ok(Made {
            sets,
            seconds,
            real,
        })
    }
}

fn whole(dataset: &Dataset) -> SmallSet {
    let all: Vec<usize> = (0..dataset.train.len()).collect();
    SmallSet {
        shape: dataset.shape,
        classes: dataset.class_names.len(),
        values: dataset.train.batch(&all, &dataset.space),
        labels: Labels::Hard(dataset.train.labels().to_vec()),
        step_sizes: Vec::new(),
        parameterization: Parameterization::Pixels,
        space: dataset.space.clone(),
    }
}

/// The sets of a source, and their cost.
pub(super) struct Made {
    /// One set for each repeat, or one for all.
    pub(super) sets: Vec<SmallSet>,
    /// Seconds to make one of them.
    pub seconds: Option<f64>,
    /// Whether the samples are real ones, or means of real ones.
    real: bool,
}

impl Made {
    /// The set of a repeat.
    pub fn set(&self, repeat: u64) -> Result<SmallSet, Error> {
        let index = usize::try_from(repeat).unwrap_or(0) % self.sets.len().max(1);
        self.sets.get(index).cloned().ok_or(Error::NoTestSet)
    }

    /// Bits per class: 8 per value for real images, otherwise [`SmallSet::bits_per_class`].
    pub fn bits_per_class(&self) -> f64 {
        let Some(set) = self.sets.first() else {
            return 0.0;
        };
        let bits = set.bits_per_class();
        match set.shape {
            liebig_data::SampleShape::Image { .. } if self.real => {
                bits - 24.0 * set.values.len() as f64 / set.classes.max(1) as f64
            }
            _ => bits,
        }
    }
}
