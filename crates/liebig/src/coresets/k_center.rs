//! k-center: samples that leave no other sample far away.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::features::{self, Extractor, Features};
use super::matrix::{Matrix, largest, single, smallest};
use super::network::Streams;
use super::{Choice, Selection};
use crate::cost::Demand;
use crate::{Error, Task};

/// Greedy k-center (Gonzalez, 1985; as a choice of samples: Sener and Savarese, ICLR 2018).
///
/// The first sample is the one nearest to the mean of the class; each further one is the one farthest from its nearest
/// picked sample. The largest distance that is left is at most twice the smallest possible one from that many samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KCenter {
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

impl Default for KCenter {
    fn default() -> Self {
        Self {
            features: Features::default(),
            feature_epochs: features::EPOCHS,
            feature_samples: features::SAMPLES,
        }
    }
}

impl Selection for KCenter {
    const NAME: &'static str = "k-center";
    const ABOUT: &'static str = "samples that leave none of the class far away (Gonzalez, 1985; Sener, Savarese, ICLR 2018)";

    fn memory(&self, demand: &Demand) -> u64 {
        self.features.memory(demand)
    }

    fn select(&self, task: &Task<'_>, draw: u64) -> Result<Choice, Error> {
        let name = Self::NAME;
        let streams = Streams { name, draw };
        let (epochs, samples) = (self.feature_epochs, self.feature_samples);
        let extractor = Extractor::new(task, streams, self.features, epochs, samples)?;
        let picked = extractor.pick(|_, points, count| cover(points, count))?;
        Ok(Choice::Samples(picked))
    }
}

/// The rows in the order in which they are picked; of equally far ones, the first.
fn cover(points: &Matrix, count: usize) -> Vec<usize> {
    /// No distance is so short: a picked row is not picked again.
    const PICKED: f32 = -1.0;
    let mut nearest = vec![f32::INFINITY; points.rows()];
    let mut picked = Vec::new();
    let mut next = smallest(&points.distances(&single(&points.mean())), |_| true);
    for _ in 0..count.min(points.rows()) {
        let Some(row) = next else {
            break;
        };
        picked.push(row);
        points.lower(&mut nearest, points.row(row));
        nearest[row] = PICKED;
        next = largest(&nearest, |_| true);
    }
    picked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coresets::matrix::{points, squared_distance};

    #[test]
    fn picks_by_hand() {
        // The mean is (2, 0.75). (2, 1) is nearest; farthest from it is (6, 0), then (-1, 0), then (1, 2).
        let points = Matrix::new(vec![-1.0, 0.0, 2.0, 1.0, 6.0, 0.0, 1.0, 2.0], 2);
        assert_eq!(points.mean(), [2.0, 0.75]);
        assert_eq!(cover(&points, 3), [1, 2, 0]);
        assert_eq!(cover(&points, 9), [1, 2, 0, 3]);
        assert_eq!(cover(&points, 0), [0; 0]);
    }

    #[test]
    fn equal_samples_are_picked_once_each() {
        let points = Matrix::new(vec![1.0; 8], 2);
        assert_eq!(cover(&points, 3), [0, 1, 2]);
    }

    /// The largest squared distance of a row from its nearest picked one.
    fn radius(points: &Matrix, picked: &[usize]) -> f32 {
        let nearest = |row| {
            let distances = picked
                .iter()
                .map(|&pick| squared_distance(points.row(row), points.row(pick)));
            distances.fold(f32::INFINITY, f32::min)
        };
        (0..points.rows()).map(nearest).fold(0.0, f32::max)
    }

    /// The smallest radius of any `count` rows.
    fn optimum(points: &Matrix, count: usize) -> f32 {
        let all = 0..1_usize << points.rows();
        let chosen = all.filter(|set| set.count_ones() as usize == count);
        let rows = |set: usize| {
            (0..points.rows())
                .filter(|row| set >> row & 1 == 1)
                .collect::<Vec<_>>()
        };
        chosen
            .map(|set| radius(points, &rows(set)))
            .fold(f32::INFINITY, f32::min)
    }

    proptest! {
        #[test]
        fn at_most_twice_the_optimum(points in points(9), count in 1..5_usize) {
            let count = count.min(points.rows());
            let picked = cover(&points, count);
            prop_assert_eq!(picked.len(), count);
            prop_assert!(radius(&points, &picked) <= 4.0 * optimum(&points, count));
        }
    }
}
