//! The search for the learning rate of sets that were not made for any, on training samples: of the steps of another
//! (Wang et al., "Dataset Distillation", 2018), or of the common protocol.

use liebig_data::{Split, stream};
use rand::seq::index::sample;

use super::{Evaluation, Training};
use crate::session::Quiet;
use crate::set::SmallSet;
use crate::{Error, Task};

/// The step sizes that are tried.
const STEP_SIZES: [f32; 10] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// The number of networks that are trained with each learning rate of the common protocol, at most.
const NETWORKS: usize = 2;

/// The number of training samples that decide.
const JUDGES: usize = 1000;

/// The sets with the one step size that is best for them: that with the highest mean accuracy of a network per set on
/// training samples (the smallest of several equal ones).
pub(super) fn tuned(
    sets: &[SmallSet],
    evaluation: &Evaluation<'_>,
    task: &Task<'_>,
) -> Result<Vec<SmallSet>, Error> {
    let judges = judges(evaluation, task);
    let on_training = on_training(evaluation, &judges);
    let with = |step_size: f32| {
        let sets = sets.iter().cloned();
        sets.map(move |set| SmallSet {
            step_sizes: vec![step_size],
            ..set
        })
    };
    let mut best = (f64::NEG_INFINITY, STEP_SIZES[0]);
    for step_size in STEP_SIZES {
        let tried: Vec<SmallSet> = with(step_size).collect();
        let set = |repeat| Ok(tried[repeat as usize].clone());
        let accuracy = on_training.run(Training::Own, tried.len(), set)?.mean();
        if accuracy > best.0 {
            best = (accuracy, step_size);
        }
    }
    Ok(with(best.1).collect())
}

/// The learning rate of the common protocol that is best for the sets, of those that the evaluation names; `None` if it names
/// none, or if a step size was learnt with the sets.
pub(super) fn rate(
    sets: &[SmallSet],
    evaluation: &Evaluation<'_>,
    task: &Task<'_>,
) -> Result<Option<f64>, Error> {
    let learnt = |set: &SmallSet| set.step_sizes.len() == 1 && evaluation.recipe.unroll.is_none();
    if evaluation.rates.is_empty() || sets.iter().any(learnt) {
        return Ok(None);
    }
    let judges = judges(evaluation, task);
    let mut best: Option<(f64, f64)> = None;
    for &rate in evaluation.rates {
        let mut recipe = evaluation.recipe.clone();
        recipe.protocol.lr = rate;
        let on_training = Evaluation {
            recipe: &recipe,
            ..on_training(evaluation, &judges)
        };
        let set = |repeat| Ok(sets[repeat as usize].clone());
        let count = sets.len().min(NETWORKS);
        let accuracy = on_training.run(Training::Common, count, set)?.mean();
        if best.is_none_or(|(highest, _)| accuracy > highest) {
            best = Some((accuracy, rate));
        }
    }
    Ok(best.map(|(_, rate)| rate))
}

/// Training samples that decide.
fn judges(evaluation: &Evaluation<'_>, task: &Task<'_>) -> Split {
    let train = task.train;
    let mut rng = stream(evaluation.seed, "evaluate/tune", 0);
    let judges = sample(&mut rng, train.len(), JUDGES.min(train.len()));
    train.split().subset(&judges.into_vec())
}

/// The same evaluation on these samples, by other networks.
fn on_training<'a>(evaluation: &Evaluation<'a>, judges: &'a Split) -> Evaluation<'a> {
    Evaluation {
        test: judges,
        seed: !evaluation.seed,
        store: None,
        observer: &Quiet,
        ..*evaluation
    }
}
