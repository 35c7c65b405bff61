//! ResNet-18 with average pooling in place of strides, as dataset condensation uses it.

use liebig_grad::{After, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::basic_blocks::{BasicBlocks, Halving};
use super::{Options, check_groups, check_width};
use crate::layers::{Builder, Conv, Filters, GROUPS, Linear, NormLayer};
use crate::network::Layers;
use crate::{BatchNorm, Error, Input, Model, Norm, Result, WeightInit};

const NAME: &str = "resnet18ap";

/// Options of the network `resnet18ap`: like `resnet18` for small images, but average pooling over 2x2
/// pixels halves the maps, and the linear classifier sees all pixels of the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResNet18ApOptions {
    /// Channels of the first convolution and the first two blocks; the others have 2, 4 and 8 times as
    /// many. Default 64 (He et al., arXiv 1512.03385).
    #[schemars(range(min = 1, max = 65536))]
    pub width: usize,
    /// Normalisation after each convolution. Default `instance`; with `batch` it is the ResNet18BN_AP of
    /// Zhao & Bilen (arXiv 2102.08259).
    pub norm: Norm,
    /// How weights and biases start: as PyTorch's layers do, or by Xavier's normal distribution with
    /// biases 0. Default `default`.
    #[serde(skip_serializing_if = "WeightInit::is_default")]
    #[schemars(extend("default" = "default"))]
    pub init: WeightInit,
}

impl Default for ResNet18ApOptions {
    fn default() -> Self {
        Self {
            width: 64,
            norm: Norm::Instance,
            init: WeightInit::Default,
        }
    }
}

impl Options for ResNet18ApOptions {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        check_width(NAME, self.width, Self::default().width)?;
        check_groups(NAME, self.norm, self.width, GROUPS)?;
        let mut builder = Builder::new(self.init);
        let layers = ResNet18Ap::new(&mut builder, self, input, classes);
        let layers = layers.ok_or_else(|| Error::TooSmall {
            model: NAME,
            input,
            hint: "it needs at least 8x8 pixels; enlarge the images (`data.image_size`)"
                .to_string(),
        })?;
        Ok(Box::new(builder.finish(NAME, input, layers)?))
    }
}

struct ResNet18Ap {
    conv: Conv,
    norm: Option<NormLayer>,
    blocks: BasicBlocks,
    classifier: Linear,
}

impl ResNet18Ap {
    fn new(
        builder: &mut Builder,
        options: &ResNet18ApOptions,
        input: Input,
        classes: usize,
    ) -> Option<Self> {
        let &ResNet18ApOptions { width, norm, .. } = options;
        let filters = Filters {
            count: width,
            side: 3,
            padding: 1,
            stride: 1,
        };
        let (conv, map) = Conv::without_bias(builder, "conv1", input.into(), filters)?;
        let first_norm = NormLayer::new(builder, "bn1", norm, map);
        builder.output_map(map);
        let (blocks, map) = BasicBlocks::new(builder, map, width, norm, Halving::Average)?;
        Some(Self {
            conv,
            norm: first_norm,
            blocks,
            classifier: Linear::on_map(builder, "classifier", map, classes),
        })
    }
}

impl Layers for ResNet18Ap {
    fn features(&self, weights: &[Tensor], x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        let x = self.conv.apply(weights, &x.permute(&[0, 2, 3, 1])?)?;
        let x = match &self.norm {
            Some(norm) => norm.then(After::Relu, weights, &x, batch)?,
            None => x.relu()?,
        };
        Ok(self.blocks.apply(weights, &x, batch)?.flatten_from(1)?)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}
