//! One type for all optimisers.

use liebig_grad::Tensor;

use super::{Adam, Lamb, OptimizerState, Sgd};
use crate::Result;

/// An optimiser with its settings and its memory of past steps.
///
/// ```
/// use liebig_nn::{Adam, Optimizer};
///
/// let mut optimizer = Optimizer::from(Adam::new(0.001));
/// optimizer.set_lr(0.1 * optimizer.lr());
/// assert_eq!(optimizer.lr(), 0.0001);
/// assert_eq!(optimizer.state().steps, 0);
/// ```
#[derive(Clone, Debug)]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd(Sgd),
    /// Adam.
    Adam(Adam),
    /// LAMB.
    Lamb(Lamb),
}

impl Optimizer {
    /// Replaces the weights by better ones; these are constants.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) or [`Error::Shape`](crate::Error::Shape) if the gradient
    /// or a restored state does not fit these weights; they are then unchanged.
    pub fn step(&mut self, weights: &mut [Tensor], gradient: &[Tensor]) -> Result<()> {
        match self {
            Self::Sgd(sgd) => sgd.step(weights, gradient),
            Self::Adam(adam) => adam.step(weights, gradient),
            Self::Lamb(lamb) => lamb.step(weights, gradient),
        }
    }

    /// What it remembers of past steps; its settings are not part of it.
    pub fn state(&self) -> OptimizerState {
        match self {
            Self::Sgd(sgd) => sgd.state(),
            Self::Adam(adam) => adam.state(),
            Self::Lamb(lamb) => lamb.state(),
        }
    }

    /// Continues from a remembered state, bit for bit as the optimiser that it was taken from.
    /// Whether its shapes fit is checked at the next step.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) if Adam or LAMB does not get two tensors for every parameter.
    pub fn restore(&mut self, state: OptimizerState) -> Result<()> {
        match self {
            Self::Sgd(sgd) => {
                sgd.restore(state);
                Ok(())
            }
            Self::Adam(adam) => adam.restore(state),
            Self::Lamb(lamb) => lamb.restore(state),
        }
    }

    /// Forgets all past steps: momentum, moments and their number. Settings stay.
    pub fn reset(&mut self) {
        match self {
            Self::Sgd(sgd) => sgd.reset(),
            Self::Adam(adam) => adam.reset(),
            Self::Lamb(lamb) => lamb.reset(),
        }
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        match self {
            Self::Sgd(sgd) => sgd.lr,
            Self::Adam(adam) => adam.lr,
            Self::Lamb(lamb) => lamb.lr,
        }
    }

    /// Changes the learning rate.
    pub fn set_lr(&mut self, lr: f64) {
        match self {
            Self::Sgd(sgd) => sgd.lr = lr,
            Self::Adam(adam) => adam.lr = lr,
            Self::Lamb(lamb) => lamb.lr = lr,
        }
    }
}

impl From<Sgd> for Optimizer {
    fn from(sgd: Sgd) -> Self {
        Self::Sgd(sgd)
    }
}

impl From<Adam> for Optimizer {
    fn from(adam: Adam) -> Self {
        Self::Adam(adam)
    }
}

impl From<Lamb> for Optimizer {
    fn from(lamb: Lamb) -> Self {
        Self::Lamb(lamb)
    }
}
