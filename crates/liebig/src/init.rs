//! How the synthetic samples are initialised.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use liebig_data::{Space, stream};
use liebig_nn::Optimizer;
use rand_distr::{Distribution, StandardNormal};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::artefact::Artefact;
use crate::config::Error as ConfigError;
use crate::set::samples;
use crate::synthetic::{Group, Synthetic};
use crate::{Error, Task, coresets};

/// How the synthetic samples are initialised; written as one word, or as the path of a distilled set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Init {
    /// Standard normal noise in the space that networks train on: `noise`.
    Noise,
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
            Self::File(path) => from_file(path, task),
        }
    }
}

/// The samples of a distilled set, converted to the dataset's space and adjusted to the budget.
fn from_file(path: &Path, task: &Task<'_>) -> Result<Vec<f32>, Error> {
    let artefact = Artefact::read(&artefact_path(path))?;
    let train = task.train;
    let (shape, classes) = (train.shape(), train.classes());
    let describe = |shape, classes| format!("samples of {shape} in {classes} classes");
    if artefact.set.shape != shape || artefact.class_names.len() != classes {
        return Err(Error::OtherKindOfData {
            expected: describe(shape, classes),
            found: describe(artefact.set.shape, artefact.class_names.len()),
        });
    }
    let mut there = artefact.set.values.clone();
    if !same(&artefact.set.space, train.space()) {
        artefact.set.space.leave(shape, &mut there)?;
        train.space().enter(shape, &mut there)?;
    }
    let labels = artefact.classes();
    // Which sample of the set each place takes.
    let mut taken: Vec<Option<usize>> = Vec::with_capacity(task.budget.total());
    for class in 0..classes {
        let of_class = (0..labels.len()).filter(|&sample| labels[sample] as usize == class);
        taken.extend(
            of_class
                .map(Some)
                .chain(std::iter::repeat(None))
                .take(task.budget.of(class)),
        );
    }
    let grown = taken.iter().filter(|sample| sample.is_none()).count();
    let len = shape.len();
    let mut values = match grown {
        0 => vec![0.0; taken.len() * len],
        _ => coresets::random(task, DRAW)?.values,
    };
    for (place, sample) in values.chunks_exact_mut(len).zip(&taken) {
        if let Some(sample) = sample {
            place.copy_from_slice(&there[sample * len..][..len]);
        }
    }
    if grown > 0 {
        task.note(&format!(
            "{}: {grown} of {} samples start as random real ones, because the set does not have enough",
            path.display(),
            task.budget.total()
        ));
    }
    Ok(values)
}

/// Whether values of one space are values of the other. Where the constants came from does not matter.
fn same(a: &Space, b: &Space) -> bool {
    let (one, other) = (&a.normalization, &b.normalization);
    one.mean == other.mean && one.std == other.std && a.whitening == b.whitening
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
            "real" | "random" => Ok(Self::Real),
            _ => match coresets::find(text) {
                Some(coreset) => Ok(Self::Coreset(coreset.name().into())),
                None => Err(format!(
                    "`{text}` is not an initialisation; expected {}",
                    words()
                )),
            },
        }
    }
}

/// The accepted values, in words.
fn words() -> String {
    let coresets = coresets::CORESETS.iter().map(coresets::Entry::name);
    let coresets: Vec<&str> = coresets.filter(|name| *name != "random").collect();
    format!(
        "noise, real, {}, or the path of a distilled set",
        coresets.join(", ")
    )
}

impl std::fmt::Display for Init {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Noise => f.write_str("noise"),
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
#[path = "init_tests.rs"]
mod tests;
