//! Files with a line of JSON for each entry, in the folder of a run.

use std::path::Path;

use anyhow::{Context, Result};
use liebig::atomic;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The entries of a file; none if it is not there.
pub fn read<T: DeserializeOwned>(run: &Path, file: &str) -> Result<Vec<T>> {
    let text = match std::fs::read_to_string(run.join(file)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    let lines = text.lines().map(serde_json::from_str);
    lines
        .collect::<Result<_, _>>()
        .with_context(|| format!("{file} is damaged"))
}

/// Writes the entries, atomically.
pub fn write<T: Serialize>(run: &Path, file: &str, entries: &[T]) -> Result<()> {
    let mut lines = String::new();
    for entry in entries {
        lines.push_str(&serde_json::to_string(entry)?);
        lines.push('\n');
    }
    let path = run.join(file);
    atomic::write(&path, lines.as_bytes()).with_context(|| path.display().to_string())
}
