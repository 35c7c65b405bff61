//! Testing one network.

use liebig_grad::Tensor;
use liebig_nn::{Model, predict};

use super::Evaluation;
use crate::artefact::Shape;
use crate::{Error, network};

/// Samples per call of the network.
const BATCH: usize = 256;

/// The share of the test set whose highest logit is the label's (the first among equals).
pub(super) fn accuracy(
    model: &dyn Model,
    weights: &[Tensor],
    shape: Shape,
    evaluation: &Evaluation<'_>,
) -> Result<f64, Error> {
    let Evaluation {
        test,
        normalization,
        device,
        interrupt,
        ..
    } = *evaluation;
    let normalization = normalization.into();
    let all: Vec<usize> = (0..test.len()).collect();
    let mut correct = 0_usize;
    for batch in all.chunks(BATCH) {
        if interrupt.is_set() {
            return Err(Error::Interrupted);
        }
        let x = network::samples(test.batch(batch, &normalization), shape, device)?;
        let logits = predict(model, weights, &x)?.to_vec()?;
        let classes = logits.len() / batch.len();
        for (row, &index) in logits.chunks_exact(classes).zip(batch) {
            correct += usize::from(highest(row) == test.labels()[index] as usize);
        }
    }
    Ok(correct as f64 / test.len() as f64)
}

fn highest(row: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = index;
        }
    }
    best
}
