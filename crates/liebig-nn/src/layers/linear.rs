//! Linear layers.

use liebig_grad::Tensor;

use super::{Builder, Map, Place};
use crate::{Result, TorchLayout};

/// A linear layer with bias (PyTorch's `Linear`).
#[derive(Clone, Debug)]
pub(crate) struct Linear {
    place: Place<2>,
}

impl Linear {
    /// On rows of `inputs` values.
    pub fn new(builder: &mut Builder, name: &str, inputs: usize, outputs: usize) -> Self {
        Self::with_layout(builder, name, inputs, outputs, TorchLayout::Linear)
    }

    /// On flattened feature maps.
    pub fn on_map(builder: &mut Builder, name: &str, input: Map, outputs: usize) -> Self {
        let Map {
            height,
            width,
            channels,
        } = input;
        let flattened = TorchLayout::Flattened {
            height,
            width,
            channels,
        };
        Self::with_layout(builder, name, input.numel(), outputs, flattened)
    }

    /// On rows of `inputs` values, `rows` of them for each sample.
    pub fn on_rows(
        builder: &mut Builder,
        name: &str,
        rows: usize,
        [inputs, outputs]: [usize; 2],
    ) -> Self {
        let shape = vec![inputs, outputs];
        let place = builder.weight_and_bias(name, shape, TorchLayout::Linear);
        builder.output(rows.saturating_mul(outputs));
        Self { place }
    }

    fn with_layout(
        builder: &mut Builder,
        name: &str,
        inputs: usize,
        outputs: usize,
        torch: TorchLayout,
    ) -> Self {
        let place = builder.weight_and_bias(name, vec![inputs, outputs], torch);
        builder.output(outputs);
        Self { place }
    }

    /// `x weight + bias` for rows `x [n, inputs]`.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let [weight, bias] = self.place.of(weights)?;
        Ok(x.matmul(weight)?.add(bias)?)
    }
}
