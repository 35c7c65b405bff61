//! VGG with eleven layers for small images, as dataset condensation uses it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conv_stack::{ConvStack, Stage};
use super::{Options, check_groups, check_width};
use crate::layers::{Filters, GROUPS};
use crate::{Input, Model, Norm, Result, WeightInit};

const NAME: &str = "vgg11";

/// Channels of each convolution in units of the first's, and whether pooling follows.
const STAGES: [(usize, bool); 8] = [
    (1, true),
    (2, true),
    (4, false),
    (4, true),
    (8, false),
    (8, true),
    (8, false),
    (8, true),
];

/// Options of the network `vgg11`: convolutions 64, 128, 256, 256, 512, 512, 512 and 512 with filters of
/// 3x3 pixels, each followed by a norm and ReLU, all but the third, fifth and seventh also by max pooling
/// over 2x2 pixels, then a linear classifier. For grey images the first is padded by 3, which makes 28
/// pixels 32.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Vgg11Options {
    /// Channels of the first convolution; the others have 2, 4 and 8 times as many. Default 64 (Simonyan
    /// & Zisserman, arXiv 1409.1556).
    #[schemars(range(min = 1, max = 65536))]
    pub width: usize,
    /// Normalisation after each convolution. Default `instance`; with `batch` it is the VGG11BN of the
    /// published evaluations (Zhao et al., arXiv 2006.05929).
    pub norm: Norm,
    /// How weights and biases start: as PyTorch's layers do, or by Xavier's normal distribution with
    /// biases 0. Default `default`.
    #[serde(skip_serializing_if = "WeightInit::is_default")]
    #[schemars(extend("default" = "default"))]
    pub init: WeightInit,
}

impl Default for Vgg11Options {
    fn default() -> Self {
        Self {
            width: 64,
            norm: Norm::Instance,
            init: WeightInit::Default,
        }
    }
}

impl Options for Vgg11Options {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        let &Self { width, norm, init } = self;
        check_width(NAME, width, Self::default().width)?;
        check_groups(NAME, norm, width, GROUPS)?;
        let mut stages = STAGES.map(|(factor, pool)| Stage {
            filters: Filters {
                count: factor * width,
                side: 3,
                padding: 1,
                stride: 1,
            },
            pool,
        });
        let grey = if input.channels == 1 { 2 } else { 0 };
        stages[0].filters.padding += grey;
        let least = 32 - 2 * grey;
        ConvStack::model(
            NAME,
            (input, least),
            (norm, init),
            &stages,
            ("classifier", classes),
        )
    }
}
