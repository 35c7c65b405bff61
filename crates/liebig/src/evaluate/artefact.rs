//! The evaluation of a distilled set from any source, with one or several networks.

use std::path::{Path, PathBuf};

use liebig_data::Dataset;
use liebig_grad::Device;
use serde::{Deserialize, Serialize};

use super::ranking::Ranking;
use super::{Evaluation, Metric, Rows, Source, baselines, evaluate};
use crate::artefact::Artefact;
use crate::networks::Pool;
use crate::protocol::Recipe;
use crate::run::Interrupt;
use crate::session::{Event, Observer};
use crate::task::{Fill, Task, TrainingSet};
use crate::{Budget, Error, Labels, Published, cost, facts, model_spec};

/// An evaluation of an artefact: networks, baselines, repeats and observer.
pub struct ArtefactEvaluation<'a> {
    /// The set.
    pub artefact: &'a Artefact,
    /// The dataset: its test split is used for testing, its training split for baselines.
    pub dataset: &'a Dataset,
    /// Networks by name, with options as [`model_spec`] reads them; if empty, the recipe's own. The recipe's own is also meant
    /// by its name alone; other networks have their default options.
    pub models: &'a [String],
    /// Number of fresh networks of each kind.
    pub repeats: usize,
    /// The number of epochs of the common protocol, if it is not to be the recipe's; for the whole training set, fewer are
    /// enough.
    pub epochs: Option<usize>,
    /// Coresets by name, or `whole`.
    pub baselines: &'a [String],
    /// Networks that were trained before, for a set that was made for such: their folder or file.
    pub networks: Option<&'a Path>,
    /// The metrics.
    pub metrics: &'a [Metric],
    /// Seed of networks and baselines.
    pub seed: u64,
    /// The device to compute on.
    pub device: &'a Device,
    /// Checked after every epoch.
    pub interrupt: &'a Interrupt,
    /// Notified after each network.
    pub observer: &'a dyn Observer,
}

/// The results of several networks, as `liebig evaluate --json` prints them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvaluationReport {
    /// The distilled set's file, if it has one.
    pub artefact: Option<PathBuf>,
    /// The method that made it.
    pub method: String,
    /// The dataset.
    pub dataset: String,
    /// Samples per class.
    pub ipc: usize,
    /// The number of epochs of the common protocol, if it is not the recipe's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epochs: Option<usize>,
    /// Scores of each network.
    pub results: Vec<ModelRows>,
    /// The published result, if the set names one.
    pub published: Option<Published>,
}

/// The scores of one network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelRows {
    /// The network's name.
    pub model: String,
    /// DD-Ranking's scores, if the set has hard labels and random real samples and the whole dataset stand beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Ranking>,
    /// Scores by the name of the training set; `random` is always present, `null` if it was not requested.
    #[serde(flatten)]
    pub rows: Rows,
}

impl EvaluationReport {
    /// The mean accuracy over the networks, for each source that all of them were trained on.
    #[must_use]
    pub fn averages(&self) -> Vec<(String, f64)> {
        let Some(first) = self.results.first() else {
            return Vec::new();
        };
        let mean = |name: &str| -> Option<f64> {
            let of_one = |result: &ModelRows| Some(result.rows.get(name)?.mean);
            let all: Vec<f64> = self.results.iter().map(of_one).collect::<Option<_>>()?;
            Some(all.iter().sum::<f64>() / all.len() as f64)
        };
        let names = first.rows.iter().map(|(name, _)| name);
        names
            .filter_map(|name| Some((name.to_owned(), mean(name)?)))
            .collect()
    }
}

impl ArtefactEvaluation<'_> {
    /// Runs the evaluation.
    ///
    /// # Errors
    /// [`Error::OtherKindOfData`] if dataset and set do not match, [`Error::Network`] for an unknown or invalid network,
    /// and those of [`evaluate`].
    pub fn run(&self) -> Result<EvaluationReport, Error> {
        let artefact = self.artefact;
        let set = &artefact.set;
        let describe = |shape, classes| format!("samples of {shape} in {classes} classes");
        let classes = artefact.class_names.len();
        let (there, expected) = (
            describe(set.shape, classes),
            describe(self.dataset.shape, self.dataset.class_names.len()),
        );
        if there != expected {
            return Err(Error::OtherKindOfData {
                expected,
                found: there,
            });
        }
        let recipes = self.recipes()?;
        let mut sources = Source::distilled(set, None, &artefact.recipe);
        sources.extend(baselines(self.baselines, self.dataset)?);
        self.observer.observe(Event::Evaluating {
            networks: recipes.len() * sources.len() * self.repeats,
        });
        let train = TrainingSet::new(self.dataset);
        let budget = budget(artefact);
        let mut results = Vec::new();
        for (name, recipe) in &recipes {
            let model = recipe.model.build(facts::input(set.shape), classes)?;
            let task = Task {
                train: &train,
                model: model.as_ref(),
                budget: &budget,
                fill: Fill::Repeat,
                seed: self.seed,
                device: self.device,
                memory: cost::limit(None),
                interrupt: self.interrupt,
                observer: self.observer,
            };
            let pool = self
                .networks
                .map(|path| Pool::read(path, model.as_ref(), self.device))
                .transpose()?;
            let evaluation = Evaluation {
                recipe,
                networks: pool.as_ref(),
                test: &self.dataset.test,
                seed: self.seed,
                device: self.device,
                interrupt: self.interrupt,
                observer: self.observer,
            };
            let mut rows = evaluate(&sources, &evaluation, self.metrics, self.repeats, &task)?;
            if !self.baselines.iter().any(|name| name == RANDOM) {
                rows.push(RANDOM, None);
            }
            results.push(ModelRows {
                model: name.clone(),
                ranking: match set.labels {
                    Labels::Hard(_) => Ranking::of(&rows),
                    Labels::Logits(_) | Labels::Values(_) => None,
                },
                rows,
            });
        }
        let provenance = &artefact.provenance;
        Ok(EvaluationReport {
            artefact: None,
            method: provenance.method.clone(),
            dataset: self.dataset.name.clone(),
            ipc: provenance.ipc,
            epochs: self.epochs,
            results,
            published: provenance.published.clone(),
        })
    }

    /// The recipe of each network, by the network's name.
    fn recipes(&self) -> Result<Vec<(String, Recipe)>, Error> {
        let mut own = self.artefact.recipe.clone();
        if let Some(epochs) = self.epochs {
            own.protocol = own.protocol.with_epochs(epochs);
        }
        if self.models.is_empty() {
            return Ok(vec![(own.model.name().into(), own)]);
        }
        let input = facts::input(self.artefact.set.shape);
        let recipe = |name: &String| {
            let model = if name == own.model.name() {
                own.model.clone()
            } else {
                model_spec(name, input)?
            };
            let recipe = Recipe {
                model,
                ..own.clone()
            };
            Ok((name.clone(), recipe))
        };
        self.models.iter().map(recipe).collect()
    }
}

const RANDOM: &str = "random";

/// The number of samples that the set has of each class.
fn budget(artefact: &Artefact) -> Budget {
    let mut counts = vec![0; artefact.class_names.len()];
    for class in artefact.classes() {
        if let Some(count) = counts.get_mut(class as usize) {
            *count += 1;
        }
    }
    Budget::new(counts)
}
