//! ResNet-18, with the first layers for small or for large images.

use liebig_grad::{After, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::basic_blocks::{BasicBlocks, Halving};
use super::{Options, check_groups, check_width};
use crate::layers::{Builder, Conv, Filters, GROUPS, Linear, MaxPool, NormLayer, Stem};
use crate::network::Layers;
use crate::{BatchNorm, Error, Input, Model, Norm, Result, WeightInit};

const NAME: &str = "resnet18";

/// Pooling of the first layers for large images.
const POOL: MaxPool = MaxPool {
    kernel: 3,
    stride: 2,
    padding: 1,
};

/// Options of the network `resnet18`: a convolution, eight residual blocks of two convolutions with
/// filters of 3x3 pixels, the mean over all pixels and a linear classifier. Convolutions have no bias,
/// and each is followed by a norm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResNet18Options {
    /// Channels of the first convolution and the first two blocks; the others have 2, 4 and 8 times as
    /// many. Default 64 (He et al., arXiv 1512.03385).
    #[schemars(range(min = 1, max = 65536))]
    pub width: usize,
    /// Normalisation after each convolution. Default `instance`; with `batch` it is the ResNet18BN of
    /// the published evaluations (Zhao et al., arXiv 2006.05929).
    pub norm: Norm,
    /// The first layers. `cifar` is a convolution with filters of 3x3 pixels that keeps the size of the
    /// images; `imagenet` one with filters of 7x7 pixels and max pooling, which divide it by 4 (He et
    /// al., arXiv 1512.03385). Default `cifar`.
    pub stem: Stem,
    /// How weights and biases start: as PyTorch's layers do, or by Xavier's normal distribution with
    /// biases 0. Default `default`.
    #[serde(skip_serializing_if = "WeightInit::is_default")]
    #[schemars(extend("default" = "default"))]
    pub init: WeightInit,
}

impl Default for ResNet18Options {
    fn default() -> Self {
        Self {
            width: 64,
            norm: Norm::Instance,
            stem: Stem::Cifar,
            init: WeightInit::Default,
        }
    }
}

impl Options for ResNet18Options {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        check_width(NAME, self.width, Self::default().width)?;
        check_groups(NAME, self.norm, self.width, GROUPS)?;
        let mut builder = Builder::new(self.init);
        // Halving rounds up, so something is left of every image.
        let layers = ResNet18::new(&mut builder, self, input, classes);
        let layers = layers.ok_or_else(|| Error::TooSmall {
            model: NAME,
            input,
            hint: "enlarge the images (`data.image_size`)".to_string(),
        })?;
        Ok(Box::new(builder.finish(NAME, input, layers)?))
    }
}

struct ResNet18 {
    conv: Conv,
    norm: Option<NormLayer>,
    pool: Option<MaxPool>,
    blocks: BasicBlocks,
    classifier: Linear,
}

impl ResNet18 {
    fn new(
        builder: &mut Builder,
        options: &ResNet18Options,
        input: Input,
        classes: usize,
    ) -> Option<Self> {
        let &ResNet18Options {
            width, norm, stem, ..
        } = options;
        let (side, stride, pool) = match stem {
            Stem::Cifar => (3, 1, None),
            Stem::Imagenet => (7, 2, Some(POOL)),
        };
        let filters = Filters {
            count: width,
            side,
            padding: side / 2,
            stride,
        };
        let (conv, mut map) = Conv::without_bias(builder, "conv1", input.into(), filters)?;
        let first_norm = NormLayer::new(builder, "bn1", norm, map);
        builder.output_map(map);
        if let Some(pool) = pool {
            map = pool.build(builder, map)?;
        }
        let (blocks, map) = BasicBlocks::new(builder, map, width, norm, Halving::Stride)?;
        builder.output(map.channels);
        Some(Self {
            conv,
            norm: first_norm,
            pool,
            blocks,
            classifier: Linear::new(builder, "classifier", map.channels, classes),
        })
    }
}

impl Layers for ResNet18 {
    fn features(&self, weights: &[Tensor], x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        let mut x = self.conv.apply(weights, &x.permute(&[0, 2, 3, 1])?)?;
        x = match &self.norm {
            Some(norm) => norm.then(After::Relu, weights, &x, batch)?,
            None => x.relu()?,
        };
        if let Some(pool) = self.pool {
            x = pool.apply(&x)?;
        }
        Ok(self
            .blocks
            .apply(weights, &x, batch)?
            .mean_dims(&[1, 2], false)?)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}
