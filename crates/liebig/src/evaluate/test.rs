//! Testing one network.

use liebig_nn::Learner;

use super::{Evaluation, Outcome};
use crate::Error;
use crate::labels::highest;
use crate::set::{SmallSet, samples};

/// Samples per call of the network.
const BATCH: usize = 256;

/// Tests a network; the predicted class is that of the highest logit (the first if several are equal).
pub(super) fn test(
    learner: &Learner<'_>,
    set: &SmallSet,
    evaluation: &Evaluation<'_>,
) -> Result<Outcome, Error> {
    let Evaluation {
        test,
        device,
        interrupt,
        ..
    } = *evaluation;
    let all: Vec<usize> = (0..test.len()).collect();
    let (mut correct, mut counts) = (vec![0_usize; set.classes], vec![0_usize; set.classes]);
    for batch in all.chunks(BATCH) {
        if interrupt.is_set() {
            return Err(Error::Interrupted);
        }
        let x = samples(test.batch(batch, &set.space), set.shape, device)?;
        let logits = learner.predict(&x)?.to_vec()?;
        for (row, &index) in logits.chunks_exact(set.classes.max(1)).zip(batch) {
            let label = test.labels()[index] as usize;
            if let (Some(count), Some(correct)) = (counts.get_mut(label), correct.get_mut(label)) {
                *count += 1;
                *correct += usize::from(highest(row) == label);
            }
        }
    }
    let share = |correct: usize, count: usize| correct as f64 / count as f64;
    Ok(Outcome {
        accuracy: share(correct.iter().sum(), test.len()),
        per_class: correct
            .iter()
            .zip(&counts)
            .map(|(&correct, &count)| share(correct, count))
            .collect(),
    })
}
