//! The commands, a file each.

pub mod bench;
pub mod completions;
pub mod continual;
pub mod data;
pub mod distill;
pub mod evaluate;
pub mod experts;
pub mod export;
pub mod frontier;
pub mod import;
pub mod man;
pub mod methods;
pub mod models;
#[cfg(feature = "papers")]
pub mod papers;
pub mod privacy;
pub mod records;
pub mod report;
pub mod search;
pub mod show;
pub mod train;

use std::path::Path;

use anyhow::{Context, Result};
use liebig::artefact::Artefact;
use liebig::config::DataConfig;
use liebig::{Dataset, Setting};
use liebig_data::NoteKind;
use liebig_grad::Device;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::progress::Voice;

fn load(data: &DataConfig, memory_limit: Option<u64>) -> Result<Dataset> {
    // As an error of the library, which knows wrong settings from damaged data.
    let options = data.options(memory_limit);
    Ok(liebig::load(&data.source, &options).map_err(liebig::Error::from)?)
}

/// Says what is not in the dataset or not as in its files; more only if it is wanted.
fn say_notes(voice: Voice, dataset: &Dataset) {
    for note in &dataset.notes {
        match note.kind {
            NoteKind::Skipped | NoteKind::Repaired | NoteKind::Warning => {
                voice.say(&format!("data: {note}"));
            }
            _ => voice.detail(&format!("data: {note}")),
        }
    }
}

/// The device named on the command line; there is one so far.
fn device() -> Device {
    liebig_grad::cpu()
}

/// Threads for everything that is computed; all cores if none are named.
fn threads(count: Option<u16>) -> Result<ThreadPool> {
    let mut builder = ThreadPoolBuilder::new();
    if let Some(count) = count {
        builder = builder.num_threads(count.into());
    }
    builder.build().context("cannot start worker threads")
}

/// Settings for people: key, default and values, and under them what they do and where the default comes from.
fn settings_text(settings: &[Setting]) -> String {
    let key = settings
        .iter()
        .map(|setting| setting.key.len())
        .max()
        .unwrap_or(0);
    let lines = settings.iter().map(|setting| {
        let default = match &setting.default {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "(not set)".into(),
        };
        let source = match &setting.source {
            Some(source) => format!(" Source: {source}."),
            None => String::new(),
        };
        let head = format!("{:key$}  {default}  [{}]", setting.key, setting.range);
        format!("{head}\n    {}{source}", setting.about)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Refuses names in `--methods` that no method has.
fn check_methods(methods: &[String]) -> Result<()> {
    let unknown = methods
        .iter()
        .find(|name| liebig::methods::find(name).is_none());
    let Some(name) = unknown else {
        return Ok(());
    };
    let known: Vec<&str> = liebig::methods::all().map(|entry| entry.name).collect();
    let error = liebig::config::Error::UnknownMethod {
        place: "--methods".into(),
        name: name.clone(),
        known: known.join(", "),
    };
    Err(liebig::Error::from(error).into())
}

/// The assignments of `--set` that are for one of several methods: `NAME:KEY=VALUE` is for that one only, others are for all.
fn assignments_for<'a>(
    all: &'a [String],
    methods: &'a [String],
    method: &'a str,
) -> impl Iterator<Item = &'a str> {
    all.iter()
        .filter_map(move |assignment| match assignment.split_once(':') {
            Some((name, rest)) if methods.iter().any(|known| known == name) => {
                (name == method).then_some(rest)
            }
            _ => Some(assignment.as_str()),
        })
}

/// The dataset of an artefact: where `source` says, where the run's data is, or by the name in the file.
fn dataset_of(path: &Path, source: Option<&str>, artefact: &Artefact) -> Result<Dataset> {
    let run = path.is_dir().then_some(path);
    Ok(liebig::evaluate::dataset_of(artefact, source, run)?)
}
