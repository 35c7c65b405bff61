//! A training run that can be differentiated.

use crate::unrolled::sweep::Sweep;
use crate::unrolled::{InnerOptimizer, InnerState, Keep, RecordedStep, StepGradient, finite};
use crate::{Error, Result, Tensor};

/// A training run, with what its reverse sweep needs.
pub struct Trajectory<'a, S: StepGradient> {
    steps: &'a S,
    optimizer: InnerOptimizer,
    start: InnerState,
    last: InnerState,
    /// Interval between checkpoints, in steps.
    every: usize,
    /// The state before each `every`-th step of those whose graph is not kept.
    checkpoints: Vec<Before>,
    /// The graphs of the last steps, each with the state before it.
    recorded: Vec<(InnerState, RecordedStep<'a, S::Error>)>,
}

/// The state before a step.
#[derive(Clone)]
struct Before {
    state: InnerState,
    /// The step's gradient, if the reverse sweep needs it and has not to repeat the step anyway.
    gradient: Option<Vec<Tensor>>,
}

/// Gradients of a function of the weights after some steps.
#[derive(Clone, Debug)]
pub struct TrajectoryGradient {
    /// With respect to the inputs of the steps' loss; empty if there were no steps.
    pub inputs: Vec<Tensor>,
    /// With respect to each step size.
    pub lr: Vec<f64>,
    /// With respect to the weights before the first step.
    pub weights: Vec<Tensor>,
    /// With respect to the buffers before the first step; empty if there were none.
    pub buffers: Vec<Tensor>,
}

impl<'a, S: StepGradient> Trajectory<'a, S> {
    /// Trains from `start`, one step for each step size.
    ///
    /// # Errors
    /// [`Error::Shapes`] if `start` is not a state of the optimiser; [`Error::NotFinite`] with the
    /// first step after which a weight or buffer is not finite; any error of a step.
    pub fn train(
        steps: &'a S,
        start: &InnerState,
        optimizer: InnerOptimizer,
        keep: Keep,
    ) -> Result<Self, S::Error> {
        let start = start.checked(&optimizer.rule)?;
        let every = keep.weights_every.max(1);
        let first_recorded = optimizer.lr.len().saturating_sub(keep.graphs);
        let keep_gradients = optimizer.rule.needs_gradient() && every == 1;
        let mut run = Self {
            steps,
            last: start.clone(),
            start,
            optimizer,
            every,
            checkpoints: Vec::new(),
            recorded: Vec::new(),
        };
        for index in 0..first_recorded {
            let (next, gradient) = run.step(index, &run.last)?;
            let state = std::mem::replace(&mut run.last, next);
            if index % every == 0 {
                let gradient = keep_gradients.then_some(gradient);
                run.checkpoints.push(Before { state, gradient });
            }
        }
        for index in first_recorded..run.optimizer.lr.len() {
            let record = steps.record(run.last.steps, &run.last.weights)?;
            let (rule, lr) = (&run.optimizer.rule, run.optimizer.lr[index]);
            let next = rule.advance(lr, &run.last, &record.gradient)?;
            let state = std::mem::replace(&mut run.last, next);
            run.recorded.push((state, record));
        }
        if finite::state(&run.last)? {
            return Ok(run);
        }
        Err(run.not_finite()?)
    }

    /// The state after step `index` from the state before it, and the step's gradient.
    fn step(
        &self,
        index: usize,
        state: &InnerState,
    ) -> Result<(InnerState, Vec<Tensor>), S::Error> {
        let gradient = self.steps.gradient(state.steps, &state.weights)?;
        let (rule, lr) = (&self.optimizer.rule, self.optimizer.lr[index]);
        Ok((rule.advance(lr, state, &gradient)?, gradient))
    }

    /// The error that names the first step after which the state is not finite.
    fn not_finite(&self) -> Result<S::Error, S::Error> {
        let checkpoints = self.checkpoints.iter().map(|before| &before.state);
        let recorded = self.recorded.iter().map(|(state, _)| state);
        let mut from = &self.start;
        for state in checkpoints.chain(recorded) {
            if !finite::state(state)? {
                break;
            }
            from = state;
        }
        let lr = &self.optimizer.lr[from.steps - self.start.steps..];
        finite::find(&self.optimizer.rule, self.steps, from, lr)
    }

