//! What an attacker sees of the candidates in one run.

use liebig_data::{Dataset, Split};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Game;
use crate::Error;
use crate::evaluate::Evaluation;
use crate::set::SmallSet;

/// What an attacker sees of some samples in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The probabilities that a network trained on the set gives to the classes of each sample, `[n, classes]`.
    pub probabilities: Vec<f32>,
    /// The distance of each sample to the nearest of the set: root mean square over the values, in the space that networks
    /// train on.
    pub distances: Vec<f32>,
    /// Seconds that the set took to make.
    pub seconds: f64,
}

/// The least probability that counts, so that logarithms stay finite.
const LEAST: f64 = 1e-12;

impl Observation {
    /// Trains a network on the set as `evaluation` says, and looks at the samples of its test split.
    ///
    /// # Errors
    /// As for [`Evaluation::run`].
    pub fn of(set: &SmallSet, evaluation: &Evaluation<'_>, seconds: f64) -> Result<Self, Error> {
        let mut seen = Self::of_splits(set, evaluation, &[evaluation.test])?.into_iter();
        let seen = seen.next().ok_or(Error::NoTestSet)?;
        Ok(Self { seconds, ..seen })
    }

    /// The same with the samples of several splits, at which one network looks.
    pub(super) fn of_splits(
        set: &SmallSet,
        evaluation: &Evaluation<'_>,
        splits: &[&Split],
    ) -> Result<Vec<Self>, Error> {
        let probabilities = evaluation.probabilities(set, 0, splits)?;
        let seen = probabilities.into_iter().zip(splits);
        let seen = seen.map(|(probabilities, split)| Self {
            probabilities,
            distances: distances(set, split),
            seconds: 0.0,
        });
        Ok(seen.collect())
    }

    pub(super) fn classes(&self) -> usize {
        self.probabilities.len() / self.distances.len().max(1)
    }

    /// The probability of a sample's class, and that of all others.
    fn of_label(&self, sample: usize, label: u32) -> [f64; 2] {
        let classes = self.classes();
        let row = &self.probabilities[sample * classes..][..classes];
        let own = f64::from(row[label as usize]);
        let rest = row.iter().enumerate();
        let rest = rest.filter(|&(class, _)| class != label as usize);
        let rest: f64 = rest.map(|(_, &p)| f64::from(p)).sum();
        [own.max(LEAST), rest.max(LEAST)]
    }

    /// The cross-entropy of a sample.
    pub(super) fn loss(&self, sample: usize, label: u32) -> f64 {
        -self.of_label(sample, label)[0].ln()
    }

    /// The logarithm of the odds of a sample's class, whose distribution is nearly normal (LiRA's statistic).
    pub(super) fn confidence(&self, sample: usize, label: u32) -> f64 {
        let [own, rest] = self.of_label(sample, label);
        own.ln() - rest.ln()
    }

    /// The logarithm of the distance, negative: higher is nearer.
    pub(super) fn nearness(&self, sample: usize) -> f64 {
        -f64::from(self.distances[sample]).max(LEAST).ln()
    }

    /// The logarithms of the probabilities, in descending order.
    pub(super) fn sorted_logarithms(&self, sample: usize) -> Vec<f32> {
        let classes = self.classes();
        let mut row = self.probabilities[sample * classes..][..classes].to_vec();
        row.sort_by(|a, b| b.total_cmp(a));
        row.iter().map(|&p| p.max(LEAST as f32).ln()).collect()
    }
}

/// The candidates of a game as a split, with the labels that they have in it.
#[must_use]
pub fn as_split(game: &Game, dataset: &Dataset) -> Split {
    let candidates = game.candidates();
    let indices: Vec<usize> = candidates.iter().map(|candidate| candidate.index).collect();
    let labels: Vec<u32> = candidates.iter().map(|candidate| candidate.label).collect();
    dataset.with_training(&indices, &labels).train
}

/// The distance of each sample of a split to the nearest of the set.
fn distances(set: &SmallSet, split: &Split) -> Vec<f32> {
    let len = set.shape.len().max(1);
    (0..split.len())
        .into_par_iter()
        .map(|index| {
            let sample = split.batch(&[index], &set.space);
            let squares = set
                .values
                .chunks_exact(len)
                .map(|other| super::squared_distance(&sample, other));
            (squares.fold(f32::INFINITY, f32::min) / len as f32).sqrt()
        })
        .collect()
}
