//! Pooling over 2x2 windows, stride 2.

use liebig_grad::Tensor;

use crate::Result;
use crate::choice::named;

/// What ends a block. An odd last row or column is dropped, as in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Pooling {
    /// Nothing: the feature map keeps its size.
    None,
    /// The largest of each window.
    Max,
    /// The mean of each window.
    #[default]
    Avg,
}

named!(
    Pooling,
    "pooling",
    [
        ("none", Pooling::None),
        ("max", Pooling::Max),
        ("avg", Pooling::Avg),
    ]
);

impl Pooling {
    /// Pools feature maps `[n, h, w, c]`.
    pub(crate) fn apply(self, x: &Tensor) -> Result<Tensor> {
        Ok(match self {
            Pooling::None => Ok(x.clone()),
            Pooling::Max => x.max_pool2d(2, 2),
            Pooling::Avg => x.avg_pool2d(2, 2),
        }?)
    }

    /// What becomes of a side of `size` pixels.
    pub(crate) fn output_size(self, size: usize) -> usize {
        match self {
            Pooling::None => size,
            Pooling::Max | Pooling::Avg => size / 2,
        }
    }
}
