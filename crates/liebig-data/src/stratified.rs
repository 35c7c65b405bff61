//! Splits that keep the proportions of the classes.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::content_hash::content_hash;
use crate::{Dataset, Error, Normalization, NoteKind, Split, random::stream};

/// Splits the samples with these `labels` into two ascending lists of indices: those that stay and those that are taken.
///
/// `fraction` of every class's samples (rounded, at least one) are taken, and at least one stays. The caller checks that
/// every class has either none or at least two samples.
pub(crate) fn stratified(
    labels: &[u32],
    fraction: f64,
    rng: &mut ChaCha8Rng,
) -> (Vec<usize>, Vec<usize>) {
    let classes = labels.iter().max().map_or(0, |&label| label as usize + 1);
    let mut of_class = vec![Vec::new(); classes];
    for (index, &label) in labels.iter().enumerate() {
        of_class[label as usize].push(index);
    }
    let (mut stay, mut taken) = (Vec::new(), Vec::new());
    for mut indices in of_class.into_iter().filter(|indices| !indices.is_empty()) {
        indices.shuffle(rng);
        let wanted = (indices.len() as f64 * fraction).round() as usize;
        let count = wanted.clamp(1, (indices.len() - 1).max(1));
        taken.extend_from_slice(&indices[..count]);
        stay.extend_from_slice(&indices[count..]);
    }
    stay.sort_unstable();
    taken.sort_unstable();
    (stay, taken)
}

/// As [`stratified`], for a split; a patient's samples stay together, where patients are known. Patients are divided by the
/// class that most of their samples have.
///
/// # Errors
/// [`Error::ClassTooSmall`] for a class of fewer than two samples, [`Error::TooFewPatients`] if a class would be on one side
/// only. `place` is for messages.
pub(crate) fn divided(
    split: &Split,
    class_names: &[String],
    place: &str,
    fraction: f64,
    rng: &mut ChaCha8Rng,
) -> Result<(Vec<usize>, Vec<usize>), Error> {
    let of_class = split.class_indices(class_names.len());
    for (class, indices) in class_names.iter().zip(&of_class) {
        if indices.len() < 2 {
            return Err(Error::ClassTooSmall {
                place: place.into(),
                class: class.clone(),
                found: indices.len(),
            });
        }
    }
    if split.groups().is_none() {
        return Ok(stratified(split.labels(), fraction, rng));
    }
    let patients = split.patients();
    let counts = |samples: &[usize]| {
        let mut counts = vec![0_usize; class_names.len()];
        for &sample in samples {
            counts[split.labels()[sample] as usize] += 1;
        }
        counts
    };
    // The first of equals.
    let usual = |samples: &Vec<usize>| {
        let counts = counts(samples);
        let most = counts.iter().max().copied().unwrap_or(0);
        counts.iter().position(|&count| count == most).unwrap_or(0) as u32
    };
    let classes: Vec<u32> = patients.iter().map(usual).collect();
    let samples = |chosen: Vec<usize>| {
        let samples = chosen.iter().flat_map(|&patient| &patients[patient]);
        let mut samples: Vec<usize> = samples.copied().collect();
        samples.sort_unstable();
        samples
    };
    let (stay, taken) = stratified(&classes, fraction, rng);
    let (stay, taken) = (samples(stay), samples(taken));
    let (here, there) = (counts(&stay), counts(&taken));
    for (class, name) in class_names.iter().enumerate() {
        if here[class] == 0 || there[class] == 0 {
            let has = |samples: &&Vec<usize>| counts(samples)[class] > 0;
            return Err(Error::TooFewPatients {
                place: place.into(),
                class: name.clone(),
                found: patients.iter().filter(has).count(),
            });
        }
    }
    Ok((stay, taken))
}

