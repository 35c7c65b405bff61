//! Layers that are one operation.

use liebig_grad::{After, Tensor};

use super::{Builder, EPS, Map, Place, Pooling, scale_and_shift};
use crate::{Result, TorchLayout};

/// Instance norm, ReLU and average pooling over 2x2 windows in one operation.
#[derive(Clone, Debug)]
pub(crate) struct InstanceNormReluAvgPool {
    affine: Place<2>,
}

impl InstanceNormReluAvgPool {
    /// The layer, `name` being its norm's, and the pooled map; `None` where nothing is left of it.
    pub fn new(builder: &mut Builder, name: &str, map: Map) -> Option<(Self, Map)> {
        let pooled = Pooling::Avg.output(map)?;
        let parameters = scale_and_shift(name, &[map.channels], TorchLayout::Same);
        let affine = builder.parameters(parameters);
        builder.output_map(pooled);
        Some((Self { affine }, pooled))
    }

    /// From feature maps `[n, h, w, c]` to `[n, h / 2, w / 2, c]`.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        let [gamma, beta] = self.affine.of(weights)?;
        Ok(x.instance_norm(gamma, beta, EPS, After::ReluAvgPool)?)
    }
}
