//! How the weights and biases of convolutions and linear layers start.

use crate::Init;
use crate::choice::named;

/// How the weights and biases of convolutions and linear layers start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum WeightInit {
    /// Both uniform in `±1 / sqrt(fan_in)`, as PyTorch's layers start.
    #[default]
    Default,
    /// Weights normal with variance `2 / (fan_in + fan_out)`, biases 0: Glorot & Bengio (AISTATS 2010),
    /// PyTorch's `xavier_normal_` with gain 1. Dataset distillation starts its networks so (Wang et
    /// al., arXiv 1811.10959).
    Xavier,
}

named!(
    WeightInit,
    "init",
    [
        ("default", WeightInit::Default),
        ("xavier", WeightInit::Xavier),
    ]
);

impl WeightInit {
    /// Whether it is the one that need not be written down.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The start of a layer's weight and that of its bias. `fan_in` inputs reach an output, and
    /// `fan_out` outputs are reached by an input.
    pub(crate) fn of_layer(self, fan_in: usize, fan_out: usize) -> [Init; 2] {
        match self {
            WeightInit::Default => [Init::Uniform { fan_in }; 2],
            WeightInit::Xavier => {
                let variance = 2.0 / (fan_in as f64 + fan_out as f64);
                let deviation = variance.sqrt() as f32;
                [Init::Normal { deviation }, Init::Constant(0.0)]
            }
        }
    }
}
