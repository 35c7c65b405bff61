//! The network for CIFAR-10 of dataset distillation (Wang et al. 2018), after AlexNet.

use liebig_grad::{ResponseNorm, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Options, check_width};
use crate::layers::{Builder, Conv, Filters, Linear, Map, MaxPool};
use crate::network::Layers;
use crate::{BatchNorm, Error, Input, Model, Result, WeightInit};

const NAME: &str = "alexcifarnet";

/// Filters of 5x5 pixels that keep the size of a map.
const SIDE: usize = 5;

const POOL: MaxPool = MaxPool {
    kernel: 3,
    stride: 2,
    padding: 1,
};

const NORM: ResponseNorm = ResponseNorm {
    size: 4,
    alpha: 0.001 / 9.0,
    beta: 0.75,
    k: 1.0,
};

/// Options of the network `alexcifarnet`: conv 64 → ReLU → max pool → local response norm → conv 64 →
/// ReLU → local response norm → max pool → 384 → ReLU → 192 → ReLU → classes. Filters are 5x5, pooling
/// is over overlapping windows of 3x3 pixels and halves the sides of a map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AlexCifarNetOptions {
    /// Channels of both convolutions; the hidden layers have six and three times as many outputs.
    /// Default 64 (Wang et al., arXiv 1811.10959).
    #[schemars(range(min = 1, max = 65536))]
    pub width: usize,
    /// How weights and biases start: as PyTorch's layers do, or by Xavier's normal distribution with
    /// biases 0 (Wang et al., arXiv 1811.10959). Default `default`.
    #[serde(skip_serializing_if = "WeightInit::is_default")]
    #[schemars(extend("default" = "default"))]
    pub init: WeightInit,
}

impl Default for AlexCifarNetOptions {
    fn default() -> Self {
        Self {
            width: 64,
            init: WeightInit::Default,
        }
    }
}

impl Options for AlexCifarNetOptions {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        let width = self.width;
        check_width(NAME, width, Self::default().width)?;
        let mut builder = Builder::new(self.init);
        // Halving rounds up, so something is left of every image.
        let Some((convs, map)) = convolutions(&mut builder, input.into(), width) else {
            return Err(Error::TooSmall {
                model: NAME,
                input,
                hint: "enlarge the images (`data.image_size`)".to_string(),
            });
        };
        let (wide, narrow) = (6 * width, 3 * width);
        let first = Linear::on_map(&mut builder, "classifier.0", map, wide);
        builder.output(wide);
        let second = Linear::new(&mut builder, "classifier.2", wide, narrow);
        builder.output(narrow);
        let layers = AlexCifarNet {
            convs,
            hidden: [first, second],
            classifier: Linear::new(&mut builder, "classifier.4", narrow, classes),
        };
        Ok(Box::new(builder.finish(NAME, input, layers)?))
    }
}

struct AlexCifarNet {
    convs: [Conv; 2],
    hidden: [Linear; 2],
    classifier: Linear,
}

/// The two convolutions and the map after the second pooling.
fn convolutions(builder: &mut Builder, input: Map, width: usize) -> Option<([Conv; 2], Map)> {
    let filters = Filters {
        count: width,
        side: SIDE,
        padding: SIDE / 2,
        stride: 1,
    };
    let (first, map) = Conv::new(builder, "features.0", input, filters)?;
    builder.output_map(map);
    let map = POOL.build(builder, map)?;
    normalized(builder, map);
    let (second, map) = Conv::new(builder, "features.4", map, filters)?;
    builder.output_map(map);
    normalized(builder, map);
    let map = POOL.build(builder, map)?;
    Some(([first, second], map))
}

/// Counts the maps of a local response norm: squares, divisor and output.
fn normalized(builder: &mut Builder, map: Map) {
    for _ in 0..3 {
        builder.output_map(map);
    }
}

impl Layers for AlexCifarNet {
    fn features(&self, weights: &[Tensor], x: &Tensor, _: &mut BatchNorm) -> Result<Tensor> {
        let [first, second] = &self.convs;
        let x = x.permute(&[0, 2, 3, 1])?;
        let x = POOL.apply(&first.apply(weights, &x)?.relu()?)?;
        let x = second
            .apply(weights, &x.local_response_norm(NORM)?)?
            .relu()?;
        let mut x = POOL.apply(&x.local_response_norm(NORM)?)?.flatten_from(1)?;
        for linear in &self.hidden {
            x = linear.apply(weights, &x)?.relu()?;
        }
        Ok(x)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}
