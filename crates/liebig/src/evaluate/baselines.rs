//! The baselines by name.

use liebig_data::Dataset;

use super::Source;
use super::source::is_source;
use crate::{Error, Labels};

/// Stands for [`usual`] in a list of baselines.
const ALL: &str = "all";

/// What any result should stand beside, in as many samples or bytes.
const USUAL: [&str; 6] = [
    "random",
    "random@bytes",
    "k-means",
    "herding",
    "class-mean",
    "label-solve",
];

/// Random samples with the labels of a set whose labels are soft.
const LABELS: &str = "random@labels";

/// Whether a name is that of a baseline: a coreset or the whole training set, with what may follow after `@`, or `all`.
pub(crate) fn is_baseline(name: &str) -> bool {
    name == ALL || is_source(name)
}

/// The small baselines that a set should stand beside: random real samples, as many and in as many bytes, also with its
/// labels if those are soft; k-means, herding, class mean and label-solve. `all` in a list of baselines means these. The whole
/// dataset is not among them, since training on it may take hours.
#[must_use]
pub fn usual(labels: &Labels) -> Vec<&'static str> {
    let soft = !matches!(labels, Labels::Hard(_));
    let own = soft.then_some(LABELS);
    let (first, others) = USUAL.split_at(1);
    [first, own.as_slice(), others].concat()
}

/// The names, each once, with those that `all` stands for.
pub(crate) fn expanded(names: &[String], labels: &Labels) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let named = match name.as_str() {
            ALL => usual(labels),
            one => vec![one],
        };
        for name in named {
            if all.iter().all(|known| known != name) {
                all.push(name.into());
            }
        }
    }
    all
}

/// The sources of the baselines with the given names, in order.
///
/// # Errors
/// [`crate::config::Error::OutOfRange`] for a name that is neither a coreset nor `whole`.
pub fn baselines<'a>(names: &[String], dataset: &'a Dataset) -> Result<Vec<Source<'a>>, Error> {
    names
        .iter()
        .map(|name| Source::baseline(name, dataset))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_those_of_the_same_size_and_each_is_there_once() {
        let names = ["k-means", "all", "whole", "random"].map(String::from);
        let hard = Labels::Hard(vec![0]);
        let rest = [
            "random",
            "random@bytes",
            "herding",
            "class-mean",
            "label-solve",
        ];
        let expected = [&["k-means"][..], &rest, &["whole"]].concat();
        assert_eq!(expanded(&names, &hard), expected);
        assert_eq!(usual(&Labels::Values(vec![1.0]))[1], "random@labels");
        for name in USUAL.into_iter().chain(["all", LABELS, "whole"]) {
            assert!(is_baseline(name), "{name}");
        }
        assert!(!is_baseline("all@bytes") && !is_baseline("most"));
    }
}
