//! The commands, a file each.

pub mod data;
pub mod distill;
pub mod evaluate;
pub mod show;

use std::path::{Path, PathBuf};

use anyhow::Result;
use liebig::config::DataConfig;
use liebig_data::{Dataset, LoadOptions};

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
