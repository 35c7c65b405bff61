//! The evaluation of a distilled set from any source, with one or several networks.

use std::path::{Path, PathBuf};

use liebig_data::Dataset;
use liebig_grad::Device;
use liebig_nn::{Model, ModelChoice};
use serde::{Deserialize, Serialize};

use super::ranking::{self, Ranking};
use super::{
    Evaluation, Making, Metric, Plan, Pruning, Row, Rows, Source, Store, Teacher, Training,
    baselines, evaluate, expanded, plans,
};
use crate::artefact::Artefact;
use crate::networks::Pool;
use crate::protocol::Recipe;
use crate::run::Interrupt;
use crate::session::{Event, Observer};
use crate::task::{Fill, Task, TrainingSet};
use crate::{Budget, Error, Facts, Labels, Published, cost, facts, model_spec};

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
    /// Protocols by name ([`PROTOCOLS`](super::PROTOCOLS)); if empty, the recipe's own. A protocol other than its own does not
    /// take the steps that the set was made for.
    pub protocols: &'a [String],
    /// Trained networks of the recipe's kind that give labels to every set but the whole dataset, and their temperature.
    pub teacher: Option<(&'a Path, f64)>,
    /// Trained networks that are pruned to a sparsity and trained on; they must be of the kind that is evaluated.
    pub pruning: Option<(&'a Path, f64)>,
    /// A folder for the results of single networks, so that an interrupted evaluation can go on.
    pub store: Option<&'a Path>,
    /// The number of epochs of the common protocol, if it is not to be the recipe's; for the whole training set, fewer are
    /// enough.
    pub epochs: Option<usize>,
    /// What it took to make the set, if that is known.
    pub making: Option<Making>,
    /// Coresets by name, `whole`, or `all` for those that any set should stand beside ([`usual`](super::usual)).
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
    /// The protocol's name; `own` is the recipe's.
    #[serde(default = "own", skip_serializing_if = "is_own")]
    pub protocol: String,
    /// DD-Ranking's scores, if the set has hard labels and random real samples and the whole dataset stand beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Ranking>,
    /// Scores by the name of the training set; `random` is always present, `null` if it was not requested.
    #[serde(flatten)]
    pub rows: Rows,
}

fn own() -> String {
    OWN.into()
}

fn is_own(protocol: &str) -> bool {
    protocol == OWN
}

impl EvaluationReport {
    /// Mean and best accuracy over the networks and protocols, for each source that all of them have: DC-BENCH's averages.
    #[must_use]
    pub fn averages(&self) -> Vec<Average> {
        let Some(first) = self.results.first() else {
            return Vec::new();
        };
        let average = |(source, _): (&str, &Row)| {
            let of_one = |result: &ModelRows| Some(result.rows.get(source)?.mean);
            let all: Vec<f64> = self.results.iter().map(of_one).collect::<Option<_>>()?;
            Some(Average {
                source: source.into(),
                mean: all.iter().sum::<f64>() / all.len() as f64,
                best: all.into_iter().fold(f64::NEG_INFINITY, f64::max),
            })
        };
        first.rows.iter().filter_map(average).collect()
    }
}

/// The accuracy of networks that were trained on one source, over several kinds and protocols.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Average {
    /// The source.
    pub source: String,
    /// The mean.
    pub mean: f64,
    /// The highest.
    pub best: f64,
}

