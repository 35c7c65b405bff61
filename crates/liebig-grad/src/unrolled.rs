//! Exact gradients through many steps of SGD in the memory of one step.
//!
//! Differentiating the graph of the whole training needs all its steps at once. But the reverse sweep
//! needs, at each step, only the weights before it: [`Trajectory::train`] stores those and nothing
//! else, and [`Trajectory::backward`] takes one vector-Jacobian product a step, through a graph that
//! is built for the step and dropped. Nothing is left out, so the result is the gradient of the whole
//! graph up to rounding (TESLA, arXiv 2211.10586, reaches the same memory by dropping the weights'
//! dependence on earlier batches). This is how Wang et al. (arXiv 1811.10959) differentiate.

use crate::{Error, Result, Tensor};

/// What is differentiated at each step: the gradient of a loss, as a function of the weights and of
/// inputs of its own (images, labels).
pub trait StepGradient {
    /// The gradient of step `step`'s loss with respect to `weights`; constants.
    ///
    /// # Errors
    /// What the computation fails with.
    fn gradient(&self, step: usize, weights: &[Tensor]) -> Result<Vec<Tensor>>;

    /// The gradient, and the vector-Jacobian product of `cotangents` with it.
    ///
    /// # Errors
    /// What the computation fails with.
    fn vjp(&self, step: usize, weights: &[Tensor], cotangents: &[Tensor]) -> Result<StepVjp>;
}

/// What [`StepGradient::vjp`] gives.
pub struct StepVjp {
    /// The gradient itself.
    pub gradient: Vec<Tensor>,
    /// Products with respect to the weights.
    pub weights: Vec<Tensor>,
    /// Products with respect to the inputs, each of the whole input's shape.
    pub inputs: Vec<Tensor>,
}

/// SGD as PyTorch does it, without weight decay: `m ← momentum * m + g`, `θ ← θ - lr * m`.
#[derive(Clone, Debug, PartialEq)]
pub struct InnerSgd {
    /// Step size of each step.
    pub lr: Vec<f64>,
    /// 0 is plain gradient descent.
    pub momentum: f64,
}

/// The weights before every step of a training and after the last.
pub struct Trajectory {
    sgd: InnerSgd,
    weights: Vec<Vec<Tensor>>,
    /// The momentum after every step; empty where there is none.
    momenta: Vec<Vec<Tensor>>,
}

/// Gradients of a function of the weights after the last step.
pub struct TrajectoryGradient {
    /// With respect to the inputs of the steps' loss.
    pub inputs: Vec<Tensor>,
    /// With respect to each step size.
    pub lr: Vec<f64>,
    /// With respect to the weights before the first step.
    pub weights: Vec<Tensor>,
}

impl Trajectory {
    /// Trains from `start`, one step for each step size.
    ///
    /// # Errors
    /// What a step fails with.
    pub fn train(steps: &impl StepGradient, start: &[Tensor], sgd: InnerSgd) -> Result<Self> {
        let mut weights = vec![start.iter().map(Tensor::detach).collect::<Vec<_>>()];
        let mut momenta: Vec<Vec<Tensor>> = Vec::new();
        for (step, &lr) in sgd.lr.iter().enumerate() {
            let before = &weights[step];
            let gradient = steps.gradient(step, before)?;
            let update = match momenta.last() {
                Some(momentum) => scaled_sum(&gradient, momentum, sgd.momentum)?,
                None => gradient,
            };
            weights.push(scaled_sum(before, &update, -lr)?);
            if sgd.momentum != 0.0 {
                momenta.push(update);
            }
        }
        Ok(Self {
            sgd,
            weights,
            momenta,
        })
    }

    /// The weights after the last step.
    pub fn last(&self) -> &[Tensor] {
        self.weights.last().map_or(&[], Vec::as_slice)
    }

    /// Pulls `cotangents`, the gradient of something with respect to [`last`](Self::last), back
    /// through every step.
    ///
    /// # Errors
    /// [`Error::Shapes`] if they are not as many as the weights; what a step fails with.
    pub fn backward(
        &self,
        steps: &impl StepGradient,
        cotangents: &[Tensor],
    ) -> Result<TrajectoryGradient> {
        if cotangents.len() != self.last().len() {
            let (left, right) = (vec![self.last().len()], vec![cotangents.len()]);
            return Err(Error::Shapes {
                op: "Trajectory::backward (lengths)",
                left,
                right,
            });
        }
        let mut of_weights = cotangents.to_vec();
        // Cotangent of the momentum after the step at hand, from the steps after it.
        let mut of_momentum: Option<Vec<Tensor>> = None;
        let mut inputs: Option<Vec<Tensor>> = None;
        let mut lr = vec![0.0; self.sgd.lr.len()];
        for step in (0..lr.len()).rev() {
            let rate = self.sgd.lr[step];
            let update: Vec<Tensor> = of_weights
                .iter()
                .map(|tensor| tensor.mul_scalar(-rate))
                .collect::<Result<_>>()?;
            let of_gradient = match of_momentum.take() {
                Some(later) => scaled_sum(&update, &later, self.sgd.momentum)?,
                None => update,
            };
            let before = &self.weights[step];
            let product = steps.vjp(step, before, &of_gradient)?;
            let moved_along = self.momenta.get(step).unwrap_or(&product.gradient);
            lr[step] = -inner_product(&of_weights, moved_along)?;
            of_weights = scaled_sum(&of_weights, &product.weights, 1.0)?;
            inputs = Some(match inputs {
                Some(inputs) => scaled_sum(&inputs, &product.inputs, 1.0)?,
                None => product.inputs,
            });
            if self.sgd.momentum != 0.0 {
                of_momentum = Some(of_gradient);
            }
        }
        Ok(TrajectoryGradient {
            inputs: inputs.unwrap_or_default(),
            lr,
            weights: of_weights,
        })
    }
}

fn inner_product(a: &[Tensor], b: &[Tensor]) -> Result<f64> {
    a.iter()
        .zip(b)
        .try_fold(0.0, |sum, (a, b)| Ok(sum + a.mul(b)?.sum()?.item()?))
}

/// `a + factor * b`, element by element of the lists.
fn scaled_sum(a: &[Tensor], b: &[Tensor], factor: f64) -> Result<Vec<Tensor>> {
    a.iter()
        .zip(b)
        .map(|(a, b)| b.mul_scalar(factor)?.accumulate(a))
        .collect()
}
