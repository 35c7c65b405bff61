//! One step of a training, as the reverse sweep sees it.

use crate::{Error, Result, Tensor};

/// What is differentiated at each step: the gradient of a loss, as a function of the weights and of
/// inputs of its own (images, labels).
pub trait StepGradient: Sync {
    /// What a step fails with.
    type Error: From<Error>;

    /// The gradient of step `step`'s loss with respect to `weights`; constants.
    ///
    /// # Errors
    /// What the computation fails with.
    fn gradient(&self, step: usize, weights: &[Tensor]) -> Result<Vec<Tensor>, Self::Error>;

    /// The gradient, and the vector-Jacobian product of `cotangents` with it.
    ///
    /// # Errors
    /// What the computation fails with.
    fn vjp(
        &self,
        step: usize,
        weights: &[Tensor],
        cotangents: &[Tensor],
    ) -> Result<StepVjp, Self::Error>;

    /// The gradient with its graph, so that [`vjp`](Self::vjp) need not compute it again. Keeps no
    /// graph unless it is implemented.
    ///
    /// # Errors
    /// What the computation fails with.
    fn record(
        &self,
        step: usize,
        weights: &[Tensor],
    ) -> Result<RecordedStep<'_, Self::Error>, Self::Error> {
        let gradient = self.gradient(step, weights)?;
        let weights = weights.to_vec();
        Ok(RecordedStep {
            gradient,
            vjp: Box::new(move |cotangents| self.vjp(step, &weights, cotangents)),
        })
    }
}

/// What [`StepGradient::vjp`] gives.
#[derive(Clone, Debug)]
pub struct StepVjp {
    /// The gradient itself; constants.
    pub gradient: Vec<Tensor>,
    /// Products with respect to the weights.
    pub weights: Vec<Tensor>,
    /// Products with respect to the inputs, each of the whole input's shape.
    pub inputs: Vec<Tensor>,
}

/// What [`StepGradient::record`] gives.
pub struct RecordedStep<'a, E> {
    /// The gradient; constants.
    pub gradient: Vec<Tensor>,
    /// [`StepGradient::vjp`] at this step and these weights.
    pub vjp: VjpFn<'a, E>,
}

/// From cotangents of a step's gradient to their products with it.
pub type VjpFn<'a, E> = Box<dyn Fn(&[Tensor]) -> Result<StepVjp, E> + Send + Sync + 'a>;
