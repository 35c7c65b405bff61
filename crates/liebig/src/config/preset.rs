//! Presets: `configs/METHOD/DATASET_ipcN.toml`, which hold only differences from the defaults, built into the program.
//!
//! `DATASET_NETWORK_ipcN.toml` takes its place for that network. The quick variant merges `DATASET_ipcN.quick.toml` onto it;
//! `quick.toml` is for datasets without one.

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

/// The presets for a run, the one with lowest precedence first. `network` is the one that was asked for, if any was.
pub(super) fn select(
    method: &str,
    dataset: &str,
    (network, ipc): (Option<&str>, usize),
    quick: bool,
) -> Vec<Preset> {
    let all = presets();
    let find = |name: String| all.iter().find(|preset| preset.name == name).copied();
    let best = |end: &str| {
        network
            .and_then(|network| find(format!("{method}/{dataset}_{network}_ipc{ipc}{end}")))
            .or_else(|| find(format!("{method}/{dataset}_ipc{ipc}{end}")))
    };
    let full = best("");
    let quick = quick.then(|| best(".quick").or_else(|| find(format!("{method}/quick"))));
    full.into_iter().chain(quick.flatten()).collect()
}