    /// The weights after the last step.
    pub fn last(&self) -> &[Tensor] {
        &self.last.weights
    }

    /// The state after the last step, from which another training can continue.
    pub fn state(&self) -> &InnerState {
        &self.last
    }

    /// Propagates `cotangents`, a gradient with respect to [`last`](Self::last), back through every
    /// step.
    ///
    /// # Errors
    /// [`Error::Shapes`] if they do not fit the weights; [`Error::NotFinite`] with the step whose
    /// products are not finite; any error of a step.
    pub fn backward(&self, cotangents: &[Tensor]) -> Result<TrajectoryGradient, S::Error> {
        self.backward_with(|state| {
            let last = state.steps == self.last.steps;
            Ok(last.then(|| cotangents.to_vec()))
        })
    }

    /// The gradient of a sum of functions of the weights after different steps. `outer` is called with
    /// the state after each step, from the last step to the first, and finally with the state before
    /// the first; it returns the gradient of its function of these weights, or `None` if none depends
    /// on them. [`InnerState::steps`] says which state it is.
    ///
    /// # Errors
    /// As for [`backward`](Self::backward), and any error of `outer`.
    pub fn backward_with(
        &self,
        mut outer: impl FnMut(&InnerState) -> Result<Option<Vec<Tensor>>, S::Error>,
    ) -> Result<TrajectoryGradient, S::Error> {
        let (rule, lr) = (&self.optimizer.rule, &self.optimizer.lr);
        let first_recorded = lr.len() - self.recorded.len();
        let mut sweep = Sweep::new(rule, lr);
        let mut add = |sweep: &mut Sweep, state: &InnerState| -> Result<(), S::Error> {
            match outer(state)? {
                Some(cotangents) => Ok(sweep.add(state, cotangents)?),
                None => Ok(()),
            }
        };
        add(&mut sweep, &self.last)?;
        for (index, (state, record)) in self.recorded.iter().enumerate().rev() {
            let index = first_recorded + index;
            sweep.back(index, state, Some(&record.gradient), &record.vjp)?;
            add(&mut sweep, state)?;
        }
        for (segment, checkpoint) in self.checkpoints.iter().enumerate().rev() {
            let first = segment * self.every;
            let count = self.every.min(first_recorded - first);
            let mut states = self.repeat(first, count, checkpoint)?;
            for index in (first..first + count).rev() {
                // Each state is dropped as soon as its step is done.
                let before = states.pop().ok_or_else(|| Error::Internal {
                    op: "Trajectory::backward",
                    what: format!("no state was recomputed for step {index}"),
                })?;
                let state = &before.state;
                sweep.back(index, state, before.gradient.as_deref(), |cotangents| {
                    self.steps.vjp(state.steps, &state.weights, cotangents)
                })?;
                add(&mut sweep, state)?;
            }
        }
        Ok(sweep.finish(&self.start))
    }

    /// Recomputes the states before each of `count` steps from a checkpoint.
    fn repeat(
        &self,
        first: usize,
        count: usize,
        checkpoint: &Before,
    ) -> Result<Vec<Before>, S::Error> {
        let needs_gradient = self.optimizer.rule.needs_gradient();
        let mut repeated: Vec<Before> = Vec::with_capacity(count);
        let mut before = checkpoint.clone();
        for index in first..first + count - 1 {
            let (state, gradient) = self.step(index, &before.state)?;
            before.gradient = needs_gradient.then_some(gradient);
            let next = Before {
                state,
                gradient: None,
            };
            repeated.push(std::mem::replace(&mut before, next));
        }
        if needs_gradient && before.gradient.is_none() {
            let state = &before.state;
            before.gradient = Some(self.steps.gradient(state.steps, &state.weights)?);
        }
        repeated.push(before);
        Ok(repeated)
    }
}
