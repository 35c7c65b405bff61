//! The ConvNet of dataset condensation (Gidaris & Komodakis 2018, Zhao et al. 2021).

use liebig_grad::{After, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Options, check_groups, check_width};
use crate::layers::{
    Builder, Conv, Filters, GROUPS, InstanceNormReluAvgPool, Linear, Map, NormLayer,
};
use crate::network::Layers;
use crate::{Activation, BatchNorm, Error, Input, Model, Norm, Pooling, Result};

const NAME: &str = "convnet";

/// Options of the network `convnet`: blocks of a convolution with 3x3 filters, a norm, an activation
/// and a pooling, then a linear classifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ConvNetOptions {
    /// Channels of every convolution. Default 128 (Zhao et al., arXiv 2006.05929).
    #[schemars(range(min = 1, max = 65536))]
    pub width: usize,
    /// Factor by which the number of channels grows from each block to the next. Default 1; with 2 and without norm it is the
    /// network of KIP and FRePo (128, 256 and 512 channels).
    #[serde(skip_serializing_if = "is_one")]
    #[schemars(range(min = 1, max = 8))]
    pub widen: usize,
    /// Number of blocks. By default as many as leave a feature map about 4 pixels wide: 3 for images of
    /// 28 and 32 pixels, 4 for 64, 5 for 128 (Cazenavette et al., arXiv 2203.11932).
    #[schemars(range(min = 1, max = 6))]
    pub depth: usize,
    /// Normalisation after each convolution. Default `instance` (Zhao et al., arXiv 2006.05929).
    pub norm: Norm,
    /// Activation after each norm. Default `relu` (Zhao et al., arXiv 2006.05929).
    pub activation: Activation,
    /// Pooling at the end of each block. Default `avg` (Zhao et al., arXiv 2006.05929).
    pub pooling: Pooling,
}

impl Default for ConvNetOptions {
    /// Those for images of 28 or 32 pixels.
    fn default() -> Self {
        Self {
            width: 128,
            widen: 1,
            depth: 3,
            norm: Norm::Instance,
            activation: Activation::Relu,
            pooling: Pooling::Avg,
        }
    }
}

impl ConvNetOptions {
    fn check(&self, input: Input) -> Result<()> {
        if !(1..=6).contains(&self.depth) {
            return Err(Error::BadOption {
                model: NAME,
                key: "model.depth",
                value: self.depth,
                expected: "a value from 1 to 6",
                hint: format!("{} suits samples of {input}", depth(input)),
            });
        }
        if !(1..=8).contains(&self.widen) {
            return Err(Error::BadOption {
                model: NAME,
                key: "model.widen",
                value: self.widen,
                expected: "a value from 1 to 8",
                hint: "1 is usual, 2 is that of KIP and FRePo".to_string(),
            });
        }
        check_width(NAME, self.width, 128)?;
        check_width(NAME, self.channels(self.depth - 1), 128)?;
        check_groups(NAME, self.norm, self.width, GROUPS)
    }
}

impl ConvNetOptions {
    /// Channels of a block, counted from 0.
    fn channels(&self, block: usize) -> usize {
        let factor = self.widen.saturating_pow(block as u32);
        self.width.saturating_mul(factor)
    }
}

fn is_one(number: &usize) -> bool {
    *number == 1
}

impl Options for ConvNetOptions {
    fn default_for(input: Input) -> Self {
        Self {
            depth: depth(input),
            ..Self::default()
        }
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        self.check(input)?;
        let mut builder = Builder::default();
        let mut map = Map::from(input);
        let mut blocks = Vec::with_capacity(self.depth);
        for index in 0..self.depth {
            let Some((block, pooled)) = Block::new(&mut builder, self, index, map) else {
                return Err(too_small(input, index));
            };
            blocks.push(block);
            map = pooled;
        }
        let classifier = Linear::on_map(&mut builder, "classifier", map, classes);
        let layers = ConvNet { blocks, classifier };
        Ok(Box::new(builder.finish(NAME, input, layers)?))
    }
}

/// The depth at which a ConvNet's last map is about 4 pixels wide: 3 at 28 and 32, 4 at 64, 5 at 128.
fn depth(input: Input) -> usize {
    let mut side = input.height.min(input.width);
    let mut depth = 1;
    while side > 12 && depth < 6 {
        side /= 2;
        depth += 1;
    }
    depth
}

