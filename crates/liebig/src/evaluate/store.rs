//! Results of single networks in a folder, so that an interrupted evaluation goes on where it stopped.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Asked, Evaluation, Judged, Outcome, Training};
use crate::set::SmallSet;
use crate::{Error, Labels, atomic};

/// A folder with a file for each network. A result is found by everything that it depends on: the training set, the recipe,
/// the network's random streams and the test data; so one folder may serve many evaluations.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    test: String,
}

/// What is kept of an [`Outcome`]; numbers that JSON would round are kept as their bits.
#[derive(Serialize, Deserialize)]
struct Kept {
    tested: usize,
    confusion: Vec<Vec<usize>>,
    calibration: Option<u64>,
    probabilities: Option<Vec<f32>>,
    threshold: Option<u64>,
    called: Option<Vec<bool>>,
}

impl Store {
    /// A folder, which is made if it is not there; `test` identifies the test data, such as [`liebig_data::Dataset::hash`].
    ///
    /// # Errors
    /// [`Error::Run`] if the folder cannot be made.
    pub fn open(folder: &Path, test: &str) -> Result<Self, Error> {
        fs_err::create_dir_all(folder).map_err(crate::run::Error::Io)?;
        Ok(Self {
            folder: folder.into(),
            test: test.into(),
        })
    }

    /// The file of a network's result.
    pub(super) fn file(
        &self,
        evaluation: &Evaluation<'_>,
        (asked, training, repeat): (Asked<'_>, Training, u64),
        set: &SmallSet,
    ) -> PathBuf {
        let mut hash = blake3::Hasher::new_derive_key("liebig network's result, version 1");
        let mut text = |text: &str| {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        text(&self.test);
        text(&serde_json::to_string(evaluation.recipe).unwrap_or_default());
        text(training.name());
        text(&format!("{} {repeat} {}", evaluation.seed, asked.text()));
        text(&format!(
            "{:?} {} {:?}",
            set.shape, set.classes, set.parameterization
        ));
        text(&set.space.hash());
        text(match set.labels {
            Labels::Hard(_) => "hard",
            Labels::Logits(_) => "logits",
            Labels::Values(_) => "values",
        });
        if let Some(networks) = evaluation.networks {
            text(&networks.hash());
        }
        if let Some(pruning) = evaluation.pruning {
            text(&pruning.hash());
        }
        if let Some(teacher) = evaluation.teacher {
            // Its labels are those of the set; the temperature is also that of the loss.
            text(&teacher.temperature().to_bits().to_string());
        }
        match &set.labels {
            Labels::Hard(labels) => numbers(&mut hash, labels.iter().copied()),
            Labels::Logits(values) | Labels::Values(values) => numbers(&mut hash, bits(values)),
        }
        numbers(&mut hash, bits(&set.step_sizes));
        numbers(&mut hash, bits(&set.values));
        let name = hash.finalize().to_hex();
        self.folder.join(format!("{}.json", &name[..32]))
    }

    /// The result in a file, if there is one. A damaged file counts as none, and is replaced.
    pub(super) fn read(file: &Path) -> Option<Outcome> {
        let kept: Kept = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        let judged = kept.threshold.zip(kept.called);
        Some(Outcome {
            calibration: kept.calibration.map(f64::from_bits),
            probabilities: kept.probabilities,
            judged: judged.map(|(threshold, called)| Judged {
                threshold: f64::from_bits(threshold),
                called,
            }),
            ..Outcome::new(kept.confusion, kept.tested)
        })
    }

    /// Writes a result, atomically.
    pub(super) fn write(file: &Path, outcome: &Outcome) -> Result<(), Error> {
        let judged = outcome.judged.as_ref();
        let kept = Kept {
            tested: outcome.tested,
            confusion: outcome.confusion.clone(),
            calibration: outcome.calibration.map(f64::to_bits),
            probabilities: outcome.probabilities.clone(),
            threshold: judged.map(|judged| judged.threshold.to_bits()),
            called: judged.map(|judged| judged.called.clone()),
        };
        let json = serde_json::to_vec(&kept).map_err(std::io::Error::other);
        json.and_then(|json| atomic::write(file, &json))
            .map_err(|error| crate::run::Error::Io(error).into())
    }
}

fn bits(values: &[f32]) -> impl ExactSizeIterator<Item = u32> {
    values.iter().map(|value| value.to_bits())
}

/// Adds numbers, and how many they are, without a copy: the whole dataset may be among the sets.
fn numbers(hash: &mut blake3::Hasher, numbers: impl ExactSizeIterator<Item = u32>) {
    hash.update(&(numbers.len() as u64).to_le_bytes());
    for number in numbers {
        hash.update(&number.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Metric, baselines, evaluate};
    use super::*;
    use crate::tests::{Work, mlp, table};
    use crate::{Protocol, Recipe, config::EvaluationConfig};

    #[test]
    fn results_that_are_there_are_not_computed_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("kept"), "table").unwrap();
        let recipe = |epochs| Recipe {
            model: mlp(),
            protocol: Protocol::from(&EvaluationConfig {
                epochs,
                ..EvaluationConfig::default()
            }),
            unroll: None,
        };
        let names = ["random", "random@nearest"].map(String::from);
        let sources = baselines(&names, table()).unwrap();
        let metrics = [Metric::Ensemble, Metric::Confusion];
        let rows = |recipe: &Recipe, store: Option<&Store>| {
            Work::on(table(), 2).run(2, |task| {
                let evaluation = Evaluation {
                    store,
                    ..crate::tests::evaluation(&task, recipe, &table().test)
                };
                let rows = evaluate(&sources, &evaluation, &metrics, 3, &task).unwrap();
                let (random, nearest) = (rows.get("random"), rows.get("random@nearest"));
                [random, nearest].map(|row| {
                    let row = row.unwrap().clone();
                    (row.accuracies, row.ece, row.ensemble, row.confusion)
                })
            })
        };
        let count = || {
            std::fs::read_dir(folder.path().join("kept"))
                .unwrap()
                .count()
        };
        let (short, long) = (recipe(3), recipe(4));
        let alone = rows(&short, None);
        assert!(alone[0].1.is_some() && alone[0].2.is_some() && alone[1].1.is_none());
        assert_eq!(rows(&short, Some(&store)), alone);
        assert_eq!((count(), rows(&short, Some(&store))), (6, alone.clone()));
        // Another protocol has other networks, but the nearest sample has none.
        rows(&long, Some(&store));
        assert_eq!(count(), 12);
        // Every file is read: with other results in them, the rows differ; a damaged one is made again.
        let files = || std::fs::read_dir(folder.path().join("kept")).unwrap();
        for file in files() {
            let path = file.unwrap().path();
            Store::write(&path, &Outcome::new(vec![vec![1, 1], vec![0, 0]], 2)).unwrap();
        }
        assert_eq!(rows(&short, Some(&store))[0].0, [0.5; 3]);
        for file in files() {
            std::fs::write(file.unwrap().path(), b"{").unwrap();
        }
        assert_eq!(rows(&short, Some(&store)), alone);
    }
}
