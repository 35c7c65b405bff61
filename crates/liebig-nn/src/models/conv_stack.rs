//! Convolutions with norm, ReLU and max pooling, one after the other.

use liebig_grad::Tensor;

use crate::layers::{Builder, Conv, Filters, Map, NormLayer, Pooling};
use crate::{BatchNorm, Norm, Result};

/// One convolution of a [`ConvStack`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Stage {
    pub filters: Filters,
    /// Whether windows of 2x2 pixels are pooled at the end.
    pub pool: bool,
}

/// Convolutions with bias, each followed by a norm, ReLU and, in some stages, max pooling.
pub(super) struct ConvStack {
    blocks: Vec<Block>,
}

struct Block {
    conv: Conv,
    norm: Option<NormLayer>,
    pooling: Pooling,
}

impl ConvStack {
    /// The layers and the map that they put out; `None` where nothing is left of it. Layers are numbered
    /// as in PyTorch's `Sequential` of the name `features`.
    pub fn new(
        builder: &mut Builder,
        mut map: Map,
        norm: Norm,
        stages: &[Stage],
    ) -> Option<(Self, Map)> {
        let mut blocks = Vec::with_capacity(stages.len());
        let mut next = 0;
        let mut name = || {
            next += 1;
            format!("features.{}", next - 1)
        };
        for &Stage { filters, pool } in stages {
            let (conv, convolved) = Conv::new(builder, &name(), map, filters)?;
            let norm = match norm {
                Norm::None => None,
                _ => NormLayer::new(builder, &name(), norm, convolved),
            };
            builder.output_map(convolved);
            name(); // ReLU
            let pooling = if pool { Pooling::Max } else { Pooling::None };
            if pool {
                name();
            }
            map = pooling.build(builder, convolved)?;
            blocks.push(Block {
                conv,
                norm,
                pooling,
            });
        }
        Some((Self { blocks }, map))
    }

    /// The flattened maps `[n, h * w * c]` of images `[n, c, h, w]`.
    pub fn features(
        &self,
        weights: &[Tensor],
        x: &Tensor,
        batch: &mut BatchNorm,
    ) -> Result<Tensor> {
        let mut x = x.permute(&[0, 2, 3, 1])?;
        for block in &self.blocks {
            x = block.conv.apply(weights, &x)?;
            if let Some(norm) = &block.norm {
                x = norm.apply(weights, &x, batch)?;
            }
            x = block.pooling.apply(&x.relu()?)?;
        }
        Ok(x.flatten_from(1)?)
    }
}
