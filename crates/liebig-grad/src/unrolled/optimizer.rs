//! The inner optimiser, forward.

use crate::unrolled::adam::Adam;
use crate::unrolled::lists::each;
use crate::unrolled::sgd::Sgd;
use crate::unrolled::{InnerState, StepGradient, finite};
use crate::{Result, Tensor};

/// The optimiser of a training that is differentiated, with one step size for each step.
#[derive(Clone, Debug, PartialEq)]
pub struct InnerOptimizer {
    /// How a step moves the weights.
    pub rule: InnerRule,
    /// Step sizes: that of the first step to take, and so on. Their number is the number of steps.
    pub lr: Vec<f64>,
}

/// How a step moves the weights; the same as the optimisers of PyTorch of these names.
#[derive(Clone, Debug, PartialEq)]
pub enum InnerRule {
    /// `d = g + weight_decay θ`, `m ← momentum m + d` (`d` at the first step), `θ ← θ - lr m`.
    Sgd {
        /// Factor of the last step's `m` that is added to the next; 0 is plain gradient descent.
        momentum: f64,
        /// Factor of the weights that is added to the gradient; 0 for none.
        weight_decay: f64,
    },
    /// Adam (Kingma and Ba 2015) with its moments corrected for their start at 0:
    /// `d = g + weight_decay θ`, `m ← β₁ m + (1 - β₁) d`, `v ← β₂ v + (1 - β₂) d²`,
    /// `θ ← θ - lr (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + eps)` at step `t`, counted from 1.
    ///
    /// Where `v` is exactly 0, so is `d`, and the derivative of `√v` is taken as 0 (PyTorch's is
    /// infinite, and the gradient not a number).
    Adam {
        /// `β₁` and `β₂`; PyTorch's default is 0.9 and 0.999.
        betas: (f64, f64),
        /// Keeps the denominator positive; PyTorch's default is 1e-8.
        eps: f64,
        /// Factor of the weights that is added to the gradient; 0 for none.
        weight_decay: f64,
    },
}

impl InnerRule {
    /// Plain gradient descent.
    pub const fn sgd() -> Self {
        Self::Sgd {
            momentum: 0.0,
            weight_decay: 0.0,
        }
    }

    /// Adam with PyTorch's default settings.
    pub const fn adam() -> Self {
        Self::Adam {
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 0.0,
        }
    }

    /// Number of buffers for each weight: 0 without momentum, 1 with it, 2 for Adam.
    pub fn buffers_per_weight(&self) -> usize {
        match *self {
            Self::Sgd { momentum, .. } => usize::from(momentum != 0.0),
            Self::Adam { .. } => 2,
        }
    }

    /// Whether the reverse sweep needs a step's gradient before it can propagate through it.
    pub(super) fn needs_gradient(&self) -> bool {
        matches!(self, Self::Adam { .. })
    }
}

impl InnerOptimizer {
    /// Takes every step from `start` and returns the state after the last, without storing anything
    /// for a gradient. Continuing from that state gives the same bits as one training of all steps.
    ///
    /// # Errors
    /// [`Error::Shapes`](crate::Error::Shapes) if `start` is not a state of this optimiser;
    /// [`Error::NotFinite`](crate::Error::NotFinite) with the first step after which a weight or buffer
    /// is not finite; any error of a step.
    pub fn train<S: StepGradient>(
        &self,
        steps: &S,
        start: &InnerState,
    ) -> Result<InnerState, S::Error> {
        let start = start.checked(&self.rule)?;
        let mut state = start.clone();
        for &lr in &self.lr {
            let gradient = steps.gradient(state.steps, &state.weights)?;
            state = self.rule.advance(lr, &state, &gradient)?;
        }
        if finite::state(&state)? {
            return Ok(state);
        }
        Err(finite::find(&self.rule, steps, &start, &self.lr)?)
    }
}

/// A rule at a step.
pub(super) enum Rule {
    Sgd(Sgd),
    Adam(Adam),
}

impl InnerRule {
    /// The rule of the step after `taken` steps.
    pub(super) fn at(&self, taken: usize) -> Rule {
        match *self {
            Self::Sgd {
                momentum,
                weight_decay,
            } => Rule::Sgd(Sgd {
                momentum,
                weight_decay,
            }),
            Self::Adam {
                betas,
                eps,
                weight_decay,
            } => Rule::Adam(Adam::new(betas, eps, weight_decay, taken)),
        }
    }

    pub(super) fn weight_decay(&self) -> f64 {
        match *self {
            Self::Sgd { weight_decay, .. } | Self::Adam { weight_decay, .. } => weight_decay,
        }
    }

    /// The state after a step from `state`.
    pub(super) fn advance(
        &self,
        lr: f64,
        state: &InnerState,
        gradient: &[Tensor],
    ) -> Result<InnerState> {
        let rule = self.at(state.steps);
        let moved = each(state.weights.len(), |index| {
            let (weight, buffers) = (&state.weights[index], state.buffers_of(index));
            match &rule {
                Rule::Sgd(sgd) => sgd.step(lr, weight, &buffers, &gradient[index]),
                Rule::Adam(adam) => adam.step(lr, weight, &buffers, &gradient[index]),
            }
        })?;
        let (weights, of_weights): (Vec<Tensor>, Vec<Vec<Tensor>>) = moved.into_iter().unzip();
        let buffers = (0..self.buffers_per_weight()).flat_map(|buffer| {
            let of_weights = of_weights.iter();
            of_weights.filter_map(move |buffers| buffers.get(buffer).cloned())
        });
        Ok(InnerState {
            buffers: buffers.collect(),
            weights,
            steps: state.steps + 1,
        })
    }
}
