//! The training sets of an evaluation.

use crate::synthetic::Parameterization;
use std::time::Instant;

use liebig_data::Dataset;

use super::{Making, Relabel, Training};
use crate::config::Error as ConfigError;
use crate::config::check::WHOLE;
use crate::protocol::Recipe;
use crate::set::SmallSet;
use crate::{Budget, Error, Labels, Start, Task, Unroll, coresets};

/// What a source of as many bytes as the distilled set has is marked with.
const BYTES: &str = "bytes";

/// The name of the distilled set in a report.
pub const DISTILLED: &str = "distilled";

/// Whether a name is that of a coreset or the whole training set, with what may follow after `@`.
pub(super) fn is_source(name: &str) -> bool {
    if let Some((inner, way)) = name.rsplit_once('@')
        && (Relabel::named(way).is_some() || way == BYTES)
    {
        return is_source(inner);
    }
    Training::split(name).is_some_and(|(name, _)| name == WHOLE || coresets::find(name).is_some())
}

/// A training set of an evaluation, or a rule for making it.
pub enum Source<'a> {
    /// An existing set, such as a distilled one.
    Set {
        /// Its name in the report.
        name: &'a str,
        /// The set.
        set: &'a SmallSet,
        /// What it took to make, if that is known.
        making: Option<Making>,
    },
    /// A coreset with the task's budget.
    Coreset(&'static coresets::Entry),
    /// The whole training set.
    Whole(&'a Dataset),
    /// Another source with other labels; the name becomes `NAME@hard` or `NAME@labels`.
    Relabelled(Box<Source<'a>>, Relabel),
    /// A coreset with as many bytes as the distilled set, labels included; the name becomes `NAME@bytes`.
    Bytes(Box<Source<'a>>),
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
        if let Some((inner, way)) = name.rsplit_once('@') {
            let source = || Ok::<_, Error>(Box::new(Self::baseline(inner, dataset)?));
            if let Some(relabel) = Relabel::named(way) {
                return Ok(Self::Relabelled(source()?, relabel));
            }
            if way == BYTES {
                return Ok(Self::Bytes(source()?));
            }
        }
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
            Self::Relabelled(source, relabel) => format!("{}@{}", source.name(), relabel.name()),
            Self::Bytes(source) => format!("{}@{BYTES}", source.name()),
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

    /// The distilled set with hard labels.
    pub(super) fn distilled_with_hard_labels(set: &'a SmallSet) -> Self {
        let source = Self::Set {
            name: DISTILLED,
            set,
            making: None,
        };
        Self::Relabelled(Box::new(source), Relabel::Hard)
    }

    /// A trained network without any training on the set.
    pub(super) fn network(set: &'a SmallSet, training: Training) -> Self {
        let source = Self::Set {
            name: "network",
            set,
            making: None,
        };
        Self::With(Box::new(source), training)
    }

    /// The set, if it is there already.
    pub(super) fn existing(&self) -> Option<&SmallSet> {
        match self {
            Self::Set { set, .. } => Some(set),
            Self::With(source, _) | Self::Relabelled(source, _) | Self::Bytes(source) => {
                source.existing()
            }
            Self::Coreset(_) | Self::Whole(_) => None,
        }
    }

    /// Whether it is the whole training set.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::With(source, _) | Self::Relabelled(source, _) | Self::Bytes(source) => {
                source.is_whole()
            }
            Self::Set { .. } | Self::Coreset(_) => false,
        }
    }

    /// The entries of a distilled set in a report: by the training that it was made for, if there is one, and by the
    /// common protocol.
    #[must_use]
    pub fn distilled(set: &'a SmallSet, making: Option<Making>, recipe: &Recipe) -> Vec<Self> {
        let named = |name| Self::Set { name, set, making };
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

    /// Makes it; `distilled` is the set that labels and bytes are taken from.
    pub(super) fn make(
        &self,
        task: &Task<'_>,
        repeats: usize,
        distilled: Option<&SmallSet>,
    ) -> Result<Made, Error> {
        match self {
            Self::With(source, _) => return source.make(task, repeats, distilled),
            Self::Relabelled(source, relabel) => {
                let mut made = source.make(task, repeats, distilled)?;
                let sets = made
                    .sets
                    .into_iter()
                    .map(|set| relabel.apply(set, distilled));
                made.sets = sets.collect::<Result<_, _>>()?;
                return Ok(made);
            }
            Self::Bytes(source) => {
                let budget = as_many_bytes(task, distilled.ok_or(Error::NoSet)?);
                let task = Task {
                    budget: &budget,
                    ..*task
                };
                return source.make(&task, repeats, distilled);
            }
            Self::Set { .. } | Self::Coreset(_) | Self::Whole(_) => {}
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
            Self::With(..) | Self::Relabelled(..) | Self::Bytes(_) => Vec::new(),
        };
        let making = match self {
            Self::Set { making, .. } => *making,
            _ => Some(Making {
                seconds: started.elapsed().as_secs_f64() / sets.len().max(1) as f64,
                threads: rayon::current_num_threads(),
            }),
        };
        // A value of a real image is stored in a byte.
        let real = match self {
            Self::Set { .. } | Self::With(..) | Self::Relabelled(..) | Self::Bytes(_) => false,
            Self::Coreset(entry) => entry.real(),
            Self::Whole(_) => true,
        };
        Ok(Made { sets, making, real })
    }
}

/// As many real samples as take the bytes of the set, to the nearest number per class: a byte for each value of an image, four for each of a table, and a
/// hard label; each class at least what it has of the set, and no more than there are.
fn as_many_bytes(task: &Task<'_>, set: &SmallSet) -> Budget {
    let value = match set.shape {
        liebig_data::SampleShape::Image { .. } => 8.0,
        liebig_data::SampleShape::Table { .. } => 32.0,
    };
    let label = Labels::Hard(vec![0]).bits(set.classes) as f64;
    let each = value * set.shape.len() as f64 + label;
    let mean = (set.bits_per_class() / each).round() as usize;
    let counts = task.budget.counts().iter().enumerate();
    let counts =
        counts.map(|(class, &count)| mean.max(count).min(task.train.of_class(class).len()));
    Budget::new(counts.collect())
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
    /// What it takes to make one of them.
    pub making: Option<Making>,
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
