//! From the labels of the splits to classes.

use std::path::PathBuf;

use super::Labels;
use crate::classes::Classes;
use crate::notes::some_of;
use crate::readers::{MAX_CLASSES, checked_labels};
use crate::{Error, Note, NoteKind};

/// The labels of a split, and where they are for messages.
pub(crate) struct Labelled {
    pub at: PathBuf,
    pub labels: Labels,
}

/// Classes, and the class of every sample of every split.
#[derive(Debug)]
pub(crate) struct Classified {
    /// `None` if the dataset's name says which classes there are.
    pub class_names: Option<Vec<String>>,
    pub labels: Vec<Vec<u32>>,
    pub notes: Vec<Note>,
}

/// If there are more classes than this, and more than one for every two samples, the labels are no classes.
const MANY: usize = 100;

/// The classes of splits, the first of which is that to train on: the distinct values of its labels, in natural order,
/// under their own names. If the number of classes is known from the dataset's name, numbers are classes as they are.
pub(crate) fn classify(splits: &[Labelled], known: Option<usize>) -> Result<Classified, Error> {
    let numbers: Option<Vec<&Vec<i64>>> = splits
        .iter()
        .map(|split| match &split.labels {
            Labels::Numbers(numbers) => Some(numbers),
            Labels::Names { .. } => None,
        })
        .collect();
    match (numbers, known) {
        (Some(numbers), Some(classes)) => {
            let labels = splits.iter().zip(numbers).map(|(split, numbers)| {
                checked_labels(&split.at, numbers.iter().copied(), Some(classes))
            });
            Ok(Classified {
                class_names: None,
                labels: labels.collect::<Result<_, _>>()?,
                notes: Vec::new(),
            })
        }
        (Some(numbers), None) => by_number(splits, &numbers),
        (None, _) => by_name(splits, known),
    }
}

fn by_number(splits: &[Labelled], numbers: &[&Vec<i64>]) -> Result<Classified, Error> {
    let mut values = numbers
        .first()
        .map_or_else(Vec::new, |&numbers| numbers.clone());
    let samples = values.len();
    values.sort_unstable();
    values.dedup();
    let names: Vec<String> = values.iter().map(i64::to_string).collect();
    check_count(splits, &names, samples)?;
    let mut labels = Vec::new();
    for (split, &numbers) in splits.iter().zip(numbers) {
        let mut classes = Vec::with_capacity(numbers.len());
        for (record, number) in numbers.iter().enumerate() {
            match values.binary_search(number) {
                Ok(class) => classes.push(class as u32),
                Err(_) => return Err(unknown(split, record, number.to_string(), &names)),
            }
        }
        labels.push(classes);
    }
    let counted = values.iter().zip(0..).all(|(&value, class)| value == class);
    let notes = match counted {
        true => Vec::new(),
        false => vec![named(&names)],
    };
    Ok(Classified {
        class_names: Some(names),
        labels,
        notes,
    })
}

fn by_name(splits: &[Labelled], known: Option<usize>) -> Result<Classified, Error> {
    // The names in a split, and which of them each sample has.
    let named_splits: Vec<(Vec<String>, Vec<u32>)> = splits
        .iter()
        .map(|split| match &split.labels {
            Labels::Names { names, ids } => (names.clone(), ids.clone()),
            Labels::Numbers(numbers) => {
                let mut values = numbers.clone();
                values.sort_unstable();
                values.dedup();
                let id = |number| values.binary_search(number).unwrap_or(0) as u32;
                let ids = numbers.iter().map(id).collect();
                (values.iter().map(i64::to_string).collect(), ids)
            }
        })
        .collect();
    let Some((first, ids)) = named_splits.first() else {
        return Ok(Classified {
            class_names: Some(Vec::new()),
            labels: Vec::new(),
            notes: Vec::new(),
        });
    };
    // False and True are named whether they occur or not.
    let mut occurs = vec![false; first.len()];
    ids.iter().for_each(|&id| occurs[id as usize] = true);
    let occurring = first.iter().zip(&occurs).filter(|(_, occurs)| **occurs);
    let classes = Classes::of(occurring.map(|(name, _)| name));
    check_count(splits, classes.names(), ids.len())?;
    let is_truth = classes
        .names()
        .iter()
        .all(|name| name == "False" || name == "True");
    let mut labels = Vec::new();
    for (split, (names, ids)) in splits.iter().zip(&named_splits) {
        let class_of: Vec<Option<u32>> = names.iter().map(|name| classes.label(name)).collect();
        let class = |(record, &id): (usize, &u32)| {
            let name = || names[id as usize].clone();
            class_of[id as usize].ok_or_else(|| unknown(split, record, name(), classes.names()))
        };
        labels.push(
            ids.iter()
                .enumerate()
                .map(class)
                .collect::<Result<_, _>>()?,
        );
    }
    let keeps_names = known == Some(2) && is_truth && classes.len() == 2;
    let notes = vec![named(classes.names())];
    Ok(Classified {
        class_names: (!keeps_names).then(|| classes.names().to_vec()),
        labels,
        notes: if keeps_names { Vec::new() } else { notes },
    })
}

