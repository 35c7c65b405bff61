//! Step sizes that are learnt with a set and stay positive.

use liebig_grad::Tensor;

use super::Group;
use crate::{Error, State};

/// A single step size for all steps, or one for each step.
pub struct StepSizes {
    raw: Group,
    positive: Positive,
}

/// How a raw number is converted to a positive step size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Positive {
    /// `ln(1 + e^raw)` (Wang et al., "Dataset Distillation", 2018).
    Softplus,
    /// The number itself, but at least this value (for trajectory matching; the publication allows it to become
    /// negative).
    AtLeast(f64),
}

const NAME: &str = "step_sizes";

impl StepSizes {
    /// Starts with step sizes `values` (positive), updated by the optimiser that `group` makes for their raw values.
    ///
    /// # Errors
    /// Any error of `group`.
    pub fn new(
        values: &[f64],
        positive: Positive,
        group: impl FnOnce(Vec<f32>) -> Result<Group, Error>,
    ) -> Result<Self, Error> {
        let raw = values.iter().map(|&value| match positive {
            // The inverse of softplus, in a form that does not overflow.
            Positive::Softplus => value + (-(-value).exp()).ln_1p(),
            Positive::AtLeast(least) => value.max(least),
        });
        let raw = group(raw.map(|value| value as f32).collect())?;
        Ok(Self { raw, positive })
    }

    /// The current step sizes.
    ///
    /// # Errors
    /// [`Error::Grad`] if the device fails.
    pub fn values(&self) -> Result<Vec<f32>, Error> {
        let raw = self.raw.value().to_vec()?;
        Ok(raw.into_iter().map(|raw| self.value(raw)).collect())
    }

    fn value(&self, raw: f32) -> f32 {
        match self.positive {
            // Softplus in a form that does not overflow.
            Positive::Softplus => raw.max(0.0) + (-raw.abs()).exp().ln_1p(),
            Positive::AtLeast(least) => raw.max(least as f32),
        }
    }

    /// One step against the gradient with respect to the step sizes.
    ///
    /// A single step size takes the sum of the gradients of all steps; otherwise each takes those of the steps that it
    /// belongs to, which are its own and every `n`-th after it.
    pub(super) fn step(&mut self, gradient: &[f64]) -> Result<(), Error> {
        let raw = self.raw.value().to_vec()?;
        let mut sums = vec![0.0; raw.len()];
        for (step, gradient) in gradient.iter().enumerate() {
            sums[step % raw.len().max(1)] += gradient;
        }
        let gradient = sums;
        let of_raw = gradient.iter().zip(&raw).map(|(gradient, &raw)| {
            let slope = match self.positive {
                Positive::Softplus => 1.0 / (1.0 + f64::from(-raw).exp()),
                Positive::AtLeast(_) => 1.0,
            };
            (gradient * slope) as f32
        });
        let shape = self.raw.value().shape().to_vec();
        let device = self.raw.value().device();
        let of_raw = Tensor::from_vec(of_raw.collect(), &shape, &device)?;
        self.raw.step(&of_raw)?;
        if let Positive::AtLeast(least) = self.positive {
            let bounded = self.raw.value().clamp(least, f64::from(f32::MAX))?;
            self.raw.set(&bounded);
        }
        Ok(())
    }

    pub(super) fn set_rate(&mut self, factor: f64) {
        self.raw.set_rate(factor);
    }

    pub(super) fn save(&self, state: &mut State) {
        self.raw.save(NAME, state);
    }

    pub(super) fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        self.raw.restore(NAME, state)
    }
}
