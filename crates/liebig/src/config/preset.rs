//! Presets: `configs/METHOD/DATASET_ipcN.toml`, which hold only differences from the defaults, built into the program.
//!
//! `--quick` merges `DATASET_ipcN.quick.toml` onto `DATASET_ipcN.toml`; `quick.toml` is for datasets without one.

use include_dir::{Dir, include_dir};

static CONFIGS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/configs");

/// One built-in preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its path without the extension, such as `dc/mnist_ipc1.quick`.
    pub name: &'static str,
    /// Its text, in TOML.
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

/// The presets for a run, the one with lowest precedence first.
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
