//! What is known of a run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use liebig::artefact::Artefact;
use liebig::evaluate::{Making, Row, Rows};
use liebig::run::{Machine, Manifest, Metric};
use liebig::session::Report;
use liebig::{Published, SampleShape, artefact_path, image_grid};
use serde::Serialize;

use super::super::evaluate::named;
use super::super::evaluate::saved::{self, Saved};
use super::super::evaluate::snapshots::{self, Accuracy};
use super::caveats;

/// Points of a curve that are kept; more cannot be told apart.
const POINTS: usize = 400;

/// The facts of a run, as `--json` prints them.
#[derive(Serialize)]
pub struct Run {
    /// The folder.
    pub folder: PathBuf,
    /// The method.
    pub method: String,
    /// The dataset.
    pub dataset: String,
    /// Samples per class.
    pub ipc: usize,
    /// Iterations.
    pub iterations: u64,
    /// The seed.
    pub seed: u64,
    /// The preset.
    pub preset: Option<String>,
    /// The network, with its options.
    pub network: String,
    /// How it is trained.
    pub protocol: String,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Scores by source.
    pub scores: Vec<Score>,
    /// What else should stand beside the set, if anything.
    pub missing: Option<Missing>,
    /// What was published.
    pub published: Option<Published>,
    /// What it cost.
    pub cost: Cost,
    /// Mean loss over parts of the run.
    pub losses: Vec<Loss>,
    /// Accuracy over the iterations, where it was measured.
    pub accuracies: Vec<Accuracy>,
    /// What to be careful about.
    pub caveats: Vec<String>,
    /// The resolved configuration, TOML.
    pub config: String,
    /// The samples as a picture, PNG; none for tables.
    #[serde(skip)]
    pub picture: Option<Vec<u8>>,
}

/// The scores of the networks trained on one source.
#[derive(Serialize)]
pub struct Score {
    /// Its name.
    pub source: String,
    /// The same in words, with the network and the protocol if they are not the recipe's.
    pub label: String,
    /// The network, if it is another than the recipe's.
    pub model: Option<String>,
    /// The protocol, if it is another than the recipe's.
    pub protocol: Option<String>,
    /// The number of epochs, if it is another than the protocol's.
    pub epochs: Option<usize>,
    /// Networks.
    pub n: usize,
    /// Mean accuracy, a fraction.
    pub mean: f64,
    /// Population standard deviation.
    pub std: f64,
    /// Seconds that it took to make the set.
    pub seconds: Option<f64>,
    /// Percentage points of the mean for each minute of a core that the set took.
    pub accuracy_per_cpu_minute: Option<f64>,
    /// Bits per class.
    pub bits_per_class: f64,
}

/// Baselines that were not evaluated by the recipe.
#[derive(Serialize)]
pub struct Missing {
    /// Their names.
    pub baselines: Vec<String>,
    /// The command that adds all but the whole dataset.
    pub command: String,
}

/// What a run cost.
#[derive(Serialize)]
pub struct Cost {
    /// Wall time of the distillation in seconds.
    pub distill_seconds: f64,
    /// Of everything.
    pub seconds: f64,
    /// Peak memory in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// The machine.
    pub machine: Machine,
    /// Threads.
    pub threads: usize,
    /// Times that the run was started.
    pub attempts: usize,
}

/// A point of the curve.
#[derive(Serialize)]
pub struct Loss {
    /// The last iteration that is part of it.
    pub iteration: u64,
    /// The mean loss since the point before.
    pub loss: f64,
}

impl Run {
    /// Reads a run's folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let file = |name: &str| folder.join(name);
        if !file("results.json").exists() {
            match file("config.toml").exists() {
                true => {
                    bail!("the run is not finished\nhint: `liebig distill --resume` finishes it")
                }
                false => bail!("there is no results.json\nhint: give the folder of a finished run"),
            }
        }
        let read = |name: &str| {
            let path = file(name);
            std::fs::read_to_string(&path).with_context(|| path.display().to_string())
        };
        let damaged = |name: &'static str| move || format!("{name} is damaged");
        let report: Report =
            serde_json::from_str(&read("results.json")?).with_context(damaged("results.json"))?;
        let manifest: Manifest =
            serde_json::from_str(&read("manifest.json")?).with_context(damaged("manifest.json"))?;
        let config = read("config.toml")?;
        let artefact = Artefact::read(&artefact_path(folder))?;
        let last = manifest
            .attempts
            .last()
            .context("manifest.json: no attempts")?;
        let metrics = read("metrics.jsonl").unwrap_or_default();
        let metrics = metrics.lines().map(serde_json::from_str::<Metric>);
        let metrics: Vec<Metric> = metrics
            .collect::<Result<_, _>>()
            .with_context(damaged("metrics.jsonl"))?;
        let scores = scores(&report.rows, saved::read(folder)?, &artefact, last.threads);
        Ok(Self {
            folder: folder.into(),
            network: super::super::distill::options(&artefact.recipe.model),
            protocol: protocol(&artefact),
            classes: artefact.class_names.clone(),
            missing: missing(folder, &report, &scores, &artefact),
            scores,
            cost: Cost {
                distill_seconds: report.distill_seconds,
                seconds: report.seconds,
                peak_rss_bytes: report.peak_rss_bytes,
                machine: last.machine.clone(),
                threads: last.threads,
                attempts: manifest.attempts.len(),
            },
            losses: losses(&metrics),
            accuracies: snapshots::read(folder)?,
            caveats: caveats::of(&report, &artefact, &config)?,
            picture: match artefact.set.shape {
                SampleShape::Image { .. } => Some(image_grid::of(&artefact)?),
                SampleShape::Table { .. } => None,
            },
            method: report.method,
            dataset: report.dataset,
            ipc: report.ipc,
            iterations: report.iterations,
            seed: report.seed,
            preset: report.preset,
            published: report.published,
            config,
        })
    }

    /// What it is, in a line.
    pub fn title(&self) -> String {
        format!(
            "{} on {}, {} per class",
            self.method, self.dataset, self.ipc
        )
    }
}

