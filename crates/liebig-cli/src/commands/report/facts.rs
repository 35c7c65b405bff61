//! What is known of a run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use liebig::artefact::Artefact;
use liebig::run::{Machine, Manifest, Metric};
use liebig::session::Report;
use liebig::{Published, SampleShape, artefact_path, image_grid};
use serde::Serialize;

use super::super::evaluate::saved;
use super::super::evaluate::snapshots::{self, Accuracy};
use super::caveats;
use super::scores::{Missing, Score, missing, scores};

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

/// At most [`POINTS`] means.
fn losses(metrics: &[Metric]) -> Vec<Loss> {
    let size = metrics.len().div_ceil(POINTS).max(1);
    let point = |part: &[Metric]| Loss {
        iteration: part.last().map_or(0, |metric| metric.iteration),
        loss: part.iter().map(|metric| metric.loss).sum::<f64>() / part.len() as f64,
    };
    metrics.chunks(size).map(point).collect()
}
