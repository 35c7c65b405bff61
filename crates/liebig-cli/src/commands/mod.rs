//! The commands, a file each.

pub mod bench;
pub mod data;
pub mod distill;
pub mod evaluate;
#[cfg(feature = "papers")]
pub mod papers;
pub mod show;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use liebig::config::DataConfig;
use liebig::evaluate::Score;
use liebig_data::{Dataset, LoadOptions};
use liebig_grad::Device;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::{Value, json};

/// The artefact of a run's folder, or the file itself.
fn artefact_path(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join("distilled.safetensors")
    } else {
        path.into()
    }
}

fn load(data: &DataConfig) -> Result<Dataset> {
    let options = LoadOptions {
        image_size: data.image_size.map(|size| (size.height, size.width)),
        grayscale: data.grayscale,
        label_column: data.label_column.clone(),
    };
    Ok(liebig_data::load(&data.source, &options)?)
}

/// The device named on the command line; there is one so far.
fn device() -> Device {
    liebig_grad::cpu()
}

/// Threads for everything that is computed; all cores if none are named.
fn threads(count: Option<NonZeroUsize>) -> Result<ThreadPool> {
    let mut builder = ThreadPoolBuilder::new();
    if let Some(count) = count {
        builder = builder.num_threads(count.get());
    }
    builder.build().context("cannot start worker threads")
}

fn thread_count() -> usize {
    rayon::current_num_threads()
}

fn score_json(score: &Score) -> Value {
    json!({"mean": score.mean(), "std": score.std(), "n": score.n(), "accuracies": score.accuracies})
}
