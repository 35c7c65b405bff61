//! Liebig's own results: the JSON objects that `liebig distill --json` prints, stored under `records/`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::files;

/// A number we measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// The method, or `random` for the baseline of a run.
    pub method: String,
    /// The dataset.
    pub dataset: String,
    /// Images per class.
    pub ipc: f64,
    /// The network that was trained and tested; empty if the record does not say.
    pub network: String,
    /// Mean accuracy, in per cent.
    pub mean: f64,
    /// Standard deviation, in percentage points.
    pub std: f64,
    /// Number of networks that were trained.
    pub n: u64,
    /// The file that contains the number.
    pub record: PathBuf,
}

/// Mean and standard deviation over networks, as fractions.
#[derive(Deserialize)]
struct Mean {
    mean: f64,
    #[serde(default)]
    std: f64,
    #[serde(default = "one")]
    n: u64,
}

fn one() -> u64 {
    1
}

#[derive(Deserialize)]
struct Record {
    method: String,
    dataset: String,
    ipc: f64,
    #[serde(default, alias = "network")]
    model: Option<String>,
    distilled: Mean,
    #[serde(default)]
    random: Option<Mean>,
}

/// How many levels of folders under `records/` are searched.
const DEPTH: usize = 6;

/// Reads every `*.json` file below a folder that contains the object of a run, or an array of them. Returns the numbers,
/// and the paths of the JSON files that contain something else. A folder that does not exist has no numbers.
///
/// # Errors
/// [`Error::Io`], [`Error::TooLarge`].
pub fn read(folder: &Path) -> Result<(Vec<Measured>, Vec<PathBuf>), Error> {
    let mut paths = Vec::new();
    collect(folder, 0, &mut paths)?;
    paths.sort();
    let (mut measured, mut others) = (Vec::new(), Vec::new());
    for path in paths {
        let found = serde_json::from_slice::<Value>(&files::read(&path)?)
            .ok()
            .map(|value| records(&value, &path))
            .unwrap_or_default();
        if found.is_empty() {
            others.push(path);
        }
        measured.extend(found);
    }
    Ok((measured, others))
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), Error> {
    if !folder.is_dir() || depth > DEPTH {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).map_err(|source| Error::read(folder, source))? {
        let path = entry.map_err(|source| Error::read(folder, source))?.path();
        if path.is_dir() {
            collect(&path, depth + 1, paths)?;
        } else if path.extension().is_some_and(|ending| ending == "json")
            // Every run's folder has a manifest beside its results.
            && path.file_name().is_some_and(|name| name != "manifest.json")
        {
            paths.push(path);
        }
    }
    Ok(())
}

fn records(value: &Value, path: &Path) -> Vec<Measured> {
    let values: Vec<&Value> = value
        .as_array()
        .map_or_else(|| vec![value], |values| values.iter().collect());
    let mut measured = Vec::new();
    for record in values
        .into_iter()
        .filter_map(|value| Record::deserialize(value).ok())
    {
        let number = |method: &str, mean: &Mean| Measured {
            method: method.to_owned(),
            dataset: record.dataset.clone(),
            ipc: record.ipc,
            network: record.model.clone().unwrap_or_default(),
            mean: 100.0 * mean.mean,
            std: 100.0 * mean.std,
            n: mean.n,
            record: path.to_owned(),
        };
        measured.push(number(&record.method, &record.distilled));
        measured.extend(record.random.as_ref().map(|mean| number("random", mean)));
    }
    measured
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn records_of_runs_are_read_and_others_named() {
        let folder = tempfile::tempdir().unwrap();
        let record = r#"{"method": "dc", "dataset": "mnist", "ipc": 1, "seconds": 3.5,
            "distilled": {"mean": 0.917, "std": 0.005, "n": 5}, "random": {"mean": 0.64, "std": 0.01, "n": 5}}"#;
        std::fs::create_dir(folder.path().join("deep")).unwrap();
        std::fs::write(folder.path().join("deep/run.json"), format!("[{record}]")).unwrap();
        std::fs::write(folder.path().join("machine.json"), "{}").unwrap();
        std::fs::write(folder.path().join("broken.json"), "{").unwrap();
        std::fs::write(folder.path().join("manifest.json"), "{}").unwrap();
        let (measured, others) = read(folder.path()).unwrap();
        let facts: Vec<_> = measured
            .iter()
            .map(|m| (m.method.as_str(), m.ipc, m.n))
            .collect();
        assert_eq!(facts, [("dc", 1.0, 5), ("random", 1.0, 5)]);
        assert!((measured[0].mean - 91.7).abs() < 1e-9);
        assert_eq!(others.len(), 2);
        assert_eq!(read(&folder.path().join("none")).unwrap().0, []);
    }
}
