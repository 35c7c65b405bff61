//! The inner optimiser, forward and in reverse.

use crate::unrolled::{StepVjp, TrajectoryGradient};
use crate::{Result, Tensor};

/// SGD as in PyTorch, without weight decay: `m ← momentum * m + g`, `θ ← θ - lr * m`.
#[derive(Clone, Debug, PartialEq)]
pub struct InnerSgd {
    /// Step size of each step.
    pub lr: Vec<f64>,
    /// Momentum; 0 is plain gradient descent.
    pub momentum: f64,
}

/// The state that a step starts from.
#[derive(Clone)]
pub(super) struct State {
    pub weights: Vec<Tensor>,
    /// `None` before the first step, and without momentum.
    momentum: Option<Vec<Tensor>>,
}

impl State {
    pub fn new(start: &[Tensor]) -> Self {
        Self {
            weights: start.iter().map(Tensor::detach).collect(),
            momentum: None,
        }
    }
}

impl InnerSgd {
    /// The state after a step from `state`.
    pub(super) fn advance(
        &self,
        step: usize,
        state: &State,
        gradient: Vec<Tensor>,
    ) -> Result<State> {
        let direction = self.direction(state, gradient)?;
        Ok(State {
            weights: scaled_sum(&state.weights, &direction, -self.lr[step])?,
            momentum: (self.momentum != 0.0).then_some(direction),
        })
    }

    /// The direction that the weights move against: the momentum after the step.
    fn direction(&self, state: &State, gradient: Vec<Tensor>) -> Result<Vec<Tensor>> {
        match &state.momentum {
            Some(momentum) => scaled_sum(&gradient, momentum, self.momentum),
            None => Ok(gradient),
        }
    }
}

/// The cotangents on their way back from the last step to the first.
pub(super) struct Sweep<'a> {
    sgd: &'a InnerSgd,
    weights: Vec<Tensor>,
    /// Cotangents of the momentum after the current step, from the steps after it.
    momentum: Option<Vec<Tensor>>,
    inputs: Option<Vec<Tensor>>,
    lr: Vec<f64>,
}

impl<'a> Sweep<'a> {
    pub fn new(sgd: &'a InnerSgd, cotangents: &[Tensor]) -> Self {
        Self {
            sgd,
            weights: cotangents.iter().map(Tensor::detach).collect(),
            momentum: None,
            inputs: None,
            lr: vec![0.0; sgd.lr.len()],
        }
    }

    /// Propagates back over one step; `vjp` computes products with its gradient at `state`.
    pub fn back<E: From<crate::Error>>(
        &mut self,
        step: usize,
        state: &State,
        vjp: impl FnOnce(&[Tensor]) -> Result<StepVjp, E>,
    ) -> Result<(), E> {
        let rate = self.sgd.lr[step];
        let update = self.weights.iter().map(|tensor| tensor.mul_scalar(-rate));
        let update = update.collect::<Result<Vec<_>>>()?;
        let of_gradient = match self.momentum.take() {
            Some(later) => scaled_sum(&update, &later, self.sgd.momentum)?,
            None => update,
        };
        let product = vjp(&of_gradient)?;
        let direction = self.sgd.direction(state, product.gradient)?;
        self.lr[step] = -inner_product(&self.weights, &direction)?;
        self.weights = scaled_sum(&self.weights, &product.weights, 1.0)?;
        self.inputs = Some(match self.inputs.take() {
            Some(inputs) => scaled_sum(&inputs, &product.inputs, 1.0)?,
            None => product.inputs,
        });
        self.momentum = (self.sgd.momentum != 0.0).then_some(of_gradient);
        Ok(())
    }

    pub fn finish(self) -> TrajectoryGradient {
        TrajectoryGradient {
            inputs: self.inputs.unwrap_or_default(),
            lr: self.lr,
            weights: self.weights,
        }
    }
}

fn inner_product(a: &[Tensor], b: &[Tensor]) -> Result<f64> {
    a.iter()
        .zip(b)
        .try_fold(0.0, |sum, (a, b)| Ok(sum + a.mul(b)?.sum()?.item()?))
}

/// `a + factor * b`, for each pair of tensors in the lists.
fn scaled_sum(a: &[Tensor], b: &[Tensor], factor: f64) -> Result<Vec<Tensor>> {
    a.iter()
        .zip(b)
        .map(|(a, b)| b.mul_scalar(factor)?.accumulate(a))
        .collect()
}