impl ArtefactEvaluation<'_> {
    /// Runs the evaluation.
    ///
    /// # Errors
    /// [`Error::OtherKindOfData`] if dataset and set do not match, [`Error::Network`] for an unknown or invalid network,
    /// and those of [`evaluate`].
    pub fn run(&self) -> Result<EvaluationReport, Error> {
        self.check_data()?;
        let artefact = self.artefact;
        let set = &artefact.set;
        let classes = artefact.class_names.len();
        let plans = self.plans();
        if self.teacher.is_none()
            && matches!(set.labels, Labels::Hard(_))
            && plans.iter().any(|plan| plan.name == SOFT)
        {
            return Err(Error::NoSoftLabels);
        }
        let models = self.models()?;
        let sources = plans
            .iter()
            .map(|plan| self.sources(plan))
            .collect::<Result<Vec<_>, Error>>()?;
        let of_model: usize = sources.iter().map(Vec::len).sum();
        self.observer.observe(Event::Evaluating {
            networks: models.len() * of_model * self.repeats,
        });
        let store = self
            .store
            .map(|folder| Store::open(folder, &self.dataset.hash))
            .transpose()?;
        let input = facts::input(set.shape);
        let teaches = artefact.recipe.model.build(input, classes)?;
        let networks = self
            .teacher
            .map(|(path, _)| Pool::read(path, teaches.as_ref(), self.device))
            .transpose()?;
        let teacher = networks
            .as_ref()
            .zip(self.teacher)
            .map(|(pool, (_, t))| Teacher::new(teaches.as_ref(), pool, t, self.device));
        let mut results = Vec::new();
        for (name, choice) in &models {
            let model = choice.build(input, classes)?;
            let read = |path: &Path| Pool::read(path, model.as_ref(), self.device);
            let pool = self.networks.map(read).transpose()?;
            let dense = self.pruning.map(|(path, _)| read(path)).transpose()?;
            let pruning = dense
                .as_ref()
                .zip(self.pruning)
                .map(|(pool, (_, sparsity))| Pruning::new(pool, sparsity));
            for (plan, sources) in plans.iter().zip(&sources) {
                let recipe = Recipe {
                    model: choice.clone(),
                    protocol: plan.protocol.clone(),
                    unroll: artefact.recipe.unroll.clone(),
                };
                let evaluation = Evaluation {
                    recipe: &recipe,
                    networks: pool.as_ref(),
                    teacher: teacher.as_ref(),
                    pruning: pruning.as_ref(),
                    rates: plan.rates,
                    store: store.as_ref(),
                    test: &self.dataset.test,
                    seed: self.seed,
                    device: self.device,
                    interrupt: self.interrupt,
                    observer: self.observer,
                };
                let mut rows = self.with_task(model.as_ref(), |task| {
                    evaluate(sources, &evaluation, self.metrics, self.repeats, &task)
                })?;
                if rows.get(RANDOM).is_none() {
                    rows.push(RANDOM, None);
                }
                results.push(ModelRows {
                    model: name.clone(),
                    protocol: plan.name.into(),
                    ranking: Ranking::of(&rows, soft(&set.labels) || teacher.is_some()),
                    rows,
                });
            }
            ranking::add_robustness(&mut results, name);
        }
        Ok(self.report(results))
    }

    /// Refuses a dataset that the set is not of.
    pub(super) fn check_data(&self) -> Result<(), Error> {
        let describe = |shape, classes| format!("samples of {shape} in {classes} classes");
        let there = describe(self.artefact.set.shape, self.artefact.class_names.len());
        let expected = describe(self.dataset.shape, self.dataset.class_names.len());
        if there == expected {
            return Ok(());
        }
        Err(Error::OtherKindOfData {
            expected,
            found: there,
        })
    }

    /// The task of baselines for a network.
    pub(super) fn with_task<R>(
        &self,
        model: &dyn Model,
        work: impl FnOnce(Task<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        work(Task {
            train: &TrainingSet::new(self.dataset),
            model,
            budget: &budget(self.artefact),
            fill: Fill::Repeat,
            seed: self.seed,
            device: self.device,
            memory: cost::limit(None),
            interrupt: self.interrupt,
            observer: self.observer,
        })
    }

    /// The report of these results.
    pub(super) fn report(&self, results: Vec<ModelRows>) -> EvaluationReport {
        let provenance = &self.artefact.provenance;
        EvaluationReport {
            artefact: None,
            method: provenance.method.clone(),
            dataset: self.dataset.name.clone(),
            ipc: provenance.ipc,
            epochs: self.epochs,
            results,
            published: provenance.published.clone(),
        }
    }

    /// The protocols.
    fn plans(&self) -> Vec<Plan> {
        let own = &self.artefact.recipe.protocol;
        let names = match self.protocols {
            [] => &[OWN.to_owned()],
            names => names,
        };
        let mut plans = plans(names, own, &Facts::of(self.dataset));
        if let Some(epochs) = self.epochs {
            for plan in &mut plans {
                plan.protocol = plan.protocol.clone().with_epochs(epochs);
            }
        }
        plans
    }

    /// What networks are trained on by a protocol.
    fn sources(&self, plan: &Plan) -> Result<Vec<Source<'_>>, Error> {
        let set = &self.artefact.set;
        let mut sources = Source::distilled(set, self.making, &self.artefact.recipe);
        if !is_own(plan.name) && sources.len() > 1 {
            sources.retain(|source| source.training() == Training::Common);
        }
        if self.pruning.is_some() {
            for training in [Training::Dense, Training::Pruned] {
                sources.push(Source::network(set, training));
            }
        }
        let mut names = expanded(self.baselines, &set.labels);
        if !plan.rates.is_empty() {
            let soft = soft(&set.labels);
            let needed = [
                Some("random"),
                Some("whole"),
                soft.then_some("random@labels"),
            ];
            for name in needed.into_iter().flatten() {
                if !names.iter().any(|known| known == name) {
                    names.push(name.into());
                }
            }
            if soft {
                sources.push(Source::distilled_with_hard_labels(set));
            }
        }
        sources.extend(baselines(&names, self.dataset)?);
        Ok(sources)
    }

    /// The networks by name.
    fn models(&self) -> Result<Vec<(String, ModelChoice)>, Error> {
        let own = &self.artefact.recipe.model;
        if self.models.is_empty() {
            return Ok(vec![(own.name().into(), own.clone())]);
        }
        let input = facts::input(self.artefact.set.shape);
        let choice = |name: &String| {
            let model = match name == own.name() {
                true => own.clone(),
                false => model_spec(name, input)?,
            };
            Ok((name.clone(), model))
        };
        self.models.iter().map(choice).collect()
    }
}

fn soft(labels: &Labels) -> bool {
    !matches!(labels, Labels::Hard(_))
}

/// The name of the protocol that a set's recipe says.
pub const OWN: &str = "own";
/// The name of the protocol of soft labels.
const SOFT: &str = "soft";

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