fn named(names: &[String]) -> Note {
    let text = format!("classes are named by the labels: {}", some_of(names));
    NoteKind::Chosen.note(text)
}

fn unknown(split: &Labelled, record: usize, label: String, names: &[String]) -> Error {
    Error::UnknownLabel {
        path: split.at.clone(),
        record: record as u64,
        label,
        classes: some_of(names),
    }
}

/// Refuses labels that are hardly classes.
fn check_count(splits: &[Labelled], names: &[String], samples: usize) -> Result<(), Error> {
    let count = names.len();
    if count as i64 > MAX_CLASSES || (count > MANY && 2 * count > samples) {
        return Err(Error::TooManyClasses {
            path: splits
                .first()
                .map_or_else(PathBuf::new, |split| split.at.clone()),
            classes: count as u64,
            samples: samples as u64,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn split(at: &str, labels: Labels) -> Labelled {
        Labelled {
            at: at.into(),
            labels,
        }
    }

    fn numbers(at: &str, labels: &[i64]) -> Labelled {
        split(at, Labels::Numbers(labels.into()))
    }

    fn names(at: &str, labels: &[&str]) -> Labelled {
        let names = labels.iter().map(|&label| label.into()).collect();
        let ids = (0..labels.len() as u32).collect();
        split(at, Labels::Names { names, ids })
    }

    fn of(splits: &[Labelled]) -> (Option<Vec<String>>, Vec<Vec<u32>>) {
        let found = classify(splits, None).unwrap();
        (found.class_names, found.labels)
    }

    fn strings(names: &[&str]) -> Option<Vec<String>> {
        Some(names.iter().map(|&name| name.into()).collect())
    }

    #[test]
    fn classes_are_the_distinct_training_labels_in_order() {
        let found = of(&[numbers("a", &[10, -1, 2, 10]), numbers("b", &[2])]);
        assert_eq!(
            found,
            (strings(&["-1", "2", "10"]), vec![vec![2, 0, 1, 2], vec![1]])
        );
        let found = of(&[names("a", &["b10", "b9", "a"]), names("b", &["a"])]);
        assert_eq!(
            found,
            (strings(&["a", "b9", "b10"]), vec![vec![2, 1, 0], vec![0]])
        );
        let found = of(&[names("a", &["7", "5"]), numbers("b", &[5, 7, 5])]);
        assert_eq!(
            found,
            (strings(&["5", "7"]), vec![vec![1, 0], vec![0, 1, 0]])
        );
    }

    #[test]
    fn a_note_says_how_classes_are_named_unless_they_are_counted_from_0() {
        let notes = |labels: &[i64]| classify(&[numbers("a", labels)], None).unwrap().notes;
        assert_eq!(notes(&[1, 0, 2]), []);
        let text = "classes are named by the labels: 1, 2, 3";
        assert_eq!(notes(&[1, 2, 3]), [NoteKind::Chosen.note(text)]);
        assert_eq!(notes(&[0, 2]).len(), 1);
    }

    #[test]
    fn a_known_number_of_classes_keeps_numbers_as_they_are() {
        let found = classify(&[numbers("a", &[3, 1])], Some(4)).unwrap();
        assert_eq!((found.class_names, found.labels), (None, vec![vec![3, 1]]));
        let error = classify(&[numbers("a", &[3, 4])], Some(4)).unwrap_err();
        assert!(matches!(
            error,
            Error::LabelOutOfRange {
                record: 1,
                label: 4,
                classes: 4,
                ..
            }
        ));
        let found = classify(&[names("a", &["x", "y"])], Some(2)).unwrap();
        assert_eq!(found.class_names, strings(&["x", "y"]));
        let truth = Labels::Names {
            names: vec!["False".into(), "True".into()],
            ids: vec![1, 0],
        };
        let found = classify(&[split("a", truth)], Some(2)).unwrap();
        assert_eq!((found.class_names, found.labels), (None, vec![vec![1, 0]]));
    }

    #[test]
    fn a_label_without_training_samples_is_refused_by_name() {
        for (train, test, label) in [
            (numbers("a", &[1, 2]), numbers("test", &[1, 1, 3]), "3"),
            (
                names("a", &["x", "y"]),
                names("test", &["x", "y", "z"]),
                "z",
            ),
        ] {
            let error = classify(&[train, test], None).unwrap_err();
            let text = error.to_string();
            assert!(
                text.starts_with(&format!("test: record 2 (from 0): label `{label}`")),
                "{text}"
            );
        }
    }

    #[test]
    fn labels_that_are_no_classes_are_refused() {
        let values: Vec<i64> = (0..300).map(|value| value % 201).collect();
        let error = classify(&[numbers("a", &values)], None).unwrap_err();
        assert!(error.to_string().contains("regression"), "{error}");
        let values: Vec<i64> = (0..404).map(|value| value % 202).collect();
        assert_eq!(of(&[numbers("a", &values)]).0.unwrap().len(), 202);
        let values: Vec<i64> = (0..100).collect();
        assert_eq!(
            of(&[numbers("a", &values)]).0.unwrap().len(),
            100,
            "few are no suspicion"
        );
    }
}