fn protocol(artefact: &Artefact) -> String {
    let protocol = &artefact.recipe.protocol;
    format!(
        "{} epochs, batches of {}, learning rate {}, augmentation {}",
        protocol.epochs, protocol.batch_size, protocol.lr, protocol.augmentation
    )
}

/// The scores of a run's own evaluation, then those that were saved later.
fn scores(rows: &Rows, saved: Vec<Saved>, artefact: &Artefact, threads: usize) -> Vec<Score> {
    let own = rows
        .iter()
        .map(|(source, row)| Score::new(source, row, threads));
    let mut scores: Vec<Score> = own.collect();
    for saved in saved {
        let model = Some(saved.model).filter(|model| model != artefact.recipe.model.name());
        let protocol = Some(saved.protocol).filter(|protocol| protocol != "own");
        let score = Score::new(&saved.source, &saved.row, threads);
        let others = [
            protocol.clone(),
            model.clone(),
            saved.epochs.map(|epochs| format!("{epochs} epochs")),
        ];
        let others: Vec<String> = others.into_iter().flatten().collect();
        let score = Score {
            label: match others.is_empty() {
                true => score.label,
                false => format!("{} ({})", score.label, others.join(", ")),
            },
            model,
            protocol,
            epochs: saved.epochs,
            ..score
        };
        if scores.iter().all(|known| known.key() != score.key()) {
            scores.push(score);
        }
    }
    scores
}

/// What should stand beside the set and was not evaluated by the recipe.
fn missing(
    folder: &Path,
    report: &Report,
    scores: &[Score],
    artefact: &Artefact,
) -> Option<Missing> {
    let there = |name: &&str| {
        scores
            .iter()
            .any(|score| score.key() == (*name, None, None, None))
    };
    let usual = liebig::evaluate::usual(&artefact.set.labels);
    let wanted: Vec<&str> = usual.into_iter().filter(|name| !there(name)).collect();
    let whole = Some("whole").filter(|name| !there(name));
    if wanted.is_empty() && whole.is_none() {
        return None;
    }
    let names = match wanted.is_empty() {
        true => "whole".into(),
        false => wanted.join(","),
    };
    let repeats = report.rows.iter().map(|(_, row)| row.n).max();
    let folder = folder.display().to_string();
    let folder = match folder.contains(char::is_whitespace) {
        true => format!("'{folder}'"),
        false => folder,
    };
    let command = format!(
        "liebig evaluate {folder} --baseline {names} --seed {} --repeats {} --save",
        report.seed,
        repeats.unwrap_or(5),
    );
    Some(Missing {
        baselines: wanted.into_iter().chain(whole).map(String::from).collect(),
        command,
    })
}

impl Score {
    fn new(source: &str, row: &Row, threads: usize) -> Self {
        let making = row.seconds.map(|seconds| Making { seconds, threads });
        Self {
            source: source.into(),
            label: named(source),
            model: None,
            protocol: None,
            epochs: None,
            n: row.n,
            mean: row.mean,
            std: row.std,
            seconds: row.seconds,
            accuracy_per_cpu_minute: row
                .accuracy_per_cpu_minute
                .or_else(|| making?.accuracy_per_cpu_minute(row.mean)),
            bits_per_class: row.bits_per_class,
        }
    }

    /// What there is one score for.
    fn key(&self) -> (&str, Option<&str>, Option<&str>, Option<usize>) {
        let (model, protocol) = (self.model.as_deref(), self.protocol.as_deref());
        (&self.source, model, protocol, self.epochs)
    }
}

impl Missing {
    /// In a sentence or two.
    pub fn text(&self) -> String {
        let names: Vec<String> = self.baselines.iter().map(|name| named(name)).collect();
        let whole = match self.baselines.iter().any(|name| name == "whole") {
            true if self.baselines.len() > 1 => {
                "; whole, which trains on everything and may take hours, is added by --baseline whole"
            }
            true => "; it trains on everything and may take hours",
            false => "",
        };
        format!(
            "Not evaluated beside the set: {}. `{}` adds what is missing{whole}.",
            names.join(", "),
            self.command
        )
    }
}

/// At most [`POINTS`] means.
fn losses(metrics: &[Metric]) -> Vec<Loss> {
    let size = metrics.len().div_ceil(POINTS).max(1);
    let point = |part: &[Metric]| Loss {
        iteration: part.last().map_or(0, |metric| metric.iteration),
        loss: part.iter().map(|metric| metric.loss).sum::<f64>() / part.len() as f64,
    };
    metrics.chunks(size).map(point).collect()
}
