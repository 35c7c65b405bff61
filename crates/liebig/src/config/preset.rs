//! Presets: `configs/METHOD/DATASET_ipcN.toml`, only what differs from the defaults, built into the program.
//!
//! `DATASET_ipcN.quick.toml` is laid over `DATASET_ipcN.toml` by `--quick`; `quick.toml` serves datasets without one.

use include_dir::{Dir, include_dir};

static CONFIGS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../configs");

/// One built-in preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its place without the ending, such as `dc/mnist_ipc1.quick`.
    pub name: &'static str,
    /// TOML.
    pub text: &'static str,
}

/// All presets, by name.
#[must_use]
pub fn presets() -> Vec<Preset> {
    let mut presets: Vec<Preset> = CONFIGS
        .dirs()
        .flat_map(Dir::files)
        .filter_map(|file| {
            let name = file.path().to_str()?.strip_suffix(".toml")?;
            Some(Preset {
                name,
                text: file.contents_utf8()?,
            })
        })
        .collect();
    presets.sort_unstable_by_key(|preset| preset.name);
    presets
}

/// The presets for a run, the general one first.
pub(super) fn select(method: &str, dataset: &str, ipc: usize, quick: bool) -> Vec<Preset> {
    let all = presets();
    let find = |name: String| all.iter().find(|preset| preset.name == name).copied();
    let full = find(format!("{method}/{dataset}_ipc{ipc}"));
    let quick = quick.then(|| {
        find(format!("{method}/{dataset}_ipc{ipc}.quick"))
            .or_else(|| find(format!("{method}/quick")))
    });
    full.into_iter().chain(quick.flatten()).collect()
}
