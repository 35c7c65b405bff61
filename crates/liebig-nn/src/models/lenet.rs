//! LeNet-5 with ReLU and max pooling (LeCun et al. 1998, as the dataset condensation papers use it).

use liebig_grad::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Options;
use crate::layers::{Builder, Conv, Filters, Linear, Map, Pooling};
use crate::network::Layers;
use crate::{BatchNorm, Error, Input, Model, Result, WeightInit};

const NAME: &str = "lenet";

/// Sides of the filters.
const SIDE: usize = 5;

/// With more, some windows of the first convolution would see no image.
const MOST_PADDING: usize = SIDE - 1;

/// Options of the network `lenet`: conv 6 → ReLU → max pool → conv 16 → ReLU → max pool → 120 → ReLU →
/// 84 → ReLU → classes, with filters of 5x5 pixels. With its defaults it is the network of the dataset
/// condensation papers; with `init = "xavier"` and, for colour images of 28 pixels, `padding = 2`, that
/// of dataset distillation (Wang et al., arXiv 1811.10959). Options are only written if they are set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LeNetOptions {
    /// Zeros added at every edge of the image for the first convolution. By default 2 for grey images
    /// and 0 for colour (Zhao et al., arXiv 2006.05929). Wang et al. (arXiv 1811.10959) add 2 to images
    /// of 28 pixels and 0 to those of 32, whatever their channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 4))]
    pub padding: Option<usize>,
    /// How weights and biases start: as PyTorch's layers do, or by Xavier's normal distribution with
    /// biases 0 (Wang et al., arXiv 1811.10959). Default `default`.
    #[serde(skip_serializing_if = "WeightInit::is_default")]
    #[schemars(extend("default" = "default"))]
    pub init: WeightInit,
}

impl LeNetOptions {
    /// The padding of the first convolution.
    fn padding(&self, input: Input) -> Result<usize> {
        match self.padding {
            None => Ok(if input.channels == 1 { 2 } else { 0 }),
            Some(padding @ 0..=MOST_PADDING) => Ok(padding),
            Some(padding) => Err(Error::BadOption {
                model: NAME,
                key: "model.padding",
                value: padding,
                expected: "a value from 0 to 4",
                hint: "2 keeps the size of the images".to_string(),
            }),
        }
    }
}

impl Options for LeNetOptions {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        let padding = self.padding(input)?;
        let mut builder = Builder::new(self.init);
        let Some((convs, map)) = convolutions(&mut builder, input.into(), padding) else {
            let least = 16 - 2 * padding;
            return Err(Error::TooSmall {
                model: NAME,
                input,
                hint: format!(
                    "it needs at least {least}x{least} pixels; enlarge the images \
                     (`data.image_size`)"
                ),
            });
        };
        let first = Linear::on_map(&mut builder, "fc_1", map, 120);
        builder.output(120);
        let second = Linear::new(&mut builder, "fc_2", 120, 84);
        builder.output(84);
        let layers = LeNet {
            convs,
            hidden: [first, second],
            classifier: Linear::new(&mut builder, "fc_3", 84, classes),
        };
        Ok(Box::new(builder.finish(NAME, input, layers)?))
    }
}

struct LeNet {
    convs: [Conv; 2],
    hidden: [Linear; 2],
    classifier: Linear,
}

/// The two convolutions and the map after the second pooling; `None` where nothing is left of it.
fn convolutions(builder: &mut Builder, input: Map, padding: usize) -> Option<([Conv; 2], Map)> {
    let mut conv = |name, map, count, padding| {
        let filters = Filters {
            count,
            side: SIDE,
            padding,
            stride: 1,
        };
        let (conv, map) = Conv::new(builder, name, map, filters)?;
        builder.output_map(map);
        Some((conv, Pooling::Max.build(builder, map)?))
    };
    let (first, map) = conv("features.0", input, 6, padding)?;
    let (second, map) = conv("features.3", map, 16, 0)?;
    Some(([first, second], map))
}

impl Layers for LeNet {
    fn features(&self, weights: &[Tensor], x: &Tensor, _: &mut BatchNorm) -> Result<Tensor> {
        let mut x = x.permute(&[0, 2, 3, 1])?;
        for conv in &self.convs {
            x = Pooling::Max.apply(&conv.apply(weights, &x)?.relu()?)?;
        }
        x = x.flatten_from(1)?;
        for linear in &self.hidden {
            x = linear.apply(weights, &x)?.relu()?;
        }
        Ok(x)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}
