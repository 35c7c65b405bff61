//! Activation functions.

use liebig_grad::Tensor;

use crate::Result;
use crate::choice::named;

/// The activation function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Activation {
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `x` where positive, `0.01 x` elsewhere.
    LeakyRelu,
    /// `x σ(x)`, also called Swish.
    Silu,
}

named!(
    Activation,
    "activation",
    [
        ("sigmoid", Activation::Sigmoid),
        ("relu", Activation::Relu),
        ("leaky_relu", Activation::LeakyRelu),
        ("silu", Activation::Silu),
    ],
    aliases[("swish", Activation::Silu)]
);

impl Activation {
    pub(crate) fn apply(self, x: &Tensor) -> Result<Tensor> {
        Ok(match self {
            Activation::Sigmoid => x.sigmoid(),
            Activation::Relu => x.relu(),
            Activation::LeakyRelu => x.leaky_relu(0.01),
            Activation::Silu => x.silu(),
        }?)
    }
}
