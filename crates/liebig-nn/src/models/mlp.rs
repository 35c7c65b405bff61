//! A perceptron with two hidden layers, for images and tables.

use liebig_grad::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Options, check_width};
use crate::layers::{Builder, Linear};
use crate::network::Layers;
use crate::{BatchNorm, Input, Model, Result};

const NAME: &str = "mlp";

/// Options of the network `mlp`: flatten → `width` → ReLU → `width` → ReLU → classes.
///
/// Samples are flattened as they come (channels first, as in PyTorch), so samples `[n, features]` are
/// accepted, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MlpOptions {
    /// Outputs of each hidden layer. Default 128 (Zhao et al., arXiv 2006.05929).
    #[schemars(range(min = 1, max = 65536))]
    pub width: usize,
}

impl Default for MlpOptions {
    fn default() -> Self {
        Self { width: 128 }
    }
}

impl Options for MlpOptions {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        let width = self.width;
        check_width(NAME, width, 128)?;
        let mut builder = Builder::default();
        let first = Linear::new(&mut builder, "fc_1", input.numel(), width);
        builder.output(width);
        let second = Linear::new(&mut builder, "fc_2", width, width);
        builder.output(width);
        let layers = Mlp {
            hidden: [first, second],
            classifier: Linear::new(&mut builder, "fc_3", width, classes),
        };
        Ok(Box::new(builder.finish(NAME, input, layers)?))
    }
}

struct Mlp {
    hidden: [Linear; 2],
    classifier: Linear,
}

impl Layers for Mlp {
    fn features(&self, weights: &[Tensor], x: &Tensor, _: &mut BatchNorm) -> Result<Tensor> {
        let mut x = x.flatten_from(1)?;
        for linear in &self.hidden {
            x = linear.apply(weights, &x)?.relu()?;
        }
        Ok(x)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}
