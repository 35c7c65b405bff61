//! Splits that keep the proportions of the classes.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::{Dataset, Error, Normalization, random::stream};

/// Splits `labels` into two ascending lists of indices: those that stay and those that are taken.
///
/// Of every class, `fraction` of its samples (rounded, at least one) is taken, and at least one stays.
/// The caller answers for every class having none or at least two samples.
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
/// The order of the samples is kept. Computed normalisation is computed anew from what remains, known constants stay;
/// the hash stays that of the dataset as loaded.
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
            expected: "none, since the dataset has a validation split of its own",
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
    let normalization = if dataset.normalization.known {
        dataset.normalization.clone()
    } else {
        Normalization::of(&train)
    };
    Ok(Dataset {
        name: dataset.name.clone(),
        shape: dataset.shape,
        class_names: dataset.class_names.clone(),
        validation: Some(dataset.train.subset(&taken)),
        train,
        test: dataset.test.clone(),
        normalization,
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
