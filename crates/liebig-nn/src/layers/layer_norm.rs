//! Layer normalisation of rows.

use liebig_grad::Tensor;

use super::norm_layer::{normalize, scale_and_shift};
use super::{Builder, Place};
use crate::{Result, TorchLayout};

/// Mean 0 and variance 1 within each row, then a trainable scale and shift (PyTorch's `LayerNorm` of the last dimension).
#[derive(Clone, Debug)]
pub(crate) struct LayerNorm {
    place: Place<2>,
}

impl LayerNorm {
    /// On rows of `len` values, `rows` of them for each sample.
    pub fn new(builder: &mut Builder, name: &str, rows: usize, len: usize) -> Self {
        let place = builder.parameters(scale_and_shift(name, &[len], TorchLayout::Same));
        builder.output(rows.saturating_mul(len));
        Self { place }
    }

    /// For rows `x [n, len]`.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let [scale, shift] = self.place.of(weights)?;
        Ok(normalize(x, &[1])?.mul(scale)?.add(shift)?)
    }
}
