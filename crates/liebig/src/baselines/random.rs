//! Real samples drawn at random, as many per class: the floor for every method.

use liebig_data::Dataset;
use rand::seq::index::sample;

use crate::Error;
use crate::artefact::{Labels, Normalization};
use crate::set::SmallSet;

/// Draws `ipc` training samples of each class without replacement; another `draw` gives others.
///
/// # Errors
/// [`Error::TooFewSamples`].
pub fn random(
    dataset: &Dataset,
    normalization: &Normalization,
    ipc: usize,
    seed: u64,
    draw: u64,
) -> Result<SmallSet, Error> {
    let classes = dataset.class_names.len();
    let mut rng = liebig_data::stream(seed, "random-real", draw);
    let mut chosen = Vec::with_capacity(classes * ipc);
    for (class, indices) in dataset.train.class_indices(classes).iter().enumerate() {
        if indices.len() < ipc {
            return Err(Error::TooFewSamples {
                class: dataset.class_names[class].clone(),
                found: indices.len(),
                needed: ipc,
            });
        }
        chosen.extend(
            sample(&mut rng, indices.len(), ipc)
                .into_iter()
                .map(|place| indices[place]),
        );
    }
    Ok(SmallSet {
        shape: dataset.shape.into(),
        values: dataset.train.batch(&chosen, &normalization.into()),
        labels: Labels::Hard(
            chosen
                .iter()
                .map(|&index| dataset.train.labels()[index])
                .collect(),
        ),
        classes,
        learned_lr: None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_class_gives_as_many_and_the_draw_decides_which() {
        let strokes = crate::tests::strokes();
        let normalization = Normalization::from(&strokes.normalization);
        let set = random(strokes, &normalization, 3, 0, 0).unwrap();
        let expected: Vec<u32> = (0..10).flat_map(|class| [class; 3]).collect();
        assert_eq!(set.labels, Labels::Hard(expected));
        assert_eq!(set.values.len(), 30 * 28 * 28);
        assert_eq!(random(strokes, &normalization, 3, 0, 0).unwrap(), set);
        assert_ne!(
            random(strokes, &normalization, 3, 0, 1).unwrap().values,
            set.values
        );
        assert_ne!(
            random(strokes, &normalization, 3, 1, 0).unwrap().values,
            set.values
        );
    }

    #[test]
    fn a_class_that_is_too_small_is_named() {
        let strokes = crate::tests::strokes();
        let normalization = Normalization::from(&strokes.normalization);
        let error = random(strokes, &normalization, 1_000_000, 0, 0).unwrap_err();
        assert!(
            matches!(
                error,
                Error::TooFewSamples {
                    needed: 1_000_000,
                    ..
                }
            ),
            "{error}"
        );
    }
}
