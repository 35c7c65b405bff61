//! Published results, compared with Liebig's own.
//!
//! Numbers from different papers were measured with different evaluation protocols, so compare them with care.

mod compare;
mod measured;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use compare::{Comparison, compare};
pub use measured::{Measured, read as read_measured};

use crate::error::Error;

/// A published number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The method, in the spelling that the field uses.
    pub method: String,
    /// Id of its paper in the catalogue; empty for a coreset or the whole dataset.
    pub paper: String,
    /// The dataset, e.g. `cifar10`.
    pub dataset: String,
    /// Images per class; `None` for the whole dataset.
    pub ipc: Option<f64>,
    /// The network used for distillation; empty if the source does not say.
    pub network: String,
    /// The network that was trained and tested.
    pub evaluated_on: String,
    /// Top-1 accuracy on the real test set, in per cent.
    pub accuracy: f64,
    /// Its deviation, in percentage points, if published.
    pub deviation: Option<f64>,
    /// Keys of [`sources`], joined with `+`.
    pub source: String,
    /// What differs from the plain setting (hard labels, ConvNet); empty if nothing does.
    pub note: String,
}

/// A source of published results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The key used in results.
    pub key: String,
    /// Its description.
    pub name: String,
    /// Its URL; empty for a paper.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// The id of the paper it belongs to.
    pub paper: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Sources {
    source: Vec<Source>,
}

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    // A test reads the shipped table, so an unreadable one cannot be released.
    toml::from_str::<Sources>(include_str!("../../data/sources.toml"))
        .unwrap_or_default()
        .source
});

/// The sources of the published results.
pub fn sources() -> &'static [Source] {
    &SOURCES
}

/// The published results shipped with the program.
///
/// # Errors
/// [`Error::Results`] if the shipped file is malformed; a test reads it.
pub fn published() -> Result<Vec<Published>, Error> {
    parse("results.csv", include_str!("../../data/results.csv"))
}

/// Reads published results: CSV with the fields of [`Published`] as its header.
///
/// # Errors
/// [`Error::Results`], with the line, for a missing field, a field that should be a number and is not, an accuracy or
/// deviation outside 0 to 100, images per class that are not above 0, or an unknown source.
pub fn parse(file: &str, text: &str) -> Result<Vec<Published>, Error> {
    let hint = "expected the fields method,paper,dataset,ipc,network,evaluated_on,accuracy,deviation,source,note";
    let wrong = |line: u64, message: String| Error::Results {
        file: file.into(),
        line,
        message,
        hint,
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut results = Vec::new();
    let headers = reader
        .headers()
        .map_err(|error| wrong(1, error.to_string()))?
        .clone();
    for record in reader.records() {
        let record = record.map_err(|error| {
            wrong(
                error.position().map_or(1, csv::Position::line),
                error.to_string(),
            )
        })?;
        let line = record.position().map_or(1, csv::Position::line);
        let result: Published = record
            .deserialize(Some(&headers))
            .map_err(|error| wrong(line, error.to_string()))?;
        let percent = |value: f64| (0.0..=100.0).contains(&value);
        if !percent(result.accuracy) || !result.deviation.is_none_or(percent) {
            return Err(wrong(
                line,
                format!(
                    "accuracy {} is not between 0 and 100 percent",
                    result.accuracy
                ),
            ));
        }
        if result
            .ipc
            .is_some_and(|ipc| !(ipc > 0.0 && ipc.is_finite()))
        {
            return Err(wrong(
                line,
                "images per class must be a number above 0".into(),
            ));
        }
        for key in result.source.split('+') {
            let key = key.split('#').next().unwrap_or_default();
            if !sources().iter().any(|source| source.key == key) {
                return Err(wrong(
                    line,
                    format!("the source `{key}` is not in sources.toml"),
                ));
            }
        }
        results.push(result);
    }
    Ok(results)
}

/// Which results to show; `None` stands for all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// The dataset, in any spelling: `CIFAR-10` is the same as `cifar10`.
    pub dataset: Option<String>,
    /// Images per class.
    pub ipc: Option<f64>,
    /// The method.
    pub method: Option<String>,
    /// The network that was trained and tested.
    pub network: Option<String>,
}

impl Selection {
    /// Whether a result with these properties is selected.
    pub fn wants(&self, method: &str, dataset: &str, ipc: Option<f64>, network: &str) -> bool {
        let same = |wanted: &Option<String>, own: &str| {
            wanted.as_ref().is_none_or(|wanted| key(wanted) == key(own))
        };
        same(&self.method, method)
            && same(&self.dataset, dataset)
            && same(&self.network, network)
            // The result on the whole dataset is the upper bound for every number of images per class.
            && (self.ipc.is_none() || ipc.is_none() || self.ipc == ipc)
    }
}

/// A key that is the same for different spellings of a dataset, method or network: `CIFAR-10`, `cifar10`.
pub(crate) fn key(name: &str) -> String {
    let mut key = crate::fold::fold(name);
    key.retain(|c| c.is_alphanumeric() || c == '+');
    key
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const HEADER: &str =
        "method,paper,dataset,ipc,network,evaluated_on,accuracy,deviation,source,note\n";

    #[test]
    fn the_shipped_files_are_readable() {
        let table: Sources = toml::from_str(include_str!("../../data/sources.toml")).unwrap();
        assert_eq!(table.source, sources());
        let results = published().unwrap();
        assert!(results.len() > 600);
        let dc = |ipc| {
            results
                .iter()
                .find(|r| {
                    r.method == "DC"
                        && r.dataset == "mnist"
                        && r.ipc == Some(ipc)
                        && r.note.is_empty()
                })
                .map(|r| r.accuracy)
        };
        assert_eq!(
            (dc(1.0), dc(10.0), dc(50.0)),
            (Some(91.7), Some(97.4), Some(98.8))
        );
    }

    #[test]
    fn the_shipped_results_name_papers_of_the_catalogue() {
        let catalogue = crate::Catalogue::shipped().unwrap();
        assert_eq!(
            crate::check::check_results(&catalogue, &published().unwrap()),
            []
        );
        assert!(
            sources()
                .iter()
                .all(|source| catalogue.get(&source.paper).is_ok())
        );
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        for (line, what) in [
            ("DC,,mnist,1,C,C,nine,,KIP,", "accuracy"),
            ("DC,,mnist,1,C,C,101,,KIP,", "between 0 and 100"),
            ("DC,,mnist,1,C,C,91,-3,KIP,", "between 0 and 100"),
            ("DC,,mnist,0,C,C,91,,KIP,", "above 0"),
            ("DC,,mnist,NaN,C,C,91,,KIP,", "above 0"),
            ("DC,,mnist,1,C,C,91,,WHO,", "`WHO`"),
            ("DC,,mnist,1,C,C,91", "fields"),
        ] {
            let message = parse("my.csv", &format!("{HEADER}{line}\n"))
                .unwrap_err()
                .to_string();
            assert!(
                message.starts_with("my.csv, line 2:")
                    && message.contains(what)
                    && message.contains("hint:"),
                "{message}"
            );
        }
    }

    #[test]
    fn spellings_are_one() {
        let wants = |dataset: &str, method: &str| {
            Selection {
                dataset: Some(dataset.into()),
                ipc: Some(10.0),
                method: Some(method.into()),
                network: None,
            }
            .wants("CAFE+DSA", "cifar10", Some(10.0), "ConvNet-3")
        };
        assert!(wants("CIFAR-10", "cafe+dsa") && wants("cifar_10", "CAFE + DSA"));
        assert!(!wants("cifar100", "cafe+dsa") && !wants("cifar10", "cafe"));
    }
}
