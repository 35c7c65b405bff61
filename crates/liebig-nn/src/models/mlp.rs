//! A perceptron with two hidden layers, for images and tables.

use liebig_grad::Tensor;

use super::check_weights;
use crate::layers::{linear, linear_parameters};
use crate::{BatchNorm, Error, Input, Model, Parameter, Result, TorchLayout};

/// flatten → `width` → ReLU → `width` → ReLU → classes.
///
/// Samples are flattened as they come (channels first, like PyTorch), so `[n, features]` will do, too.
pub(crate) struct Mlp {
    parameters: Vec<Parameter>,
}

impl Mlp {
    pub(crate) fn new(input: Input, classes: usize, width: Option<usize>) -> Result<Self> {
        let width = width.unwrap_or(128);
        if width == 0 {
            return Err(Error::BadOption {
                model: "mlp",
                option: "width",
                value: width,
                expected: "at least 1",
            });
        }
        let sizes = [input.numel(), width, width, classes];
        let layer = |(i, pair): (usize, &[usize])| {
            let name = format!("fc_{}", i + 1);
            linear_parameters(&name, pair[0], pair[1], TorchLayout::Linear)
        };
        let parameters = sizes.windows(2).enumerate().flat_map(layer).collect();
        Ok(Self { parameters })
    }
}

impl Model for Mlp {
    fn name(&self) -> &str {
        "mlp"
    }

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn features_with(&self, weights: &[Tensor], x: &Tensor, _: BatchNorm) -> Result<Tensor> {
        check_weights(&self.parameters, weights)?;
        let mut x = x.flatten_from(1)?;
        for layer in [0, 2] {
            x = linear(&x, &weights[layer], &weights[layer + 1])?.relu()?;
        }
        Ok(x)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        check_weights(&self.parameters, weights)?;
        linear(features, &weights[4], &weights[5])
    }
}
