//! AlexNet for small images, as dataset condensation uses it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conv_stack::{ConvStack, Stage};
use super::{Options, check_groups, check_width};
use crate::layers::{Filters, GROUPS};
use crate::{Input, Model, Norm, Result, WeightInit};

const NAME: &str = "alexnet";

/// Options of the network `alexnet`: convolutions 128 and 192 with filters of 5x5 pixels, 256, 192 and
/// 192 with filters of 3x3, each followed by ReLU, the first two and the last by max pooling over 2x2
/// pixels, then a linear classifier. For grey images the first is padded by 4, which makes 28 pixels
/// 32.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AlexNetOptions {
    /// Channels of the first convolution; the others have 1.5, 2, 1.5 and 1.5 times as many. Default 128
    /// (Zhao et al., arXiv 2006.05929).
    #[schemars(range(min = 1, max = 65536))]
    pub width: usize,
    /// Normalisation after each convolution. Default `none`; with `batch` it is the AlexNetBN of the
    /// published evaluations (Zhao et al., arXiv 2006.05929).
    pub norm: Norm,
    /// How weights and biases start: as PyTorch's layers do, or by Xavier's normal distribution with
    /// biases 0. Default `default`.
    #[serde(skip_serializing_if = "WeightInit::is_default")]
    #[schemars(extend("default" = "default"))]
    pub init: WeightInit,
}

impl Default for AlexNetOptions {
    fn default() -> Self {
        Self {
            width: 128,
            norm: Norm::None,
            init: WeightInit::Default,
        }
    }
}

impl Options for AlexNetOptions {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        let &Self { width, norm, init } = self;
        check_width(NAME, width, Self::default().width)?;
        check_groups(NAME, norm, width, 2 * GROUPS)?;
        let grey = if input.channels == 1 { 2 } else { 0 };
        let wide = 3 * width / 2;
        let stage = |count, side, padding, pool| Stage {
            filters: Filters {
                count,
                side,
                padding,
                stride: 1,
            },
            pool,
        };
        let stages = [
            stage(width, 5, 2 + grey, true),
            stage(wide, 5, 2, true),
            stage(2 * width, 3, 1, false),
            stage(wide, 3, 1, false),
            stage(wide, 3, 1, true),
        ];
        let least = 8 - 2 * grey;
        ConvStack::model(NAME, (input, least), (norm, init), &stages, ("fc", classes))
    }
}
