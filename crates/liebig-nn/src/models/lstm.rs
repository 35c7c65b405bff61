//! A recurrent network that reads an image row by row.

use liebig_grad::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Options, check_size};
use crate::check::check_shape;
use crate::layers::{Builder, Linear, Lstm};
use crate::network::Layers;
use crate::{BatchNorm, Error, Input, Model, Result};

const NAME: &str = "lstm";

/// The most layers that may be stacked.
const MOST_LAYERS: usize = 8;

/// Options of the network `lstm`: layers of long short-term memory, then a linear classifier on the last
/// hidden state (PyTorch's `LSTM` and `Linear`).
///
/// An image is read row by row from the top: a step sees one row of all channels. What has a height of
/// 1, such as a table's sample or a signal, is read from left to right: a step sees one feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LstmOptions {
    /// Size of the hidden state. Default 128.
    #[schemars(range(min = 1, max = 65536))]
    pub hidden: usize,
    /// Number of layers, each of which reads the hidden states of the one before. Default 1.
    #[schemars(range(min = 1, max = 8))]
    pub layers: usize,
}

impl Default for LstmOptions {
    fn default() -> Self {
        Self {
            hidden: 128,
            layers: 1,
        }
    }
}

impl Options for LstmOptions {
    fn default_for(_: Input) -> Self {
        Self::default()
    }

    fn build(&self, input: Input, classes: usize) -> Result<Box<dyn Model>> {
        let &Self { hidden, layers } = self;
        check_size(NAME, "model.hidden", hidden, Self::default().hidden)?;
        if !(1..=MOST_LAYERS).contains(&layers) {
            return Err(Error::BadOption {
                model: NAME,
                key: "model.layers",
                value: layers,
                expected: "a value from 1 to 8",
                hint: "the usual value is 1".to_string(),
            });
        }
        let reading = Reading::of(input);
        let mut builder = Builder::default();
        let mut inputs = reading.inputs();
        let mut stack = Vec::with_capacity(layers);
        for index in 0..layers {
            let sizes = [inputs, hidden];
            stack.push(Lstm::new(&mut builder, NAME, index, reading.steps(), sizes));
            inputs = hidden;
        }
        let layers = Recurrent {
            reading,
            stack,
            classifier: Linear::new(&mut builder, "fc", hidden, classes),
        };
        Ok(Box::new(builder.finish(NAME, input, layers)?))
    }
}

/// How a sample becomes a sequence.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// A step sees a row of every channel.
    Rows(Input),
    /// There is one row: a step sees a column of every channel.
    Columns(Input),
}

impl Reading {
    fn of(input: Input) -> Self {
        match input.height {
            1 => Reading::Columns(input),
            _ => Reading::Rows(input),
        }
    }

    fn steps(self) -> usize {
        match self {
            Reading::Rows(input) => input.height,
            Reading::Columns(input) => input.width,
        }
    }

    /// Values that a step sees.
    fn inputs(self) -> usize {
        match self {
            Reading::Rows(input) => input.channels.saturating_mul(input.width),
            Reading::Columns(input) => input.channels,
        }
    }

    /// From samples `[n, channels, height, width]` to `[steps * n, inputs]`, the first step first.
    fn sequence(self, x: &Tensor) -> Result<Tensor> {
        let (Reading::Rows(input) | Reading::Columns(input)) = self;
        let samples = x.shape()[0];
        let Input {
            channels,
            height,
            width,
        } = input;
        check_shape("samples", x, &[samples, channels, height, width])?;
        let axes = match self {
            Reading::Rows(_) => [2, 0, 1, 3],
            Reading::Columns(_) => [3, 0, 1, 2],
        };
        Ok(x.permute(&axes)?
            .reshape(&[self.steps() * samples, self.inputs()])?)
    }
}

struct Recurrent {
    reading: Reading,
    stack: Vec<Lstm>,
    classifier: Linear,
}

impl Layers for Recurrent {
    fn features(&self, weights: &[Tensor], x: &Tensor, _: &mut BatchNorm) -> Result<Tensor> {
        let steps = self.reading.steps();
        let mut x = self.reading.sequence(x)?;
        let mut states = Vec::new();
        for (index, layer) in self.stack.iter().enumerate() {
            if index > 0 {
                x = Tensor::cat(&states.iter().collect::<Vec<_>>(), 0)?;
            }
            states = layer.apply(weights, &x, steps)?;
        }
        // There is a layer, and a sample has at least one step.
        Ok(states.pop().unwrap_or(x))
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.classifier.apply(weights, features)
    }
}
