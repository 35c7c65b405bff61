//! Local response normalisation.

use crate::{DType, Error, Result, Tensor};

/// A local response normalisation (Krizhevsky et al., NeurIPS 2012; PyTorch's `LocalResponseNorm`),
/// with PyTorch's names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResponseNorm {
    /// Number of neighbouring channels: `size / 2` before a channel, itself, and `(size - 1) / 2` after.
    pub size: usize,
    /// Factor of the neighbours' mean square.
    pub alpha: f64,
    /// Exponent of the divisor.
    pub beta: f64,
    /// Added to the neighbours' part of the divisor.
    pub k: f64,
}

impl Tensor {
    /// `x / (k + alpha / size * Σ x²)^beta` of images `[.., channels]`, where the sum is over the
    /// neighbours of a channel; those that do not exist count as zero.
    ///
    /// # Errors
    /// [`Error::Rank`] if `size` is 0 or there are no channels.
    pub fn local_response_norm(&self, norm: ResponseNorm) -> Result<Tensor> {
        let channels = self.shape().last().copied().unwrap_or(0);
        if norm.size == 0 || channels == 0 {
            return Err(Error::Rank {
                op: "local_response_norm",
                expected: "images [.., channels] and at least one neighbour",
                shape: self.shape().to_vec(),
            });
        }
        // A product with a matrix adds neighbours faster than shifted copies, at any order.
        let rows = self
            .square()?
            .reshape(&[self.numel() / channels, channels])?;
        let sums = rows.matmul(&self.neighbours(norm, channels)?)?;
        let divisor = sums.add_scalar(norm.k)?.reshape(self.shape())?;
        self.div(&divisor.power(norm.beta)?)
    }

    /// `[channels, channels]`: `alpha / size` where a row's channel is a neighbour of a column's.
    fn neighbours(&self, norm: ResponseNorm, channels: usize) -> Result<Tensor> {
        let factor = norm.alpha / norm.size as f64;
        let weight = |index: usize| {
            let (of, channel) = (index / channels, index % channels);
            let first = channel.saturating_sub(norm.size / 2);
            let neighbour = (first..=channel + (norm.size - 1) / 2).contains(&of);
            if neighbour { factor } else { 0.0 }
        };
        let weights = (0..channels * channels).map(weight);
        let (shape, device) = ([channels; 2], self.device());
        match self.dtype() {
            DType::F32 => Tensor::from_vec(weights.map(|w| w as f32).collect(), &shape, &device),
            DType::F64 => Tensor::from_vec_f64(weights.collect(), &shape, &device),
        }
    }

    /// A power of positive values. The usual 3/4 by square roots, which a processor has.
    fn power(&self, exponent: f64) -> Result<Tensor> {
        if exponent == 0.75 {
            let root = self.sqrt()?;
            return root.mul(&root.sqrt()?);
        }
        self.pow(exponent)
    }
}
