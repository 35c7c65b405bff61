//! Attacks on one set, where training samples are members and test samples are not.

use liebig_data::{Dataset, Split, stream};
use rand::seq::index::sample;

use super::{Attack, Finding, Observation, Trial};
use crate::Error;
use crate::evaluate::Evaluation;
use crate::set::SmallSet;

/// The loss and the distance of up to `count` training and as many test samples, which no other run is needed for. Members
/// and others come from different splits, so what tells these apart is found as well.
///
/// # Errors
/// [`Error::NoTestSet`]; otherwise as for [`Evaluation::run`].
pub fn on_set(
    set: &SmallSet,
    dataset: &Dataset,
    evaluation: &Evaluation<'_>,
    (count, delta): (usize, f64),
) -> Result<Vec<(Attack, Finding)>, Error> {
    if dataset.test.is_empty() {
        return Err(Error::NoTestSet);
    }
    let count = count.min(dataset.train.len()).min(dataset.test.len());
    let some = |split: &Split, name| {
        let mut rng = stream(evaluation.seed, name, 0);
        split.subset(&sample(&mut rng, split.len(), count).into_vec())
    };
    let sides = [
        (some(&dataset.train, "privacy/train"), true),
        (some(&dataset.test, "privacy/test"), false),
    ];
    let mut trials = [Vec::new(), Vec::new()];
    let splits = sides.each_ref().map(|(split, _)| split);
    let seen = Observation::of_splits(set, evaluation, &splits)?;
    for ((split, member), seen) in sides.iter().zip(&seen) {
        for (place, &label) in split.labels().iter().enumerate() {
            let scores = [-seen.loss(place, label), seen.nearness(place)];
            for (trials, score) in trials.iter_mut().zip(scores) {
                trials.push(Trial {
                    candidate: trials.len(),
                    score,
                    member: *member,
                });
            }
        }
    }
    let attacks = [Attack::Loss, Attack::Nearest].into_iter().zip(trials);
    Ok(attacks
        .map(|(attack, trials)| (attack, Finding::of(&trials, delta)))
        .collect())
}
