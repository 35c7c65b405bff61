//! The gradient of the distance to an expert with respect to the set: exactly, or as TESLA approximates it.

use liebig_grad::{InnerOptimizer, InnerState, Keep, StepGradient, Tensor, Trajectory};
use liebig_nn::TrainingSteps;

use super::distance::distance;
use crate::Error;

/// The part of an expert's training that a student repeats on the set.
pub(super) struct Segment {
    /// The weights before.
    pub start: Vec<Tensor>,
    /// The weights after.
    pub target: Vec<Tensor>,
}

/// The distance that is left, with its gradients.
pub(super) struct Pull {
    pub loss: f64,
    /// With respect to the samples and, if they are soft, to the labels.
    pub inputs: Vec<Tensor>,
    /// With respect to the step size of each step.
    pub lr: Vec<f64>,
}

/// The exact gradient, through the whole training of the student.
pub(super) fn exact(
    steps: &TrainingSteps<'_>,
    segment: &Segment,
    optimizer: InnerOptimizer,
    memory: u64,
) -> Result<Pull, liebig_nn::Error> {
    let keep = Keep::within(memory, &steps.unroll_size(&optimizer));
    let start = InnerState::new(&segment.start);
    let trajectory = Trajectory::train(steps, &start, optimizer, keep)?;
    let (loss, gradient) = distance(trajectory.last(), segment)?;
    let gradient = trajectory.backward(&gradient)?;
    Ok(Pull {
        loss,
        inputs: gradient.inputs,
        lr: gradient.lr,
    })
}

/// The gradient if the weights before each step were constants: the gradient with respect to the last weights takes the
/// place of that with respect to the weights after each step. `go_on` is asked before each step of the way back.
pub(super) fn tesla(
    steps: &TrainingSteps<'_>,
    segment: &Segment,
    optimizer: &InnerOptimizer,
    go_on: impl Fn() -> Result<(), Error>,
) -> Result<Pull, Error> {
    let mut before = vec![segment.start.clone()];
    for (step, &lr) in optimizer.lr.iter().enumerate() {
        let gradient = steps.gradient(step, &before[step])?;
        before.push(plus(&before[step], &gradient, -lr)?);
    }
    let last = before.pop().unwrap_or_default();
    let (loss, cotangents) = distance(&last, segment)?;
    let mut inputs: Option<Vec<Tensor>> = None;
    let mut of_lr = Vec::with_capacity(before.len());
    for (step, (weights, &lr)) in before.iter().zip(&optimizer.lr).enumerate() {
        go_on()?;
        let products = steps.vjp(step, weights, &cotangents)?;
        let mut along = 0.0;
        for (gradient, cotangent) in products.gradient.iter().zip(&cotangents) {
            along += gradient.mul(cotangent)?.sum()?.item()?;
        }
        of_lr.push(-along);
        let zeros = || products.inputs.iter().map(Tensor::zeros_like).collect();
        inputs = Some(plus(&inputs.unwrap_or_else(zeros), &products.inputs, -lr)?);
    }
    Ok(Pull {
        loss,
        inputs: inputs.unwrap_or_default(),
        lr: of_lr,
    })
}

/// `left + factor * right`.
fn plus(left: &[Tensor], right: &[Tensor], factor: f64) -> Result<Vec<Tensor>, Error> {
    let pairs = left.iter().zip(right);
    pairs
        .map(|(left, right)| Ok(left.add(&right.mul_scalar(factor)?)?))
        .collect()
}
