//! What training minimises.

use liebig_grad::{Targets, Tensor};

use crate::Result;

/// A loss of logits and targets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Criterion {
    /// The mean cross-entropy ([`Tensor::cross_entropy`]).
    #[default]
    CrossEntropy,
    /// The mean of half the squared distance between logits and targets ([`Tensor::squared_error`]).
    SquaredError,
    /// Cross-entropy at a temperature `T`: of the logits divided by `T`, times `T²`, so that gradients keep their size
    /// (Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015). The targets are probabilities at
    /// this temperature already.
    Distillation {
        /// Positive.
        temperature: f64,
    },
}

impl Criterion {
    /// The mean loss of logits `[n, classes]`, of shape `[1]`.
    ///
    /// # Errors
    /// If logits and targets do not match.
    pub fn mean(self, logits: &Tensor, targets: &Targets) -> Result<Tensor> {
        Ok(match self {
            Self::CrossEntropy => logits.cross_entropy(targets)?,
            Self::SquaredError => logits.squared_error(targets)?,
            Self::Distillation { temperature } => logits
                .mul_scalar(1.0 / temperature)?
                .cross_entropy(targets)?
                .mul_scalar(temperature * temperature)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use liebig_grad::cpu;

    #[test]
    fn a_temperature_divides_the_logits_and_keeps_the_size_of_gradients() {
        let tensor = |values: &[f32]| Tensor::from_vec(values.to_vec(), &[1, 2], &cpu()).unwrap();
        let logits = tensor(&[3.0, 1.0]);
        let targets = Targets::Soft(tensor(&[0.75, 0.25]));
        let loss =
            |criterion: Criterion| criterion.mean(&logits, &targets).unwrap().item().unwrap();
        let at = |temperature| loss(Criterion::Distillation { temperature });
        assert_eq!(at(1.0), loss(Criterion::CrossEntropy));
        // log(1 + exp(-2 / 4)) + 0.25 * 2 / 4, times 16
        let expected = 16.0 * ((1.0 + (-0.5_f64).exp()).ln() + 0.125);
        assert!((at(4.0) - expected).abs() < 1e-5, "{} {expected}", at(4.0));
    }
}
