//! The residual blocks of ResNet-18.

use liebig_grad::{After, Tensor};

use crate::layers::{Builder, Conv, Filters, Map, NormLayer, Pooling};
use crate::{BatchNorm, Norm, Result};

/// How the first block of a stage halves its map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halving {
    /// Its first convolution and its shortcut take every second pixel.
    Stride,
    /// Averages over 2x2 pixels follow its first convolution and that of its shortcut.
    Average,
}

/// Four stages of two blocks, each stage but the first with half the height and width and twice the
/// channels of the one before.
pub(super) struct BasicBlocks {
    blocks: Vec<Block>,
}

/// Two convolutions, each with a norm, whose result is added to the input.
struct Block {
    convs: [Conv; 2],
    norms: [Option<NormLayer>; 2],
    /// What halves the map, unless it is a stride.
    pooling: Pooling,
    shortcut: Option<(Conv, Option<NormLayer>)>,
}

impl BasicBlocks {
    /// The blocks, from `width` channels on, and the map that they put out; `None` where nothing is left
    /// of it. They have PyTorch's names, `layer1.0` to `layer4.1`.
    pub fn new(
        builder: &mut Builder,
        mut map: Map,
        width: usize,
        norm: Norm,
        halving: Halving,
    ) -> Option<(Self, Map)> {
        let mut blocks = Vec::with_capacity(8);
        for stage in 0..4 {
            for index in 0..2 {
                let name = format!("layer{}.{index}", stage + 1);
                let halving = (stage > 0 && index == 0).then_some(halving);
                let (block, output) =
                    Block::new(builder, &name, map, width << stage, norm, halving)?;
                blocks.push(block);
                map = output;
            }
        }
        Some((Self { blocks }, map))
    }

    /// From feature maps `[n, h, w, c]` to those of the last block.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        let mut x = x.clone();
        for block in &self.blocks {
            x = block.apply(weights, &x, batch)?;
        }
        Ok(x)
    }
}

impl Block {
    fn new(
        builder: &mut Builder,
        name: &str,
        input: Map,
        count: usize,
        norm: Norm,
        halving: Option<Halving>,
    ) -> Option<(Self, Map)> {
        let stride = if halving == Some(Halving::Stride) {
            2
        } else {
            1
        };
        let average = halving == Some(Halving::Average);
        let pooling = if average { Pooling::Avg } else { Pooling::None };
        let filters = |side, stride| Filters {
            count,
            side,
            padding: side / 2,
            stride,
        };
        let part = |part: &str| format!("{name}.{part}");
        let (first, map) = Conv::without_bias(builder, &part("conv1"), input, filters(3, stride))?;
        let first_norm = NormLayer::new(builder, &part("bn1"), norm, map);
        builder.output_map(map);
        let map = pooling.build(builder, map)?;
        let (second, map) = Conv::without_bias(builder, &part("conv2"), map, filters(3, 1))?;
        let second_norm = NormLayer::new(builder, &part("bn2"), norm, map);
        let shortcut = if halving.is_some() || input.channels != count {
            let (conv, short) =
                Conv::without_bias(builder, &part("shortcut.0"), input, filters(1, stride))?;
            let short = pooling.build(builder, short)?;
            let index = if average { "shortcut.2" } else { "shortcut.1" };
            Some((conv, NormLayer::new(builder, &part(index), norm, short)))
        } else {
            None
        };
        // The sum, and ReLU.
        builder.output_map(map);
        builder.output_map(map);
        let block = Self {
            convs: [first, second],
            norms: [first_norm, second_norm],
            pooling,
            shortcut,
        };
        Some((block, map))
    }

    fn apply(&self, weights: &[Tensor], x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        let ([first, second], [first_norm, second_norm]) = (&self.convs, &self.norms);
        let y = first.apply(weights, x)?;
        let y = match first_norm {
            Some(norm) => norm.then(After::Relu, weights, &y, batch)?,
            None => y.relu()?,
        };
        let y = second.apply(weights, &self.pooling.apply(&y)?)?;
        let mut normalize = |norm: &Option<NormLayer>, x: Tensor| match norm {
            Some(norm) => norm.apply(weights, &x, batch),
            None => Ok(x),
        };
        let y = normalize(second_norm, y)?;
        let x = match &self.shortcut {
            None => x.clone(),
            Some((conv, norm)) => {
                let short = self.pooling.apply(&conv.apply(weights, x)?)?;
                normalize(norm, short)?
            }
        };
        Ok(y.add(&x)?.relu()?)
    }
}