/// Moves a `fraction` of every class's training samples into the validation split, chosen by `seed`.
///
/// The order of the samples is kept. A normalisation that was computed is computed again from what remains; known
/// constants stay, and so do a whitening and a table's encoding. The hash stays that of the dataset as loaded. Where patients
/// are known ([`Split::groups`]), a fraction of the patients is moved, each with all samples.
///
/// # Errors
/// [`Error::Setting`] if `fraction` is not strictly between 0 and 1 or the dataset already has a validation split;
/// [`Error::ClassTooSmall`] if a class has fewer than two training samples, [`Error::TooFewPatients`] if its patients cannot
/// be divided.
pub fn validation_split(dataset: &Dataset, fraction: f64, seed: u64) -> Result<Dataset, Error> {
    if !(fraction > 0.0 && fraction < 1.0) {
        return Err(Error::Setting {
            setting: "validation fraction",
            found: fraction.to_string(),
            expected: "a number strictly between 0 and 1",
        });
    }
    if dataset.validation.is_some() {
        return Err(Error::Setting {
            setting: "validation fraction",
            found: fraction.to_string(),
            expected: "no fraction, as the dataset has a validation split already",
        });
    }
    let mut rng = stream(seed, "validation split", 0);
    let (stay, taken) = divided(
        &dataset.train,
        &dataset.class_names,
        &dataset.name,
        fraction,
        &mut rng,
    )?;
    let train = dataset.train.subset(&stay);
    let held_out = NoteKind::Chosen.note(format!(
        "{} of {} training samples held out for validation by seed {seed}{}",
        taken.len(),
        dataset.train.len(),
        match dataset.train.groups() {
            Some(_) => ", patient by patient",
            None => "",
        },
    ));
    let validation = dataset.train.subset(&taken);
    let mut divided = dataset.with_splits(train, Some(validation), dataset.test.clone());
    if !divided.normalization().known {
        divided.space.normalization = Normalization::of(&divided.train);
    }
    divided.notes.push(held_out);
    Ok(divided)
}

/// The share of the training samples that [`tested_by_validation`] takes.
const HELD_OUT: f64 = 0.1;

