//! What networks reach on everything, kept in a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use liebig::search::{FullTraining, full};
use liebig::{Facts, atomic, model_spec};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// The truth of some networks.
#[derive(Serialize, Deserialize)]
pub struct Truth {
    /// The hash of the dataset.
    dataset: String,
    /// Passes over the training split.
    epochs: usize,
    /// The learning rate.
    lr: f64,
    /// By network and seed.
    networks: BTreeMap<String, BTreeMap<u64, Trained>>,
}

/// A network that was trained to the end.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Trained {
    /// Test accuracy, a fraction.
    pub accuracy: f64,
    /// Seconds of one thread, while others ran beside.
    pub seconds: f64,
}

impl Truth {
    /// What the file has; nothing if it is not there.
    pub fn read(path: &Path, training: &FullTraining<'_>, epochs: usize) -> Result<Self> {
        let dataset = training.dataset.hash.clone();
        if !path.exists() {
            return Ok(Self {
                dataset,
                epochs,
                lr: training.lr,
                networks: BTreeMap::new(),
            });
        }
        let text = std::fs::read(path).with_context(|| path.display().to_string())?;
        let truth: Self =
            serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        ensure!(
            truth.dataset == dataset && truth.epochs == epochs && truth.lr == training.lr,
            "{}: the truth there is of other data, after {} epochs at a learning rate of {}\nhint: give another file as --truth or another --output",
            path.display(),
            truth.epochs,
            truth.lr
        );
        Ok(truth)
    }

    /// Trains what is missing, and writes the file after each network.
    pub fn complete(
        self,
        path: &Path,
        networks: &[String],
        seeds: u64,
        training: &FullTraining<'_>,
        say: impl Fn(&str) + Sync,
    ) -> Result<Self> {
        let input = Facts::of(training.dataset).input();
        let missing: Vec<(&String, u64)> = (0..seeds)
            .flat_map(|seed| networks.iter().map(move |network| (network, seed)))
            .filter(|(network, seed)| self.of(network, *seed).is_none())
            .collect();
        let epochs = self.epochs;
        let shared = Mutex::new(self);
        missing
            .par_iter()
            .try_for_each(|&(network, seed)| -> Result<()> {
                let started = Instant::now();
                let training = FullTraining {
                    seed: training.seed + seed,
                    ..*training
                };
                let model = model_spec(network, input)?;
                let accuracy = full(&training, &model, epochs).with_context(|| network.clone())?;
                say(&format!(
                    "{network}: {:.1} % on everything",
                    100.0 * accuracy
                ));
                let mut truth = shared.lock().unwrap_or_else(PoisonError::into_inner);
                let trained = Trained {
                    accuracy,
                    seconds: started.elapsed().as_secs_f64(),
                };
                truth
                    .networks
                    .entry(network.clone())
                    .or_default()
                    .insert(seed, trained);
                Ok(atomic::write(path, &serde_json::to_vec_pretty(&*truth)?)?)
            })?;
        Ok(shared.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// A network, if it was trained.
    pub fn of(&self, network: &str, seed: u64) -> Option<Trained> {
        self.networks.get(network)?.get(&seed).copied()
    }

    /// The accuracy of networks with a seed.
    pub fn accuracies(&self, networks: &[String], seed: u64) -> Vec<f64> {
        let accuracy =
            |network: &String| self.of(network, seed).map_or(f64::NAN, |one| one.accuracy);
        networks.iter().map(accuracy).collect()
    }

    /// The mean accuracy of networks over the seeds.
    pub fn means(&self, networks: &[String], seeds: u64) -> Vec<f64> {
        let all: Vec<Vec<f64>> = (0..seeds)
            .map(|seed| self.accuracies(networks, seed))
            .collect();
        let mean = |place: usize| all.iter().map(|one| one[place]).sum::<f64>() / seeds as f64;
        (0..networks.len()).map(mean).collect()
    }

    /// Seconds for networks with one seed.
    pub fn seconds(&self, networks: &[String]) -> f64 {
        networks
            .iter()
            .filter_map(|network| Some(self.of(network, 0)?.seconds))
            .sum()
    }
}
