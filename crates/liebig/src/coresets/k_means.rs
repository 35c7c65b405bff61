//! k-means: the middles of the clusters of a class.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::class_mean::mean;
use super::features::{self, Extractor, Features};
use super::lloyd::{Clusters, cluster};
use super::matrix::{Matrix, smallest};
use super::network::Streams;
use super::{Choice, Selection};
use crate::cost::Demand;
use crate::{Error, Task};

/// k-means (Lloyd, 1982) with k-means++ seeding (Arthur and Vassilvitskii, SODA 2007), in each class by itself, with as
/// many clusters as the class gets samples. With medoids of network features it is what DC-BENCH (Cui et al., NeurIPS
/// 2022) evaluates as `k-center`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KMeans {
    /// What stands for a cluster: a real sample, or a mean. Default `medoid`.
    pub representative: Representative,
    /// What samples are compared by: features of the network, trained on real samples, or the samples themselves.
    /// Default `network`, as published.
    pub features: Features,
    /// Epochs that the network is trained for. Default 3.
    #[schemars(range(min = 1))]
    pub feature_epochs: usize,
    /// About how many samples the network is trained on, with the proportions of the classes. Default 10000.
    #[schemars(range(min = 1))]
    pub feature_samples: usize,
    /// The most updates of the means; it stops sooner when no sample changes its cluster. Default 50.
    #[schemars(range(min = 1))]
    pub max_iterations: usize,
}

/// What stands for a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Representative {
    /// The real sample nearest to the centre. No sample is taken twice: of two centres with the same nearest sample,
    /// the second takes its next nearest.
    #[default]
    Medoid,
    /// The mean of the cluster's samples in the space that networks train on. With `features = "pixels"` it is the
    /// centre itself; a centre of network features is no sample, so it is the mean of the samples that belong to it.
    Centroid,
}

impl Default for KMeans {
    fn default() -> Self {
        Self {
            representative: Representative::default(),
            features: Features::default(),
            feature_epochs: features::EPOCHS,
            feature_samples: features::SAMPLES,
            max_iterations: 50,
        }
    }
}

impl Selection for KMeans {
    const NAME: &'static str = "k-means";
    const ABOUT: &'static str =
        "the middles of each class's clusters (Lloyd, 1982; Arthur, Vassilvitskii, SODA 2007)";

    fn memory(&self, demand: &Demand) -> u64 {
        self.features.memory(demand)
    }

    fn select(&self, task: &Task<'_>, draw: u64) -> Result<Choice, Error> {
        let name = Self::NAME;
        let streams = Streams { name, draw };
        let (epochs, samples) = (self.feature_epochs, self.feature_samples);
        let extractor = Extractor::new(task, streams, self.features, epochs, samples)?;
        let clusters = |class: usize, points: &Matrix| {
            let mut rng = streams.of(task, &format!("clusters/{class}"));
            cluster(points, task.budget.of(class), self.max_iterations, &mut rng)
        };
        match self.representative {
            Representative::Medoid => {
                let rule = |class, points: &Matrix, _| medoids(points, &clusters(class, points));
                Ok(Choice::Samples(extractor.pick(rule)?))
            }
            Representative::Centroid => {
                let values = (0..task.train.classes()).map(|class| {
                    let clusters = clusters(class, &extractor.of_class(class)?);
                    let places = task.train.of_class(class);
                    let mut values = Vec::new();
                    for rows in clusters.members {
                        let members: Vec<usize> = rows.into_iter().map(|row| places[row]).collect();
                        values.extend(mean(task, &members)?);
                    }
                    Ok(values)
                });
                Ok(Choice::Values(values.collect::<Result<_, Error>>()?))
            }
        }
    }
}

/// For each centre in order, the row nearest to it that is not taken yet.
fn medoids(points: &Matrix, clusters: &Clusters) -> Vec<usize> {
    let mut free = vec![true; points.rows()];
    let nearest = |centre: &Vec<f32>| {
        let row = smallest(&points.distances(centre), |row| free[row])?;
        free[row] = false;
        Some(row)
    };
    clusters.centres.iter().filter_map(nearest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medoids_are_the_nearest_and_different() {
        let points = Matrix::new(vec![0.0, 0.0, 1.0, 0.0, 4.0, 0.0, 5.0, 1.0], 2);
        let centres = [[0.9, 0.0], [1.0, 0.1], [4.6, 1.0]].map(Vec::from).to_vec();
        let clusters = Clusters {
            centres,
            members: Vec::new(),
        };
        // Both of the first two are nearest to row 1; the second takes row 0.
        assert_eq!(medoids(&points, &clusters), [1, 0, 3]);
    }
}
