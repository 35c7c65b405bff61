//! One run of a frontier, and its test.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use liebig::artefact::Artefact;
use liebig::atomic;
use liebig::config::Layers;
use liebig::coresets;
use liebig::evaluate::{ArtefactEvaluation, Metric, ModelRows, plans};
use liebig::run::Interrupt;
use liebig::session::RunOptions;
use liebig::{Dataset, Error, Facts, Session};
use serde::{Deserialize, Serialize};

use super::super::distill::fit;
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
pub struct Tested {
    /// The dataset's name.
    pub dataset: String,
    /// Wall time of reading the data, measuring and distilling, in seconds.
    pub seconds: f64,
    /// Iterations.
    pub iterations: u64,
    /// Scores of each network.
    pub results: Vec<ModelRows>,
}

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

    /// What is known of it, if it is finished.
    pub fn tested(&self, output: &Path) -> Result<Option<Tested>> {
        let path = output.join(self.name()).join("cell.json");
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let tested = serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        Ok(Some(tested))
    }

    /// Runs and tests it, from where it stands.
    pub fn run(
        &self,
        arguments: &FrontierArguments,
        interrupt: &Interrupt,
        voice: Voice,
    ) -> Result<()> {
        if self.tested(&arguments.output)?.is_some() {
            return Ok(());
        }
        voice.say(&format!("frontier: {}", self.name()));
        let folder = arguments.output.join(self.name());
        let terminal = Terminal::new(voice);
        let started = Instant::now();
        let mut layers = self.layers(arguments)?;
        let dataset = super::super::load(&layers.select()?.data, None)?;
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
        let before = started.elapsed().as_secs_f64();
        let options = RunOptions {
            resume,
            command_line: std::env::args().collect(),
        };
        let report = session.run(&folder, options)?;
        let results = self.test(&report.artefact, &dataset, arguments, interrupt, &terminal)?;
        let tested = Tested {
            dataset: dataset.name.clone(),
            seconds: before + report.distill_seconds,
            iterations: report.iterations,
            results,
        };
        let json = serde_json::to_vec_pretty(&tested)?;
        Ok(atomic::write(&folder.join("cell.json"), &json)?)
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

    /// Tests the set by the protocol that the publication of gradient matching has for the dataset.
    fn test(
        &self,
        path: &Path,
        dataset: &Dataset,
        arguments: &FrontierArguments,
        interrupt: &Interrupt,
        terminal: &Terminal,
    ) -> Result<Vec<ModelRows>, Error> {
        let mut artefact = Artefact::read(path)?;
        let facts = Facts::of(dataset);
        let own = &artefact.recipe.protocol;
        if let [dc] = &plans(&["dc".into()], own, &facts)[..] {
            artefact.recipe.protocol = dc.protocol.clone();
        }
        let report = ArtefactEvaluation {
            networks: None,
            artefact: &artefact,
            dataset,
            models: &arguments.models,
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
        Ok(report.run()?.results)
    }
}
