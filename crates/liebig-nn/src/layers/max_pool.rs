//! Max pooling over windows of any size.

use liebig_grad::Tensor;

use super::{Builder, Map};
use crate::Result;

/// Max pooling over overlapping or padded windows (PyTorch's `MaxPool2d`). [`Pooling`](super::Pooling)
/// is that over windows of 2x2 pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaxPool {
    /// Height and width of a window.
    pub kernel: usize,
    /// Pixels from one window to the next.
    pub stride: usize,
    /// Pixels at every edge that are ignored.
    pub padding: usize,
}

impl MaxPool {
    /// The pooled map, counted as the output of a layer; `None` where nothing is left of it.
    pub fn build(self, builder: &mut Builder, map: Map) -> Option<Map> {
        let pooled = map.resized(|size| {
            let padded = size.saturating_add(2 * self.padding);
            let room = padded.checked_sub(self.kernel)?;
            Some(room / self.stride + 1)
        })?;
        builder.output_map(pooled);
        Some(pooled)
    }

    /// Pools feature maps `[n, h, w, c]`.
    pub fn apply(self, x: &Tensor) -> Result<Tensor> {
        Ok(x.max_pool2d(self.kernel, self.stride, self.padding)?)
    }
}
