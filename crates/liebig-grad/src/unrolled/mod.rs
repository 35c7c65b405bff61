//! Exact gradients through many steps of SGD in the memory of one step.
//!
//! Differentiating the graph of the whole training needs all its steps at once. But the reverse sweep
//! needs, at each step, only the weights before it: [`Trajectory::train`] stores those and nothing
//! else, and [`Trajectory::backward`] computes one vector-Jacobian product per step, through a graph
//! that is built for the step and dropped. No term is omitted, so the result is the gradient of the
//! whole graph up to rounding (TESLA, arXiv 2211.10586, needs as little memory by dropping the weights'
//! dependence on earlier batches). This is how Wang et al. (arXiv 1811.10959) differentiate.
//!
//! [`Keep`] trades memory for time in both directions: checkpoints some steps apart (Chen et al.,
//! arXiv 1604.06174) store fewer weights and repeat the steps between them; graphs that are kept do
//! not have to be rebuilt.

mod sgd;
mod step;

pub use sgd::InnerSgd;
pub use step::{RecordedStep, StepGradient, StepVjp, VjpFn};

use crate::{Error, Result, Tensor};
use sgd::{State, Sweep};

/// What a training run keeps for the reverse sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Interval, in steps, at which weights and momentum are stored; the steps between are repeated
    /// on the way back. With `k` about the square root of `n` steps, `n / k + k` lists of weights are
    /// alive at once instead of `n`. 1 repeats nothing; 0 counts as 1.
    pub weights_every: usize,
    /// Number of last steps whose graphs are kept, if the steps support it
    /// ([`StepGradient::record`]). A graph costs the memory that differentiating the step as a whole
    /// batch would take, and saves computing its gradient a second time.
    pub graphs: usize,
}

impl Default for Keep {
    /// Keeps the weights before every step, and no graphs.
    fn default() -> Self {
        Self {
            weights_every: 1,
            graphs: 0,
        }
    }
}

/// A training run, with what its reverse sweep needs.
pub struct Trajectory<'a, S: StepGradient> {
    steps: &'a S,
    sgd: InnerSgd,
    last: State,
    /// Interval between checkpoints, in steps.
    every: usize,
    /// The state before each `every`-th step of those whose graph is not kept.
    checkpoints: Vec<State>,
    /// The graphs of the last steps, each with the state before it.
    recorded: Vec<(State, RecordedStep<'a, S::Error>)>,
}

/// Gradients of a function of the weights after the last step.
#[derive(Clone, Debug)]
pub struct TrajectoryGradient {
    /// With respect to the inputs of the steps' loss; empty if there were no steps.
    pub inputs: Vec<Tensor>,
    /// With respect to each step size.
    pub lr: Vec<f64>,
    /// With respect to the weights before the first step.
    pub weights: Vec<Tensor>,
}

impl<'a, S: StepGradient> Trajectory<'a, S> {
    /// Trains from `start`, one step for each step size.
    ///
    /// # Errors
    /// Any error of a step.
    pub fn train(
        steps: &'a S,
        start: &[Tensor],
        sgd: InnerSgd,
        keep: Keep,
    ) -> Result<Self, S::Error> {
        let every = keep.weights_every.max(1);
        let first_recorded = sgd.lr.len().saturating_sub(keep.graphs);
        let (mut checkpoints, mut recorded) = (Vec::new(), Vec::new());
        let mut state = State::new(start);
        for step in 0..first_recorded {
            let gradient = steps.gradient(step, &state.weights)?;
            let next = sgd.advance(step, &state, gradient)?;
            if step % every == 0 {
                checkpoints.push(state);
            }
            state = next;
        }
        for step in first_recorded..sgd.lr.len() {
            let record = steps.record(step, &state.weights)?;
            let next = sgd.advance(step, &state, record.gradient.clone())?;
            recorded.push((state, record));
            state = next;
        }
        Ok(Self {
            steps,
            sgd,
            last: state,
            every,
            checkpoints,
            recorded,
        })
    }

    /// The weights after the last step.
    pub fn last(&self) -> &[Tensor] {
        &self.last.weights
    }

    /// Propagates `cotangents`, a gradient with respect to [`last`](Self::last), back through every
    /// step.
    ///
    /// # Errors
    /// [`Error::Shapes`] if their number differs from that of the weights; any error of a step.
    pub fn backward(&self, cotangents: &[Tensor]) -> Result<TrajectoryGradient, S::Error> {
        if cotangents.len() != self.last().len() {
            let (left, right) = (vec![self.last().len()], vec![cotangents.len()]);
            return Err(S::Error::from(Error::Shapes {
                op: "Trajectory::backward (lengths)",
                left,
                right,
            }));
        }
        let first_recorded = self.sgd.lr.len() - self.recorded.len();
        let mut sweep = Sweep::new(&self.sgd, cotangents);
        for (index, (state, record)) in self.recorded.iter().enumerate().rev() {
            sweep.back(first_recorded + index, state, &record.vjp)?;
        }
        for (index, checkpoint) in self.checkpoints.iter().enumerate().rev() {
            let first = index * self.every;
            let count = self.every.min(first_recorded - first);
            let mut states = self.repeat(first, count, checkpoint)?;
            for step in (first..first + count).rev() {
                // Each state is dropped as soon as its step is done.
                let state = states.pop().ok_or_else(|| Error::Internal {
                    op: "Trajectory::backward",
                    what: format!("no state was recomputed for step {step}"),
                })?;
                sweep.back(step, &state, |cotangents| {
                    self.steps.vjp(step, &state.weights, cotangents)
                })?;
            }
        }
        Ok(sweep.finish())
    }

    /// Recomputes the states before each of `count` steps from a checkpoint.
    fn repeat(
        &self,
        first: usize,
        count: usize,
        checkpoint: &State,
    ) -> Result<Vec<State>, S::Error> {
        let mut states = vec![checkpoint.clone()];
        for step in first..first + count - 1 {
            let state = &states[step - first];
            let gradient = self.steps.gradient(step, &state.weights)?;
            let next = self.sgd.advance(step, state, gradient)?;
            states.push(next);
        }
        Ok(states)
    }
}
