//! One run of a frontier, and its test.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use liebig::artefact::Artefact;
use liebig::atomic;
use liebig::config::Layers;
use liebig::coresets;
use liebig::evaluate::{ArtefactEvaluation, Metric, ModelRows, OWN, plans};
use liebig::run::Interrupt;
use liebig::session::RunOptions;
use liebig::{Dataset, Error, Facts, Session, Zca};
use serde::{Deserialize, Serialize};

use super::super::distill::{experts, fit, output as run};
use crate::args::FrontierArguments;
use crate::progress::{Terminal, Voice};

/// One run: a method with a seed on a dataset, for some minutes.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The dataset, by name or path.
    pub data: String,
    /// Samples per class.
    pub ipc: i64,
    /// The method.
    pub method: String,
    /// The time; none for a method without iterations.
    pub minutes: Option<Duration>,
    /// The seed.
    pub seed: u32,
}

/// What is kept of it, in `cell.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The dataset's name.
    pub dataset: String,
    /// How it was whitened, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zca: Option<Zca>,
    /// Samples per class.
    pub ipc: i64,
    /// The method.
    pub method: String,
    /// The time that was given, in minutes; none for a method without iterations.
    pub minutes: Option<f64>,
    /// The seed.
    pub seed: u32,
    /// Wall time of reading the data, experts, measuring and distilling, in seconds.
    pub seconds: f64,
    /// Iterations.
    pub iterations: u64,
    /// Scores of each network by the common protocol ([`COMMON`]) and, for a set whose recipe has another protocol and no
    /// steps of its own, by that; none before the test.
    pub results: Vec<ModelRows>,
}

impl Kept {
    /// What is kept of all runs of the folder, in the order of their names.
    pub fn all(output: &Path) -> Result<Vec<Self>> {
        let folders = |path: &Path| -> Result<Vec<PathBuf>> {
            let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
            let paths = entries.map(|entry| Ok(entry?.path()));
            let mut paths = paths.collect::<Result<Vec<_>>>()?;
            paths.retain(|path| path.is_dir());
            paths.sort_unstable();
            Ok(paths)
        };
        let mut all = Vec::new();
        for of_dataset in folders(output)? {
            for run in folders(&of_dataset)? {
                let path = run.join(KEPT);
                if path.exists() {
                    all.push(Self::read(&path)?);
                }
            }
        }
        Ok(all)
    }

    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read(path).with_context(|| path.display().to_string())?;
        serde_json::from_slice(&text).with_context(|| path.display().to_string())
    }

    fn write(&self, path: &Path) -> Result<()> {
        Ok(atomic::write(path, &serde_json::to_vec_pretty(self)?)?)
    }
}

/// Its file in the run's folder.
const KEPT: &str = "cell.json";

/// The protocol that the publication of gradient matching has for the dataset.
pub const COMMON: &str = "dc";

/// Whether a method has iterations, so that a time can be given.
pub fn iterates(method: &str) -> bool {
    coresets::find(method).is_none()
}

impl Cell {
    /// The name of its folder, such as `mnist-ipc1/dd-2min-seed0`.
    pub fn name(&self) -> String {
        let data = Path::new(&self.data).file_name().unwrap_or_default();
        let minutes = self.minutes.map_or_else(String::new, |minutes| {
            format!("-{}min", minutes.as_secs_f64() / 60.0)
        });
        format!(
            "{}-ipc{}/{}{minutes}-seed{}",
            data.to_string_lossy(),
            self.ipc,
            self.method,
            self.seed
        )
    }

    fn kept_in(&self, output: &Path) -> PathBuf {
        output.join(self.name()).join(KEPT)
    }

