//! Gradients of a loss with respect to everything that is learnt.

use liebig_grad::Tensor;

use super::Synthetic;
use crate::Error;

/// Gradients with respect to a synthetic set.
#[derive(Clone, Debug)]
pub struct Cotangents {
    /// With respect to the samples, `[n, C, H, W]`.
    pub samples: Tensor,
    /// With respect to the targets that learnt labels give, `[n, classes]`: after the softmax, if there is one.
    pub labels: Option<Tensor>,
    /// With respect to learnt step sizes (not their raw values), one for each.
    pub step_sizes: Option<Vec<f64>>,
    /// With respect to the logarithm of a learnt temperature of the loss.
    pub temperature: Option<f64>,
}

impl Cotangents {
    /// Those of a loss that does not depend on the set.
    #[must_use]
    pub fn none(set: &Synthetic) -> Self {
        set.samples().zeros_like().into()
    }

    /// The sum of both.
    ///
    /// # Errors
    /// [`Error::Grad`] if shapes differ.
    pub fn plus(self, other: &Self) -> Result<Self, Error> {
        let step_sizes = self.step_sizes.zip(other.step_sizes.as_ref());
        let sum = |(a, b): (Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| a + b).collect();
        Ok(Self {
            samples: self.samples.add(&other.samples)?,
            labels: match (self.labels, &other.labels) {
                (Some(a), Some(b)) => Some(a.add(b)?),
                _ => None,
            },
            step_sizes: step_sizes.map(sum),
            temperature: self.temperature.zip(other.temperature).map(|(a, b)| a + b),
        })
    }

    /// All gradients, multiplied.
    ///
    /// # Errors
    /// [`Error::Grad`] if the device fails.
    pub fn scale(self, factor: f64) -> Result<Self, Error> {
        if factor == 1.0 {
            return Ok(self);
        }
        let labels = self.labels.map(|labels| labels.mul_scalar(factor));
        let scaled = |lr: Vec<f64>| lr.into_iter().map(|lr| factor * lr).collect();
        Ok(Self {
            samples: self.samples.mul_scalar(factor)?,
            labels: labels.transpose()?,
            step_sizes: self.step_sizes.map(scaled),
            temperature: self.temperature.map(|gradient| factor * gradient),
        })
    }

    /// The norm of all gradients of samples and labels as one vector.
    ///
    /// # Errors
    /// [`Error::Grad`] if the device fails.
    pub fn norm(&self) -> Result<f64, Error> {
        let tensors = [&self.samples].into_iter().chain(&self.labels);
        let squares = tensors.map(|tensor| Ok(tensor.square()?.sum()?.item()?));
        Ok(squares.sum::<Result<f64, Error>>()?.sqrt())
    }
}

impl From<Tensor> for Cotangents {
    fn from(samples: Tensor) -> Self {
        Self {
            samples,
            labels: None,
            step_sizes: None,
            temperature: None,
        }
    }
}