/// The dataset with its validation split, or a tenth of its training samples, as the test split. It has a hash of its own.
pub(crate) fn tested_by_validation(mut dataset: Dataset) -> Result<Dataset, Error> {
    if dataset.validation.is_none() {
        dataset = validation_split(&dataset, HELD_OUT, 0)?;
    }
    if let Some(validation) = dataset.validation.take() {
        dataset.test = validation;
    }
    let text = "tested on validation samples, not on the test split";
    dataset.notes.push(NoteKind::Chosen.note(text));
    dataset.hash = content_hash(
        dataset.shape,
        &dataset.class_names,
        [Some(&dataset.train), None, Some(&dataset.test)],
    );
    Ok(dataset)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Arc;

    use crate::{Format, Groups, SampleShape, Space, Split, Whitening};
    use proptest::prelude::*;

    /// A table of one feature, its own row number, with these labels.
    fn table(labels: &[u32]) -> Dataset {
        let features: Vec<f32> = (0..labels.len()).map(|row| row as f32).collect();
        let train = Split::table(
            SampleShape::Table { features: 1 },
            features,
            labels.to_vec(),
        )
        .unwrap();
        let classes = labels.iter().max().map_or(0, |label| label + 1);
        Dataset {
            name: "rows".into(),
            shape: train.shape(),
            class_names: (0..classes).map(|class| class.to_string()).collect(),
            test: train.subset(&[0]),
            space: Space::from(Normalization::of(&train)),
            train,
            validation: None,
            hash: "hash".into(),
            source: "here".into(),
            notes: Vec::new(),
            format: Format::MEMORY,
        }
    }

    fn rows(split: &Split) -> Vec<f32> {
        let plain = Space::from(Normalization {
            mean: vec![0.0],
            std: vec![1.0],
            known: false,
        });
        split.batch(&(0..split.len()).collect::<Vec<_>>(), &plain)
    }

    #[test]
    fn the_test_split_can_be_replaced() {
        let labels = [0; 50].into_iter().chain([1; 50]).collect::<Vec<_>>();
        let dataset = table(&labels);
        let hash = dataset.hash.clone();
        let replaced = tested_by_validation(dataset.clone()).unwrap();
        assert_eq!((replaced.train.len(), replaced.test.len()), (90, 10));
        assert!(replaced.validation.is_none());
        assert_ne!(replaced.hash, hash);
        let mut both = [rows(&replaced.train), rows(&replaced.test)].concat();
        both.sort_by(f32::total_cmp);
        assert_eq!(both, (0..100).map(|row| row as f32).collect::<Vec<_>>());
        // A split that the dataset brings is used as it is.
        let own = validation_split(&dataset, 0.3, 1).unwrap();
        let validation = rows(own.validation.as_ref().unwrap());
        let replaced = tested_by_validation(own).unwrap();
        assert_eq!(rows(&replaced.test), validation);
        assert_eq!(replaced.train.len(), 70);
    }

    #[test]
    fn a_share_of_every_class_moves_and_nothing_is_lost() {
        let labels: Vec<u32> = (0..100).map(|row| u32::from(row % 10 == 0)).collect();
        let split = validation_split(&table(&labels), 0.2, 7).unwrap();
        let validation = split.validation.as_ref().unwrap();
        let counts: Vec<usize> = validation.class_indices(2).iter().map(Vec::len).collect();
        assert_eq!(counts, [18, 2]);
        let mut all = [rows(&split.train), rows(validation)].concat();
        assert!(
            rows(&split.train).is_sorted() && rows(validation).is_sorted(),
            "the order is kept"
        );
        all.sort_by(f32::total_cmp);
        assert_eq!(all, (0..100).map(|row| row as f32).collect::<Vec<_>>());
        assert_eq!((split.hash.as_str(), split.test.len()), ("hash", 1));
        assert_eq!(*split.normalization(), Normalization::of(&split.train));
        let held_out = "20 of 100 training samples held out for validation by seed 7";
        assert!(split.notes.iter().any(|note| note.text == held_out));
    }

    #[test]
    fn the_seed_decides() {
        let labels = [0; 50];
        let held_out = |seed| {
            rows(
                &validation_split(&table(&labels), 0.3, seed)
                    .unwrap()
                    .validation
                    .unwrap(),
            )
        };
        assert_eq!(held_out(1), held_out(1));
        assert_ne!(held_out(1), held_out(2));
    }

    #[test]
    fn known_constants_and_whitening_stay() {
        let mut dataset = table(&[0; 9]);
        dataset.space.normalization = Normalization {
            mean: vec![5.0],
            std: vec![2.0],
            known: true,
        };
        let whitening = Whitening::new("test", vec![0.0], vec![2.0], vec![0.5]).unwrap();
        dataset.space.whitening = Some(Arc::new(whitening));
        let split = validation_split(&dataset, 0.3, 1).unwrap();
        assert_eq!(split.space, dataset.space);
    }

    #[test]
    fn what_cannot_be_split_is_refused() {
        for fraction in [0.0, 1.0, -0.5, f64::NAN] {
            let error = validation_split(&table(&[0, 0]), fraction, 0).unwrap_err();
            assert!(matches!(error, Error::Setting { .. }));
        }
        let error = validation_split(&table(&[0, 0, 1]), 0.5, 0).unwrap_err();
        assert!(matches!(error, Error::ClassTooSmall { found: 1, .. }));
        let once = validation_split(&table(&[0; 9]), 0.5, 0).unwrap();
        assert!(matches!(
            validation_split(&once, 0.5, 0),
            Err(Error::Setting { .. })
        ));
    }

    #[test]
    fn patients_are_not_divided() {
        let mut dataset = table(&[0, 0, 0, 0, 1, 1, 1, 1, 0, 0]);
        let groups = Groups::by_name(["a", "b", "a", "b", "c", "d", "c", "d", "e", "e"]);
        dataset.train = dataset.train.with_groups(groups).unwrap();
        for seed in 0..10 {
            let split = validation_split(&dataset, 0.4, seed).unwrap();
            let validation = split.validation.unwrap();
            let (here, there) = (split.train.groups(), validation.groups());
            assert!(here.unwrap().shared(there.unwrap()).is_empty());
            assert_eq!((split.train.len(), validation.len()), (6, 4));
            assert!(split.notes[0].text.ends_with(", patient by patient"));
        }
        // Both samples of class 1 are of one patient.
        let mut dataset = table(&[0, 0, 1, 1]);
        let groups = Groups::by_name(["a", "b", "c", "c"]);
        dataset.train = dataset.train.with_groups(groups).unwrap();
        let error = validation_split(&dataset, 0.5, 0).unwrap_err();
        assert!(
            matches!(&error, Error::TooFewPatients { class, found: 1, .. } if class == "1"),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn every_class_stays_on_both_sides(extra in prop::collection::vec(0_u32..4, 0..60), fraction in 0.01..0.99) {
            let labels: Vec<u32> = (0..4).chain(0..4).chain(extra).collect();
            let (stay, taken) = stratified(&labels, fraction, &mut stream(3, "test", 0));
            for class in 0..4 {
                for side in [&stay, &taken] {
                    prop_assert!(side.iter().any(|&index| labels[index] == class));
                }
            }
            let mut all = [stay, taken].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..labels.len()).collect::<Vec<_>>());
        }
    }
}
