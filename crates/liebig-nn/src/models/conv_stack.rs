//! Networks of convolutions with norm, ReLU and max pooling, one after the other, and a linear classifier.

use liebig_grad::{After, Tensor};

use crate::layers::{Builder, Conv, Filters, Linear, Map, NormLayer, Pooling};
use crate::network::Layers;
use crate::{BatchNorm, Error, Input, Model, Norm, Result, WeightInit};

/// One convolution of a [`ConvStack`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Stage {
    pub filters: Filters,
    /// Whether windows of 2x2 pixels are pooled at the end.
    pub pool: bool,
}

/// Convolutions with bias, each followed by a norm, ReLU and, in some stages, max pooling; then a classifier that sees
/// all pixels of the last map.
pub(super) struct ConvStack {
    blocks: Vec<Block>,
    classifier: Linear,
}

struct Block {
    conv: Conv,
    norm: Option<NormLayer>,
    pooling: Pooling,
}

impl ConvStack {
    /// The network `name`, with the classifier of that name.
    ///
    /// # Errors
    /// [`Error::TooSmall`] where nothing is left of the images; `least` pixels square are enough.
    pub fn model(
        name: &'static str,
        (input, least): (Input, usize),
        (norm, init): (Norm, WeightInit),
        stages: &[Stage],
        (classifier, classes): (&str, usize),
    ) -> Result<Box<dyn Model>> {
        let mut builder = Builder::new(init);
        let Some((blocks, map)) = blocks(&mut builder, input.into(), norm, stages) else {
            return Err(Error::TooSmall {
                model: name,
                input,
                hint: format!(
                    "it needs at least {least}x{least} pixels; enlarge the images \
                     (`data.image_size`)"
                ),
            });
        };
        let classifier = Linear::on_map(&mut builder, classifier, map, classes);
        let layers = Self { blocks, classifier };
        Ok(Box::new(builder.finish(name, input, layers)?))
    }
}

/// The blocks and the map that they put out; `None` where nothing is left of it. Layers are numbered as
/// in PyTorch's `Sequential` of the name `features`.
fn blocks(
    builder: &mut Builder,
    mut map: Map,
    norm: Norm,
    stages: &[Stage],
) -> Option<(Vec<Block>, Map)> {
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
    Some((blocks, map))
}

impl Layers for ConvStack {
    /// The flattened maps `[n, h * w * c]` of images `[n, c, h, w]`.
    fn features(&self, weights: &[Tensor], x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        let mut x = x.permute(&[0, 2, 3, 1])?;
        for block in &self.blocks {
            x = block.conv.apply(weights, &x)?;
            x = match &block.norm {
                Some(norm) => norm.then(After::Relu, weights, &x, batch)?,
                None => x.relu()?,
            };
            x = block.pooling.apply(&x)?;
        }
        Ok(x.flatten_from(1)?)
    }
    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}