    /// Runs it from where it stands, unless it is finished.
    pub fn distil(
        &self,
        arguments: &FrontierArguments,
        interrupt: &Interrupt,
        voice: Voice,
    ) -> Result<()> {
        let output = &arguments.output;
        if self.kept_in(output).exists() {
            return Ok(());
        }
        voice.say(&format!("frontier: {}", self.name()));
        let folder = output.join(self.name());
        let terminal = Terminal::new(voice);
        let started = Instant::now();
        let mut layers = self.layers(arguments)?;
        let dataset = super::super::load(&layers.select()?.data, None)?;
        if let Some(time) = self.minutes {
            let times = (time, started);
            experts::add(&mut layers, &dataset, times, &folder, interrupt, voice)?;
        }
        let start = |layers: &Layers| -> Result<Session<'_>> {
            let resolved = layers.resolve(&Facts::of(&dataset))?;
            Ok(Session::new(resolved, &dataset)?
                .on(super::super::device())
                .interrupted_by(interrupt.clone())
                .observed_by(&terminal))
        };
        let resume = folder.join("config.toml").exists();
        let session = match self.minutes {
            None => start(&layers)?,
            Some(time) => {
                let resumed = resume.then_some(&*folder);
                fit::session((time, started), resumed, &mut layers, start)?.0
            }
        };
        let zca = session.resolved().config.data.zca;
        let before = started.elapsed().as_secs_f64();
        let options = RunOptions {
            resume,
            command_line: std::env::args().collect(),
        };
        let report = session.run(&folder, options)?;
        Kept {
            dataset: dataset.name.clone(),
            zca: zca.filter(|&zca| zca != Zca::None),
            ipc: self.ipc,
            method: self.method.clone(),
            minutes: self.minutes.map(|time| time.as_secs_f64() / 60.0),
            seed: self.seed,
            seconds: before + report.distill_seconds,
            iterations: report.iterations,
            results: Vec::new(),
        }
        .write(&self.kept_in(output))
    }

    /// Tests the set of a finished run on the networks that it was not tested on.
    pub fn test(
        &self,
        arguments: &FrontierArguments,
        interrupt: &Interrupt,
        voice: Voice,
    ) -> Result<()> {
        let output = &arguments.output;
        let mut kept = Kept::read(&self.kept_in(output))?;
        let untested = |model: &&String| kept.results.iter().all(|rows| rows.model != **model);
        let models: Vec<String> = arguments.models.iter().filter(untested).cloned().collect();
        if models.is_empty() {
            return Ok(());
        }
        voice.say(&format!("frontier: test of {}", self.name()));
        let folder = output.join(self.name());
        let dataset = super::super::load(&run::layers(&folder)?.select()?.data, None)?;
        let artefact = Artefact::read(&folder.join("distilled.safetensors"))?;
        let terminal = Terminal::new(voice);
        let results = self.results(
            artefact,
            (&dataset, &models),
            arguments,
            interrupt,
            &terminal,
        )?;
        kept.results.extend(results);
        kept.write(&self.kept_in(output))
    }

    fn layers(&self, arguments: &FrontierArguments) -> Result<Layers> {
        let mut layers = Layers::new(true);
        for assignment in &arguments.set {
            layers.set(assignment)?;
        }
        layers.value("--methods", "method.name", Some(self.method.as_str()));
        layers.value("--data", "data.source", Some(self.data.as_str()));
        layers.value("--ipc", "ipc", Some(self.ipc));
        layers.value("--seeds", "seed", Some(i64::from(self.seed)));
        // The test follows, by the same protocol for all methods.
        layers.value("--repeats", "evaluation.repeats", Some(0));
        Ok(layers)
    }

    /// The accuracies by the common protocol and, for a set whose recipe has another one and no steps of its own, by that.
    fn results(
        &self,
        mut artefact: Artefact,
        (dataset, models): (&Dataset, &[String]),
        arguments: &FrontierArguments,
        interrupt: &Interrupt,
        terminal: &Terminal,
    ) -> Result<Vec<ModelRows>, Error> {
        let own = artefact.recipe.protocol.clone();
        let plans = plans(&[COMMON.into()], &own, &Facts::of(dataset));
        let mut protocols: Vec<_> = plans
            .into_iter()
            .map(|plan| (COMMON, plan.protocol))
            .collect();
        if artefact.recipe.unroll.is_none() && protocols.iter().all(|(_, common)| *common != own) {
            protocols.push((OWN, own));
        }
        let mut results = Vec::new();
        for (name, protocol) in protocols {
            artefact.recipe.protocol = protocol;
            let evaluation = ArtefactEvaluation {
                networks: None,
                artefact: &artefact,
                dataset,
                models,
                repeats: arguments.repeats as usize,
                protocols: &[],
                teacher: None,
                pruning: None,
                store: None,
                epochs: arguments.epochs.map(|epochs| epochs as usize),
                making: None,
                baselines: &[],
                metrics: &[Metric::Accuracy],
                seed: u64::from(self.seed),
                device: &super::super::device(),
                interrupt,
                observer: terminal,
            };
            results.extend(evaluation.run()?.results.into_iter().map(|rows| ModelRows {
                protocol: name.into(),
                ..rows
            }));
        }
        Ok(results)
    }
}
