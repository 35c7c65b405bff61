//! Where a distilled set came from.

use serde::{Deserialize, Serialize};

use crate::Published;
use crate::privacy::Guarantee;

/// Where a set came from; independent of time and machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The method's name, such as `dc`.
    pub method: String,
    /// Samples per class; a budget by class is in `config`.
    pub ipc: usize,
    /// Iterations done.
    pub iterations: u64,
    /// The seed of the run.
    pub seed: u64,
    /// The version of liebig.
    pub version: String,
    /// The training set.
    pub dataset: DatasetId,
    /// The resolved configuration, without the location of the data.
    pub config: serde_json::Value,
    /// The published result for this method, dataset and IPC, if there is one.
    pub published: Option<Published>,
    /// The differential privacy of the set, if its method guarantees any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Guarantee>,
}

/// A dataset by name and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetId {
    /// Its name, such as `mnist`.
    pub name: String,
    /// Hash over all samples, labels and class names.
    pub hash: String,
}

impl From<&liebig_data::Dataset> for DatasetId {
    fn from(dataset: &liebig_data::Dataset) -> Self {
        Self {
            name: dataset.name.clone(),
            hash: dataset.hash.clone(),
        }
    }
}
