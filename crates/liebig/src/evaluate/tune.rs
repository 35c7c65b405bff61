//! The search for the step size of baselines, which were not made for any (Wang et al., "Dataset Distillation", 2018).

use liebig_data::stream;
use rand::seq::index::sample;

use super::{Evaluation, Training};
use crate::session::Quiet;
use crate::set::SmallSet;
use crate::{Error, Task};

/// The step sizes that are tried.
const STEP_SIZES: [f32; 10] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];

/// The number of training samples that decide.
const JUDGES: usize = 1000;

/// The sets with the one step size that is best for them: that with the highest mean accuracy of a network per set on
/// training samples (the smallest of several equal ones).
pub(super) fn tuned(
    sets: &[SmallSet],
    evaluation: &Evaluation<'_>,
    task: &Task<'_>,
) -> Result<Vec<SmallSet>, Error> {
    let train = task.train;
    let mut rng = stream(evaluation.seed, "evaluate/tune", 0);
    let judges = sample(&mut rng, train.len(), JUDGES.min(train.len()));
    let judges = train.split().subset(&judges.into_vec());
    let on_training = Evaluation {
        test: &judges,
        // Other networks than those of the evaluation.
        seed: !evaluation.seed,
        observer: &Quiet,
        ..*evaluation
    };
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
