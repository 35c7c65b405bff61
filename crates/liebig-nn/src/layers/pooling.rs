//! Pooling over 2x2 windows, stride 2.

use liebig_grad::Tensor;

use super::{Builder, Map};
use crate::Result;
use crate::choice::named;

/// The pooling at the end of a block. An odd last row or column is dropped, as in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Pooling {
    /// No pooling: the feature map keeps its size.
    None,
    /// The largest value of each window.
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
            Pooling::Max => x.max_pool2d(2, 2, 0),
            Pooling::Avg => x.avg_pool2d(2, 2),
        }?)
    }

    /// The shape of the pooled map; `None` where nothing is left of it.
    pub(crate) fn output(self, map: Map) -> Option<Map> {
        match self {
            Pooling::None => Some(map),
            Pooling::Max | Pooling::Avg => map.resized(|size| Some(size / 2)),
        }
    }

    /// [`output`](Self::output), counted as that of a layer.
    pub(crate) fn build(self, builder: &mut Builder, map: Map) -> Option<Map> {
        let pooled = self.output(map)?;
        if self != Pooling::None {
            builder.output_map(pooled);
        }
        Some(pooled)
    }
}
