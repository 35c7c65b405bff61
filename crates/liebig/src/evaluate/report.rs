//! Scores side by side, as written to files and printed.

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::source::Made;
use super::{Metric, Patients, Score};

/// The results of the networks trained on one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Mean test accuracy, a fraction.
    pub mean: f64,
    /// Population standard deviation.
    pub std: f64,
    /// Number of networks.
    pub n: usize,
    /// The accuracy of each, in order of the repeats.
    pub accuracies: Vec<f64>,
    /// Mean accuracy of each class, where that was asked for; NaN, in JSON `null`, for a class without test samples.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "per_class")]
    pub per_class: Option<Vec<f64>>,
    /// The mean expected calibration error of the networks, in 15 bins; none for classifiers without probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ece: Option<f64>,
    /// The accuracy of all networks together, by the mean of their probabilities, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ensemble: Option<f64>,
    /// How many test samples of each class (rows) were taken for each class (columns) by all networks together, where that
    /// was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Vec<Vec<usize>>>,
    /// The learning rate, where one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lr: Option<f64>,
    /// How often one class is taken for another, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attack: Option<Attack>,
    /// How well patients are judged by all their samples, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patients: Option<Patients>,
    /// Seconds that it took to make the training set, if known.
    pub seconds: Option<f64>,
    /// Percentage points of the mean accuracy for each minute of a core that the training set took, if known
    /// ([`Making::accuracy_per_cpu_minute`](super::Making::accuracy_per_cpu_minute)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_per_cpu_minute: Option<f64>,
    /// Bits per class that the training set needs: 8 per value of real images, 32 per learnt value.
    pub bits_per_class: f64,
}

/// The success of a set that is to make networks mistake one class for another (Wang et al., "Dataset Distillation", 2018);
/// means over the networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attack {
    /// The class that is to be mistaken.
    pub from: u32,
    /// The class that it is to be taken for.
    pub to: u32,
    /// The fraction of the test samples of `from` that are classified as `to`.
    pub success: f64,
    /// Accuracy if the class `to` is the right answer for samples of `from`.
    pub accuracy_flipped: f64,
    /// Accuracy on the samples of all other classes.
    pub accuracy_others: f64,
}

/// JSON has no NaN.
mod per_class {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        classes: &Option<Vec<f64>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let or_null = |accuracy: &f64| Some(*accuracy).filter(|accuracy| !accuracy.is_nan());
        let classes = classes
            .as_ref()
            .map(|classes| classes.iter().map(or_null).collect::<Vec<_>>());
        classes.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<f64>>, D::Error> {
        let classes = Option::<Vec<Option<f64>>>::deserialize(deserializer)?;
        let or_nan = |accuracy: Option<f64>| accuracy.unwrap_or(f64::NAN);
        Ok(classes.map(|classes| classes.into_iter().map(or_nan).collect()))
    }
}

impl Row {
    pub(super) fn new(score: &Score, made: &Made, metrics: &[Metric]) -> Self {
        let per_class = metrics.contains(&Metric::PerClass);
        Self {
            mean: score.mean(),
            std: score.std(),
            n: score.n(),
            accuracies: score.accuracies(),
            per_class: per_class.then(|| score.per_class()),
            ece: score.calibration(),
            ensemble: None,
            confusion: metrics
                .contains(&Metric::Confusion)
                .then(|| score.confusion()),
            lr: None,
            attack: metrics.iter().find_map(|metric| match *metric {
                Metric::Attack { from, to } => Some(score.attack(from, to)),
                _ => None,
            }),
            patients: None,
            seconds: made.making.map(|making| making.seconds),
            accuracy_per_cpu_minute: made
                .making
                .and_then(|making| making.accuracy_per_cpu_minute(score.mean())),
            bits_per_class: made.bits_per_class(),
        }
    }
}

/// Rows by the name of their source, in order; `None` for a source that was skipped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(Vec<(String, Option<Row>)>);

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, name: &str, row: Option<Row>) {
        self.0.push((name.into(), row));
    }

    /// The row of a source, if it was evaluated.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Row> {
        self.iter()
            .find_map(|(known, row)| (known == name).then_some(row))
    }

    /// The rows of the sources that were evaluated, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Row)> {
        self.0
            .iter()
            .filter_map(|(name, row)| Some((name.as_str(), row.as_ref()?)))
    }
}

impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, row) in &self.0 {
            map.serialize_entry(name, row)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Rows;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("scores by the name of their source")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rows, A::Error> {
                let mut rows = Rows::default();
                while let Some((name, row)) = map.next_entry::<String, Option<Row>>()? {
                    rows.push(&name, row);
                }
                Ok(rows)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