fn too_small(input: Input, fits: usize) -> Error {
    let hint = match fits {
        0 => "set `model.pooling` to `none` or enlarge the images (`data.image_size`)".to_string(),
        _ => format!("set `model.depth` to {fits} or enlarge the images (`data.image_size`)"),
    };
    Error::TooSmall {
        model: NAME,
        input,
        hint,
    }
}

struct ConvNet {
    blocks: Vec<Block>,
    classifier: Linear,
}

/// Convolution, norm, activation, pooling.
struct Block {
    conv: Conv,
    end: BlockEnd,
}

/// What follows the convolution; in one operation where there is one for the combination.
enum BlockEnd {
    Fused(InstanceNormReluAvgPool),
    Composed {
        norm: Option<NormLayer>,
        activation: Activation,
        pooling: Pooling,
    },
}

impl Block {
    /// The block and the map that it puts out; `None` where nothing is left of it.
    ///
    /// Convolutions are padded by 1; for grey images the first is padded by 3, which makes 28 pixels
    /// 32. Parameters are numbered as in the reference implementation's `features`, where each layer
    /// that exists has a number.
    fn new(
        builder: &mut Builder,
        options: &ConvNetOptions,
        index: usize,
        map: Map,
    ) -> Option<(Self, Map)> {
        let &ConvNetOptions {
            norm,
            activation,
            pooling,
            ..
        } = options;
        let layers = 2 + usize::from(norm != Norm::None) + usize::from(pooling != Pooling::None);
        let name = |layer: usize| format!("features.{}", index * layers + layer);
        let grey = index == 0 && map.channels == 1;
        let filters = Filters {
            count: options.channels(index),
            side: 3,
            padding: if grey { 3 } else { 1 },
            stride: 1,
        };
        let (conv, map) = Conv::new(builder, &name(0), map, filters)?;
        let fused = (Norm::Instance, Activation::Relu, Pooling::Avg);
        let (end, map) = if (norm, activation, pooling) == fused {
            let (layer, map) = InstanceNormReluAvgPool::new(builder, &name(1), map)?;
            (BlockEnd::Fused(layer), map)
        } else {
            let joined = (Norm::Batch, Activation::Relu, Pooling::Avg);
            if (norm, activation, pooling) != joined || map.height % 2 != 0 {
                builder.output_map(map);
            }
            let norm = NormLayer::new(builder, &name(1), norm, map);
            let end = BlockEnd::Composed {
                norm,
                activation,
                pooling,
            };
            (end, pooling.build(builder, map)?)
        };
        Some((Self { conv, end }, map))
    }

    fn apply(&self, weights: &[Tensor], x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        let x = self.conv.apply(weights, x)?;
        match &self.end {
            BlockEnd::Fused(layer) => layer.apply(weights, &x),
            BlockEnd::Composed {
                norm,
                activation,
                pooling,
            } => {
                let Some(norm) = norm else {
                    return pooling.apply(&activation.apply(&x)?);
                };
                let mut norm = |after| norm.then(after, weights, &x, batch);
                match (activation, pooling) {
                    (Activation::Relu, Pooling::Avg) => norm(After::ReluAvgPool),
                    (Activation::Relu, _) => pooling.apply(&norm(After::Relu)?),
                    _ => pooling.apply(&activation.apply(&norm(After::Nothing)?)?),
                }
            }
        }
    }
}

impl Layers for ConvNet {
    fn features(&self, weights: &[Tensor], x: &Tensor, norm: &mut BatchNorm) -> Result<Tensor> {
        let mut x = x.permute(&[0, 2, 3, 1])?;
        for block in &self.blocks {
            x = block.apply(weights, &x, norm)?;
        }
        Ok(x.flatten_from(1)?)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_network_of_frepo_has_its_size() {
        let options = ConvNetOptions {
            widen: 2,
            norm: Norm::None,
            ..ConvNetOptions::default()
        };
        let input = Input {
            channels: 3,
            height: 32,
            width: 32,
        };
        let model = options.build(input, 10).unwrap();
        assert_eq!(model.parameter_count(), 1_560_842);
        for widen in [0, 9] {
            let wrong = ConvNetOptions { widen, ..options };
            let message = wrong.build(input, 10).err().unwrap().to_string();
            assert!(message.contains("model.widen"), "{message}");
        }
    }

    #[test]
    fn depth_follows_the_published_networks() {
        for (side, expected) in [(8, 1), (28, 3), (32, 3), (64, 4), (128, 5), (256, 6)] {
            let input = Input {
                channels: 3,
                height: side,
                width: side,
            };
            assert_eq!(depth(input), expected, "{side} pixels");
        }
    }
}
