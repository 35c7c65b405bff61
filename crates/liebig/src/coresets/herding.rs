//! Herding: samples whose running mean stays close to the mean of the class.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::features::{self, Extractor, Features};
use super::matrix::{Matrix, single, smallest};
use super::network::Streams;
use super::{Choice, Selection};
use crate::cost::Demand;
use crate::{Error, Task};

/// Herding (Welling, ICML 2009; as a choice of samples: Rebuffi et al., iCaRL, CVPR 2017).
///
/// Pick after pick, the sample is taken that brings the mean of the picked ones closest to the mean of the class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Herding {
    /// What samples are compared by: features of the network, trained on real samples, or the samples themselves.
    /// Default `network`, as published.
    pub features: Features,
    /// Epochs that the network is trained for. Default 3.
    #[schemars(range(min = 1))]
    pub feature_epochs: usize,
    /// About how many samples the network is trained on, with the proportions of the classes. Default 10000.
    #[schemars(range(min = 1))]
    pub feature_samples: usize,
}

impl Default for Herding {
    fn default() -> Self {
        Self {
            features: Features::default(),
            feature_epochs: features::EPOCHS,
            feature_samples: features::SAMPLES,
        }
    }
}

impl Selection for Herding {
    const NAME: &'static str = "herding";
    const ABOUT: &'static str = "samples whose mean stays close to the class's (Welling, ICML 2009; Rebuffi et al., CVPR 2017)";

    fn memory(&self, demand: &Demand) -> u64 {
        self.features.memory(demand)
    }

    fn select(&self, task: &Task<'_>, draw: u64) -> Result<Choice, Error> {
        let name = Self::NAME;
        let streams = Streams { name, draw };
        let (epochs, samples) = (self.feature_epochs, self.feature_samples);
        let extractor = Extractor::new(task, streams, self.features, epochs, samples)?;
        let picked = extractor.pick(|_, points, count| herd(points, count))?;
        Ok(Choice::Samples(picked))
    }
}

/// The rows in the order in which they are picked: pick `j + 1` is the free row `f` for which
/// `(j + 1) * mean - sum of the picked - f` is shortest, the first of equal ones.
fn herd(points: &Matrix, count: usize) -> Vec<usize> {
    let mean = points.mean();
    let mut sum = vec![0.0; mean.len()];
    let mut free = vec![true; points.rows()];
    let mut picked = Vec::new();
    for step in 1..=count.min(points.rows()) {
        let target = mean
            .iter()
            .zip(&sum)
            .map(|(mean, sum)| step as f64 * mean - sum);
        let target = single(&target.collect::<Vec<f64>>());
        let distances = points.distances(&target);
        let Some(next) = smallest(&distances, |row| free[row]) else {
            break;
        };
        free[next] = false;
        picked.push(next);
        let pairs = sum.iter_mut().zip(points.row(next));
        pairs.for_each(|(sum, &value)| *sum += f64::from(value));
    }
    picked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coresets::matrix::points;

    #[test]
    fn picks_by_hand() {
        let points = Matrix::new(vec![0.0, 0.0, 1.0, 0.5, 2.0, -1.0, 1.0, 0.5], 2);
        assert_eq!(points.mean(), [1.0, 0.0]);
        // Squared distances from (1, 0): 1, 0.25, 2, 0.25. From 2 (1, 0) - (1, 0.5): 1.25, picked, 1.25, 1. From
        // 3 (1, 0) - (2, 1): 2, picked, 1, picked.
        assert_eq!(herd(&points, 3), [1, 3, 2]);
        assert_eq!(herd(&points, 9), [1, 3, 2, 0]);
        assert_eq!(herd(&points, 0), [0; 0]);
    }

    #[test]
    fn the_running_mean_counts_and_not_the_sample() {
        // Nearest to the mean 1 is 1, then 0.5. Their sum is 1.5, so that 2.5 is better than 0 to come to 3 * 1, though
        // 0 is nearer to the mean.
        let points = Matrix::new(vec![0.0, 0.5, 1.0, 2.5], 1);
        assert_eq!(points.mean(), [1.0]);
        assert_eq!(herd(&points, 4), [2, 1, 3, 0]);
    }

    proptest! {
        #[test]
        fn no_other_pick_brings_the_mean_closer(points in points(12)) {
            let picked = herd(&points, points.rows());
            let mean = points.mean();
            let off = |rows: &[usize]| {
                let found = points.mean_of(rows.iter().copied());
                found.iter().zip(&mean).map(|(a, b)| (a - b) * (a - b)).sum::<f64>()
            };
            for step in 0..picked.len() {
                let best = off(&picked[..=step]);
                for other in picked[step..].iter() {
                    let mut instead = picked[..step].to_vec();
                    instead.push(*other);
                    prop_assert!(best <= off(&instead) + 1e-6);
                }
            }
            let mut sorted = picked;
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..points.rows()).collect::<Vec<_>>());
        }
    }
}
