//! The commands, a file each.

pub mod bench;
pub mod completions;
pub mod data;
pub mod distill;
pub mod evaluate;
pub mod man;
pub mod methods;
pub mod models;
#[cfg(feature = "papers")]
pub mod papers;
pub mod show;

use anyhow::{Context, Result};
use liebig::config::DataConfig;
use liebig::{Dataset, LoadOptions, Setting};
use liebig_grad::Device;
use rayon::{ThreadPool, ThreadPoolBuilder};

fn load(data: &DataConfig, memory_limit: Option<u64>) -> Result<Dataset> {
    let options = LoadOptions {
        image_size: data.image_size.map(|size| (size.height, size.width)),
        grayscale: data.grayscale,
        label_column: data.label_column.clone(),
        memory_limit,
    };
    Ok(liebig::load(&data.source, &options)?)
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
