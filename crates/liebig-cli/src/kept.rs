//! Folders that keep results, so that a command can be stopped and started again.

use std::path::Path;

use anyhow::{Context, Result, bail};
use liebig::atomic;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A JSON file, if it is there.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}

/// Writes what results depend on, besides their names, into a file of their folder, which is made; refuses a folder with results
/// by other settings, so that those are not mixed. `check` refuses settings that cannot be used, before anything is written.
pub fn same_settings<T: Serialize + DeserializeOwned + PartialEq>(
    (folder, file): (&Path, &str),
    settings: &T,
    check: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let path = folder.join(file);
    match read::<T>(&path)? {
        Some(before) if before != *settings => bail!(
            "{}: the results there are by other settings\nhint: give another folder as --output",
            folder.display()
        ),
        Some(_) => Ok(()),
        None => {
            check()?;
            std::fs::create_dir_all(folder)?;
            Ok(atomic::write(&path, &serde_json::to_vec_pretty(settings)?)?)
        }
    }
}
