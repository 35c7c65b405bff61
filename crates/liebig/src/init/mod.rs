//! How the synthetic samples are initialised.

mod file;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use liebig_data::stream;
use liebig_nn::Optimizer;
use rand_distr::{Distribution, StandardNormal};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::config::Error as ConfigError;
use crate::set::samples;
use crate::synthetic::{Group, Synthetic};
use crate::{Error, Task, coresets};
pub(crate) use file::FromFile;

/// How the synthetic samples are initialised; written as one word, or as the path of a distilled set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Init {
    /// Standard normal noise in the space that networks train on: `noise`.
    Noise,
    /// The same noise, each sample scaled to the Euclidean norm 1 (Feng, Vedantam, Kempe, ICLR 2024): `unit-noise`.
    UnitNoise,
    /// Random real samples of each class: `real`.
    Real,
    /// The samples of a coreset, by its name, such as `k-means`.
    Coreset(String),
    /// A distilled set: its file, or the folder of its run. Of a class with more samples than its budget, the first
    /// ones are used; a class with fewer is filled up with random real samples.
    File(PathBuf),
}

/// Higher than the index of any random set in an evaluation, so that a set is never compared with its own start.
const DRAW: u64 = u64::MAX;

impl Init {
    /// The set before the first iteration; `method` names the random stream of noise.
    ///
    /// # Errors
    /// Any error of the coreset or the file.
    pub fn synthetic(
        &self,
        method: &str,
        task: &Task<'_>,
        optimizer: impl Into<Optimizer>,
    ) -> Result<Synthetic, Error> {
        let shape = task.train.shape();
        let values = samples(self.values(method, task)?, shape, task.device)?;
        let group = Group::new(&values, optimizer);
        let (budget, space) = (task.budget.clone(), task.train.space().clone());
        Ok(Synthetic::new(budget, shape, space, group))
    }

    fn values(&self, method: &str, task: &Task<'_>) -> Result<Vec<f32>, Error> {
        match self {
            Self::Noise => {
                let rng = stream(task.seed, &format!("{method}/init"), 0);
                let count = task.budget.total() * task.train.shape().len();
                Ok(StandardNormal.sample_iter(rng).take(count).collect())
            }
            Self::UnitNoise => {
                let mut values = Self::Noise.values(method, task)?;
                for sample in values.chunks_exact_mut(task.train.shape().len()) {
                    let norm = sample.iter().map(|value| value * value).sum::<f32>().sqrt();
                    sample.iter_mut().for_each(|value| *value /= norm);
                }
                Ok(values)
            }
            Self::Real => Ok(coresets::random(task, DRAW)?.values),
            Self::Coreset(name) => match coresets::find(name) {
                Some(coreset) => Ok(coreset.choose(task, DRAW)?.values),
                None => Err(ConfigError::OutOfRange {
                    key: "method.init".into(),
                    value: name.clone(),
                    rule: format!("expected {}", words()),
                }
                .into()),
            },
            Self::File(path) => FromFile::read(path, task)?.values(task),
        }
    }
}

/// The artefact in a run's folder, or the file itself.
#[must_use]
pub fn artefact_path(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join("distilled.safetensors")
    } else {
        path.into()
    }
}

impl FromStr for Init {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.ends_with(".safetensors") || text.contains(['/', '\\']) {
            return Ok(Self::File(text.into()));
        }
        match text {
            "noise" => Ok(Self::Noise),
            "unit-noise" => Ok(Self::UnitNoise),
            "real" | "random" => Ok(Self::Real),
            _ => match coresets::find(text) {
                Some(coreset) if !coreset.relabels() => Ok(Self::Coreset(coreset.name().into())),
                _ => Err(format!(
                    "`{text}` is not an initialisation; expected {}",
                    words()
                )),
            },
        }
    }
}

/// The accepted values, in words.
fn words() -> String {
    // Of a coreset with labels of its own, nothing of its own would be left.
    let all = coresets::CORESETS.iter().filter(|entry| !entry.relabels());
    let names = all.map(coresets::Entry::name);
    let coresets: Vec<&str> = names.filter(|name| *name != "random").collect();
    format!(
        "noise, unit-noise, real, {}, or the path of a distilled set",
        coresets.join(", ")
    )
}

impl std::fmt::Display for Init {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Noise => f.write_str("noise"),
            Self::UnitNoise => f.write_str("unit-noise"),
            Self::Real => f.write_str("real"),
            Self::Coreset(name) => f.write_str(name),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl TryFrom<String> for Init {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Init> for String {
    fn from(init: Init) -> Self {
        init.to_string()
    }
}

impl JsonSchema for Init {
    fn schema_name() -> Cow<'static, str> {
        "Init".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-range": words() })
    }
}

#[cfg(test)]
mod tests;
