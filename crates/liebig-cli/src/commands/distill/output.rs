//! The folder of a run.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use liebig::config::{Layers, Resolved};

use crate::args::DistillArguments;

/// The folder that was asked for; otherwise `runs/METHOD-DATASET-ipcN-seedN`, with a number if that is taken. To resume,
/// the last one that is there.
pub fn path(arguments: &DistillArguments, resolved: &Resolved, dataset: &str) -> PathBuf {
    if let Some(path) = &arguments.output {
        return path.clone();
    }
    let config = &resolved.config;
    let name = format!(
        "{}-{dataset}-ipc{}-seed{}",
        config.method.name(),
        config.general.ipc,
        config.general.seed
    );
    numbered(Path::new("runs"), &name, arguments.resume)
}

/// The configuration of the run in the folder.
pub fn layers(path: &Path) -> Result<Layers> {
    let mut layers = Layers::default();
    layers.file(&path.join("config.toml"))?;
    Ok(layers)
}

/// The number of iterations of the run in the folder, which has this configuration.
pub fn iterations(run: &Layers, path: &Path) -> Result<u64> {
    run.iterations().with_context(|| {
        format!(
            "{}: the configuration has no number of iterations\nhint: start the run again without --resume",
            path.display()
        )
    })
}

fn numbered(parent: &Path, name: &str, existing: bool) -> PathBuf {
    let mut last = parent.join(name);
    let mut number = 2;
    let mut next = last.clone();
    while next.exists() {
        last = next;
        next = parent.join(format!("{name}-{number}"));
        number += 1;
    }
    if existing { last } else { next }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_taken_name_gets_a_number() {
        let folder = tempfile::tempdir().unwrap();
        let parent = folder.path();
        assert_eq!(numbered(parent, "a", false), parent.join("a"));
        assert_eq!(numbered(parent, "a", true), parent.join("a"));
        std::fs::create_dir(parent.join("a")).unwrap();
        assert_eq!(numbered(parent, "a", false), parent.join("a-2"));
        std::fs::create_dir(parent.join("a-2")).unwrap();
        assert_eq!(numbered(parent, "a", false), parent.join("a-3"));
        assert_eq!(numbered(parent, "a", true), parent.join("a-2"));
    }
}
