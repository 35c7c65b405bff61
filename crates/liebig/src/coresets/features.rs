//! What samples are compared by: the features of a network, or the samples themselves.

use liebig_grad::Tensor;
use liebig_nn::Frozen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::matrix::Matrix;
use super::network::{self, BATCH, Streams};
use crate::cost::Demand;
use crate::{Error, Task};

/// What samples are compared by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Features {
    /// The features before the classifier of the task's own network, trained on real samples.
    #[default]
    Network,
    /// The samples in the space that networks train on.
    Pixels,
}

impl Features {
    /// Bytes that the network takes besides its weights. The points of one class come on top; how many they are is not
    /// known before the data is.
    pub(super) fn memory(self, demand: &Demand) -> u64 {
        match self {
            Self::Network => demand.batch(BATCH),
            Self::Pixels => 0,
        }
    }
}

/// The default of `feature_epochs`.
pub(super) const EPOCHS: usize = 3;
/// The default of `feature_samples`.
pub(super) const SAMPLES: usize = 10_000;

/// How the samples of a class become points.
pub(super) struct Extractor<'a> {
    task: Task<'a>,
    /// The network in evaluation mode and its weights; `None` for the samples themselves.
    network: Option<(Frozen<'a>, Vec<Tensor>)>,
}

impl<'a> Extractor<'a> {
    /// Trains the network, if one is wanted: for `epochs` epochs on about `samples` training samples with the
    /// proportions of the classes, at least one of each class.
    pub fn new(
        task: &Task<'a>,
        streams: Streams<'_>,
        features: Features,
        epochs: usize,
        samples: usize,
    ) -> Result<Self, Error> {
        let network = match features {
            Features::Pixels => None,
            Features::Network => {
                let places = network::subset(task, streams, samples, |_| 1);
                let learner = network::train(task, streams, places, epochs, |_, _| Ok(()))?;
                let frozen = Frozen::new(task.model, learner.statistics())?;
                Some((frozen, learner.weights().to_vec()))
            }
        };
        let task = *task;
        Ok(Self { task, network })
    }

    /// The points of all samples of a class, in the order of
    /// [`TrainingSet::of_class`](crate::TrainingSet::of_class).
    pub fn of_class(&self, class: usize) -> Result<Matrix, Error> {
        let train = self.task.train;
        let places = train.of_class(class);
        let mut values = Vec::new();
        let mut width = train.shape().len();
        for batch in places.chunks(BATCH) {
            self.task.go_on()?;
            match &self.network {
                None => values.extend(train.values(batch)),
                Some((network, weights)) => {
                    let x = self.task.real(batch)?;
                    let found = liebig_nn::features(network, weights, &x)?;
                    width = found.numel() / batch.len();
                    values.extend(found.to_vec()?);
                }
            }
        }
        Ok(Matrix::new(values, width))
    }

    /// For each class, the places in the training split of the samples that `rule` picks: it is given the class, its
    /// points, and how many to pick.
    pub fn pick(
        &self,
        rule: impl Fn(usize, &Matrix, usize) -> Vec<usize>,
    ) -> Result<Vec<Vec<usize>>, Error> {
        let class = |class| {
            let picked = rule(class, &self.of_class(class)?, self.task.budget.of(class));
            let places = self.task.train.of_class(class);
            Ok(picked.into_iter().map(|row| places[row]).collect())
        };
        (0..self.task.train.classes()).map(class).collect()
    }
}
