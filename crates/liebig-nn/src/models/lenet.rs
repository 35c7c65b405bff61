//! LeNet-5 with ReLU and max pooling (LeCun et al. 1998, as the dataset condensation papers use it).

use liebig_grad::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Options;
use crate::layers::{Builder, Conv, Filters, Linear, Map, Pooling};
use crate::network::Layers;
use crate::{BatchNorm, Error, Input, Model, Result};

const NAME: &str = "lenet";

/// Options of the network `lenet`: none.
///
/// It is conv 6 → ReLU → max pool → conv 16 → ReLU → max pool → 120 → ReLU → 84 → ReLU → classes;
/// filters are 5x5, the first padded by 2 for grey images.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LeNetOptions {}

impl Options for LeNetOptions {
    fn default_for(_: Input) -> Self {
        Self {}
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        let mut builder = Builder::default();
        let padding = if input.channels == 1 { 2 } else { 0 };
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
        let side = 5;
        let filters = Filters {
            count,
            side,
            padding,
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
