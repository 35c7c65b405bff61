//! LeNet-5 with ReLU and max pooling (LeCun et al. 1998, as the dataset condensation papers use it).

use liebig_grad::{Conv2d, Tensor};

use super::check_weights;
use crate::layers::{Pooling, conv_parameters, linear, linear_parameters};
use crate::{BatchNorm, Error, Input, Model, Parameter, Result, TorchLayout};

const FILTER: usize = 5;

/// conv 6 → ReLU → max pool → conv 16 → ReLU → max pool → 120 → ReLU → 84 → ReLU → classes; filters
/// 5x5, the first padded by 2 for grey images.
pub(crate) struct LeNet {
    parameters: Vec<Parameter>,
    padding: usize,
}

impl LeNet {
    pub(crate) fn new(input: Input, classes: usize) -> Result<Self> {
        let padding = if input.channels == 1 { 2 } else { 0 };
        let after = |size: usize, padding: usize| {
            let convolved = (size + 2 * padding).checked_sub(FILTER - 1)?;
            Some(Pooling::Max.output_size(convolved)).filter(|&size| size > 0)
        };
        let side = |size| after(after(size, padding)?, 0);
        let (Some(height), Some(width)) = (side(input.height), side(input.width)) else {
            let least = 16 - 2 * padding;
            return Err(Error::TooSmall {
                model: "lenet",
                input,
                hint: format!("it needs at least {least}x{least} pixels; enlarge the images"),
            });
        };
        let channels = 16;
        let flattened = TorchLayout::Flattened {
            height,
            width,
            channels,
        };
        let linear = TorchLayout::Linear;
        let parameters = [
            conv_parameters("features.0", FILTER, input.channels, 6),
            conv_parameters("features.3", FILTER, 6, channels),
            linear_parameters("fc_1", height * width * channels, 120, flattened),
            linear_parameters("fc_2", 120, 84, linear),
            linear_parameters("fc_3", 84, classes, linear),
        ];
        Ok(Self {
            parameters: parameters.into_iter().flatten().collect(),
            padding,
        })
    }
}

impl Model for LeNet {
    fn name(&self) -> &str {
        "lenet"
    }

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn features_with(&self, weights: &[Tensor], x: &Tensor, _: BatchNorm) -> Result<Tensor> {
        check_weights(&self.parameters, weights)?;
        let mut x = x.permute(&[0, 2, 3, 1])?;
        for (layer, padding) in [(0, self.padding), (2, 0)] {
            let options = Conv2d { stride: 1, padding };
            let convolved = x.conv2d(&weights[layer], Some(&weights[layer + 1]), options)?;
            x = Pooling::Max.apply(&convolved.relu()?)?;
        }
        x = x.flatten_from(1)?;
        for layer in [4, 6] {
            x = linear(&x, &weights[layer], &weights[layer + 1])?.relu()?;
        }
        Ok(x)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        check_weights(&self.parameters, weights)?;
        linear(features, &weights[8], &weights[9])
    }
}
