//! One training step, as the reverse sweep uses it.

use crate::{Error, Result, Tensor};

/// What is differentiated at each step: the gradient of a loss, as a function of the weights and of
/// further inputs (images, labels).
pub trait StepGradient: Sync {
    /// The error of a step.
    type Error: From<Error>;

    /// The gradient of the loss of step `step` with respect to `weights`; constants.
    ///
    /// # Errors
    /// Any error of the computation.
    fn gradient(&self, step: usize, weights: &[Tensor]) -> Result<Vec<Tensor>, Self::Error>;

    /// The gradient, and the vector-Jacobian product of `cotangents` with it.
    ///
    /// # Errors
    /// Any error of the computation.
    fn vjp(
        &self,
        step: usize,
        weights: &[Tensor],
        cotangents: &[Tensor],
    ) -> Result<StepVjp, Self::Error>;

    /// The gradient with its graph, so that [`vjp`](Self::vjp) does not have to compute it again. The
    /// default implementation keeps no graph.
    ///
    /// # Errors
    /// Any error of the computation.
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

/// The result of [`StepGradient::vjp`].
#[derive(Clone, Debug)]
pub struct StepVjp {
    /// The gradient itself; constants.
    pub gradient: Vec<Tensor>,
    /// Products with respect to the weights.
    pub weights: Vec<Tensor>,
    /// Products with respect to the inputs, each of the whole input's shape.
    pub inputs: Vec<Tensor>,
}

/// The result of [`StepGradient::record`].
pub struct RecordedStep<'a, E> {
    /// The gradient; constants.
    pub gradient: Vec<Tensor>,
    /// [`StepGradient::vjp`] at this step and these weights.
    pub vjp: VjpFn<'a, E>,
}

/// Maps cotangents of a step's gradient to their products with it.
pub type VjpFn<'a, E> = Box<dyn Fn(&[Tensor]) -> Result<StepVjp, E> + Send + Sync + 'a>;
