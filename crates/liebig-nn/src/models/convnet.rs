//! The ConvNet of dataset condensation (Gidaris & Komodakis 2018, Zhao et al. 2021).

use liebig_grad::{Conv2d, Tensor};

use super::check_weights;
use crate::layers::{EPS, GROUPS, conv_parameters, linear, linear_parameters};

use crate::{
    Activation, BatchNorm, Error, Input, Model, ModelOptions, Norm, Parameter, Pooling, Result,
    TorchLayout,
};

const NAME: &str = "convnet";

/// `depth` × [conv 3x3 → norm → activation → pool] → linear.
///
/// Convolutions are padded by 1; for grey images the first is padded by 3, which makes 28 pixels 32.
pub(crate) struct ConvNet {
    parameters: Vec<Parameter>,
    statistics: Vec<Parameter>,
    grey: bool,
    depth: usize,
    norm: Norm,
    activation: Activation,
    pooling: Pooling,
}

impl ConvNet {
    pub(crate) fn new(input: Input, classes: usize, options: &ModelOptions) -> Result<Self> {
        let width = options.width.unwrap_or(128);
        let depth = options.depth.unwrap_or(3);
        let norm = options.norm.unwrap_or_default();
        let activation = options.activation.unwrap_or_default();
        let pooling = options.pooling.unwrap_or_default();
        let bad = |option, value, expected| Error::BadOption {
            model: NAME,
            option,
            value,
            expected,
        };
        if !(1..=6).contains(&depth) {
            return Err(bad("depth", depth, "from 1 to 6"));
        }
        if width == 0 {
            return Err(bad("width", width, "at least 1"));
        }
        if norm == Norm::Group && !width.is_multiple_of(GROUPS) {
            return Err(bad("width", width, "a multiple of 4 with group norm"));
        }
        let grey = input.channels == 1;

        let (mut parameters, mut statistics) = (Vec::new(), Vec::new());
        let mut map = [input.height, input.width].map(|size| if grey { size + 4 } else { size });
        let mut channels = input.channels;
        // Numbered as in the reference implementation's `features`, where every layer that exists has
        // a place of its own.
        let per_block = 2 + usize::from(norm != Norm::None) + usize::from(pooling != Pooling::None);
        for block in 0..depth {
            let first = block * per_block;
            let (conv, after) = (
                format!("features.{first}"),
                format!("features.{}", first + 1),
            );
            let [height, wide] = map;
            parameters.extend(conv_parameters(&conv, 3, channels, width));
            parameters.extend(norm.parameters(&after, [height, wide, width]));
            statistics.extend(norm.statistics(&after, width));
            map = map.map(|size| pooling.output_size(size));
            if map.contains(&0) {
                return Err(too_small(input, block));
            }
            channels = width;
        }
        let [height, wide] = map;
        let flattened = TorchLayout::Flattened {
            height,
            width: wide,
            channels,
        };
        let inputs = height * wide * channels;
        parameters.extend(linear_parameters("classifier", inputs, classes, flattened));
        Ok(Self {
            parameters,
            statistics,
            grey,
            depth,
            norm,
            activation,
            pooling,
        })
    }

    /// Norm, activation and pooling; in one operation where there is one for the combination.
    fn after_conv(
        &self,
        x: &Tensor,
        affine: &[Tensor],
        block: usize,
        batch: &mut BatchNorm,
    ) -> Result<Tensor> {
        let fused = (Norm::Instance, Activation::Relu, Pooling::Avg);
        if let ([gamma, beta], true) = (affine, (self.norm, self.activation, self.pooling) == fused)
        {
            return Ok(x.instance_norm_relu_avg_pool(gamma, beta, EPS)?);
        }
        let normal = self.norm.apply(x, affine, block, batch)?;
        self.pooling.apply(&self.activation.apply(&normal)?)
    }
}

fn too_small(input: Input, fits: usize) -> Error {
    let hint = match fits {
        0 => "use pooling `none` or larger images".to_string(),
        _ => format!("use depth {fits} or less, or larger images"),
    };
    Error::TooSmall {
        model: NAME,
        input,
        hint,
    }
}

impl Model for ConvNet {
    fn name(&self) -> &str {
        NAME
    }

    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn statistics(&self) -> &[Parameter] {
        &self.statistics
    }

    fn features_with(&self, weights: &[Tensor], x: &Tensor, mut norm: BatchNorm) -> Result<Tensor> {
        check_weights(&self.parameters, weights)?;
        let mut x = x.permute(&[0, 2, 3, 1])?;
        let per_block = (weights.len() - 2) / self.depth;
        for (block, weights) in weights.chunks_exact(per_block).take(self.depth).enumerate() {
            let padding = if self.grey && block == 0 { 3 } else { 1 };
            let options = Conv2d { stride: 1, padding };
            let convolved = x.conv2d(&weights[0], Some(&weights[1]), options)?;
            x = self.after_conv(&convolved, &weights[2..], block, &mut norm)?;
        }
        Ok(x.flatten_from(1)?)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        check_weights(&self.parameters, weights)?;
        let last = weights.len() - 2;
        linear(features, &weights[last], &weights[last + 1])
    }
}
