//! Splits that keep the proportions of the classes.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::{Dataset, Error, Normalization, Space, random::stream};

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

/// Moves a `fraction` of every class's training samples into the validation split, chosen by `seed`.
///
/// The order of the samples is kept. A normalisation that was computed is computed again from what remains; known
/// constants stay, and so does a whitening. The hash stays that of the dataset as loaded.
///
/// # Errors
/// [`Error::Setting`] if `fraction` is not strictly between 0 and 1 or the dataset already has a validation split;
/// [`Error::ClassTooSmall`] if a class has fewer than two training samples.
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
    let of_class = dataset.train.class_indices(dataset.class_names.len());
    for (class, indices) in dataset.class_names.iter().zip(&of_class) {
        if indices.len() < 2 {
            return Err(Error::ClassTooSmall {
                place: dataset.name.clone(),
                class: class.clone(),
                found: indices.len(),
            });
        }
    }
    let mut rng = stream(seed, "validation split", 0);
    let (stay, taken) = stratified(dataset.train.labels(), fraction, &mut rng);
    let train = dataset.train.subset(&stay);
    let space = Space {
        normalization: if dataset.normalization().known {
            dataset.normalization().clone()
        } else {
            Normalization::of(&train)
        },
        whitening: dataset.space.whitening.clone(),
    };
    Ok(Dataset {
        name: dataset.name.clone(),
        shape: dataset.shape,
        class_names: dataset.class_names.clone(),
        validation: Some(dataset.train.subset(&taken)),
        train,
        test: dataset.test.clone(),
        space,
        hash: dataset.hash.clone(),
        source: format!(
            "{}; {} of {} training samples held out for validation by seed {seed}",
            dataset.source,
            taken.len(),
            dataset.train.len(),
        ),
        format: dataset.format,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Arc;

    use crate::{Format, SampleShape, Split, Whitening};
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
        assert!(
            split
                .source
                .contains("20 of 100 training samples held out for validation by seed 7")
        );
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
