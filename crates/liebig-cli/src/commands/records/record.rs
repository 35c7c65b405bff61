//! One record.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use liebig::run::Manifest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is said of a record.
#[derive(Serialize)]
pub struct Record {
    /// The folder, below that of all records.
    pub folder: PathBuf,
    /// The day on which it was started.
    pub date: String,
    /// The method.
    pub method: String,
    /// The dataset.
    pub dataset: String,
    /// Samples per class.
    pub ipc: u64,
    /// The seed.
    pub seed: u64,
    /// The iterations that were done.
    pub iterations: u64,
    /// Wall time of the distillation in seconds, where it is known, otherwise of everything.
    pub seconds: f64,
    /// The processor.
    pub machine: String,
    /// Worker threads.
    pub threads: usize,
    /// Every result.
    pub results: Vec<Outcome>,
}

/// The result of the networks trained on one source.
#[derive(Clone, Serialize)]
pub struct Outcome {
    /// The file.
    pub file: String,
    /// The network.
    pub model: String,
    /// The protocol.
    pub protocol: String,
    /// What they were trained on.
    pub source: String,
    /// Networks.
    pub n: usize,
    /// Mean accuracy, a fraction.
    pub mean: f64,
    /// Population standard deviation.
    pub std: f64,
}

/// The scores of networks trained on one source; the other fields differ between versions.
#[derive(Deserialize)]
struct Row {
    mean: f64,
    std: f64,
    n: usize,
    /// Only rows have it.
    #[serde(rename = "accuracies")]
    _accuracies: Vec<f64>,
}

impl Record {
    /// Reads a record; one without configuration, seed, machine or number of networks is refused.
    pub fn read(root: &Path, folder: &Path) -> Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(path).with_context(|| format!("{name} is missing"))
        };
        let config: toml::Table = read("config.toml")?.parse().context("config.toml")?;
        let manifest: Manifest =
            serde_json::from_str(&read("manifest.json")?).context("manifest.json")?;
        let last = manifest.attempts.last();
        let last = last.context("manifest.json: there is no attempt, so no machine")?;
        let machine = last.machine.cpu.clone();
        let method = config.get("method").and_then(|method| method.get("name"));
        let model = config.get("model").and_then(|model| model.get("name"));
        let text = |value: Option<&toml::Value>| Some(value?.as_str()?.to_owned());
        let model = text(model).context("config.toml: there is no model.name")?;
        let ipc = config.get("ipc").and_then(toml::Value::as_integer);
        let (mut results, mut seconds) = (Vec::new(), manifest.seconds());
        for name in files(folder)? {
            let json = read(&name)?;
            let json: Value = serde_json::from_str(&json).with_context(|| name.clone())?;
            if name == "results.json" {
                let distilling = json.get("distill_seconds").and_then(Value::as_f64);
                seconds = distilling.unwrap_or(seconds);
            }
            match json.get("results").and_then(Value::as_array) {
                Some(tested) => {
                    for result in tested {
                        results.extend(outcomes(&name, &model, result));
                    }
                }
                None => results.extend(outcomes(&name, &model, &json)),
            }
        }
        ensure!(!results.is_empty(), "there is no result of any network");
        if let Some(none) = results.iter().find(|result| result.n == 0) {
            bail!("{}: {} has no networks", none.file, none.source);
        }
        Ok(Self {
            folder: folder.strip_prefix(root).unwrap_or(folder).into(),
            date: last.started.chars().take(10).collect(),
            method: text(method).context("config.toml: there is no method.name")?,
            dataset: manifest.dataset.name.clone(),
            ipc: ipc
                .and_then(|ipc| u64::try_from(ipc).ok())
                .context("config.toml: there is no ipc")?,
            seed: manifest.seed,
            iterations: manifest
                .attempts
                .iter()
                .map(|attempt| attempt.to_iteration)
                .max()
                .unwrap_or(0),
            seconds,
            machine: machine.context("manifest.json: the machine has no name")?,
            threads: last.threads,
            results,
        })
    }

    /// The result of the distilled set that stands for the record: by the common protocol where it was measured, then by its
    /// network with most repeats.
    pub fn distilled(&self) -> Option<&Outcome> {
        let common = self.of("distilled@common");
        common.or_else(|| self.of("distilled"))
    }

    /// The result of a source, that with most networks.
    pub fn of(&self, source: &str) -> Option<&Outcome> {
        let results = self.results.iter().filter(|result| result.source == source);
        // The first of several.
        results.rev().max_by_key(|result| result.n)
    }
}

/// The names of the JSON files in a folder but for the manifest, in order.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".json") && name != "manifest.json" {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The rows of a JSON object by source; `model` is the network, if the object does not name one.
fn outcomes(file: &str, model: &str, json: &Value) -> Vec<Outcome> {
    let text = |key: &str, usual: &str| {
        let value = json.get(key).and_then(Value::as_str);
        value.unwrap_or(usual).to_owned()
    };
    let (model, protocol) = (text("model", model), text("protocol", "own"));
    let outcome = |(source, row): (&String, &Value)| {
        let row = Row::deserialize(row).ok()?;
        Some(Outcome {
            file: file.into(),
            model: model.clone(),
            protocol: protocol.clone(),
            source: source.clone(),
            n: row.n,
            mean: row.mean,
            std: row.std,
        })
    };
    let rows = json.as_object().into_iter().flatten();
    rows.filter_map(outcome).collect()
}
