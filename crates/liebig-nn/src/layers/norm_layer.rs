//! Normalisation layers.

use liebig_grad::{After, Tensor};

use super::batch_norm::Running;
use super::{BatchNorm, Builder, Map, Norm, Place, Pooling};
use crate::{Init, Parameter, Result, TorchLayout};

/// Added to variances; PyTorch's default.
pub(crate) const EPS: f64 = 1e-5;

/// Pixels from which on an instance normalisation is one operation. The deviation of fewer may be tiny, and the gradients all
/// rounding.
const LEAST_PIXELS: usize = 4;

/// Groups of [`Norm::Group`].
pub(crate) const GROUPS: usize = 4;

/// A normalisation of feature maps with a trainable scale and shift.
#[derive(Clone, Debug)]
pub(crate) struct NormLayer {
    over: Over,
    affine: Place<2>,
}

/// What is normalised together.
#[derive(Clone, Debug)]
enum Over {
    Batch(Running),
    Layer,
    Instance,
    Group,
}

impl NormLayer {
    /// For feature maps of shape `map`; `None` for [`Norm::None`]. Group norm needs a multiple of
    /// [`GROUPS`] channels.
    pub fn new(builder: &mut Builder, name: &str, norm: Norm, map: Map) -> Option<Self> {
        let channels = (vec![map.channels], TorchLayout::Same);
        let (over, (shape, torch)) = match norm {
            Norm::None => return None,
            Norm::Batch => {
                let running = Running::new(builder, name, map.channels);
                (Over::Batch(running), channels)
            }
            Norm::Layer => (Over::Layer, (map.shape(), TorchLayout::Image)),
            Norm::Instance => (Over::Instance, channels),
            Norm::Group => (Over::Group, channels),
        };
        let affine = builder.parameters(scale_and_shift(name, &shape, torch));
        builder.output_map(map);
        Some(Self { over, affine })
    }

    /// Normalises feature maps `[n, h, w, c]`, then scales and shifts them.
    pub fn apply(&self, weights: &[Tensor], x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        self.then(After::Nothing, weights, x, batch)
    }

    /// [`apply`](Self::apply) and what follows, in one operation where there is one.
    pub fn then(
        &self,
        after: After,
        weights: &[Tensor],
        x: &Tensor,
        batch: &mut BatchNorm,
    ) -> Result<Tensor> {
        let affine = self.affine.of(weights)?;
        let fused = match (&self.over, after) {
            (Over::Instance, _) if pixels(x) >= LEAST_PIXELS => {
                Some(x.instance_norm(&affine[0], &affine[1], EPS, after)?)
            }
            (Over::Batch(running), _) => running.fused(after, affine, x, batch)?,
            _ => None,
        };
        if let Some(fused) = fused {
            return Ok(fused);
        }
        match after {
            After::Nothing => {
                let normal = self.normal(x, batch)?;
                Ok(normal.mul(&affine[0])?.add(&affine[1])?)
            }
            After::Relu => Ok(self.then(After::Nothing, weights, x, batch)?.relu()?),
            After::ReluAvgPool => {
                let active = self.then(After::Relu, weights, x, batch)?;
                Pooling::Avg.apply(&active)
            }
        }
    }

    /// Mean 0 and variance 1, in other operations.
    fn normal(&self, x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        match &self.over {
            Over::Batch(running) => running.normalize(x, batch),
            Over::Layer => normalize(x, &[1, 2, 3]),
            Over::Instance => normalize(x, &[1, 2]),
            Over::Group => {
                let mut groups = x.shape().to_vec();
                if let Some(channels) = groups.pop() {
                    groups.extend([GROUPS, channels / GROUPS]);
                }
                Ok(normalize(&x.reshape(&groups)?, &[1, 2, 4])?.reshape(x.shape())?)
            }
        }
    }
}

/// PyTorch's `weight` and `bias` of a norm: 1 and 0 at the start.
pub(crate) fn scale_and_shift(name: &str, shape: &[usize], torch: TorchLayout) -> [Parameter; 2] {
    let parameter = |part, value| Parameter {
        name: format!("{name}.{part}"),
        shape: shape.to_vec(),
        torch,
        init: Init::Constant(value),
    };
    [parameter("weight", 1.0), parameter("bias", 0.0)]
}

/// Pixels of an image of feature maps `[n, h, w, c]`.
fn pixels(x: &Tensor) -> usize {
    x.shape().iter().skip(1).take(2).product()
}

/// Mean 0 and variance 1 over the given dimensions.
pub(super) fn normalize(x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let (centred, variance) = centre(x, dims)?;
    Ok(centred.div(&variance.add_scalar(EPS)?.sqrt()?)?)
}

/// The deviations from the mean, and the biased variance.
pub(super) fn centre(x: &Tensor, dims: &[usize]) -> Result<(Tensor, Tensor)> {
    let centred = x.sub(&x.mean_dims(dims, true)?)?;
    let variance = centred.square()?.mean_dims(dims, true)?;
    Ok((centred, variance))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use liebig_grad::cpu;

    use super::*;
    use crate::BatchStatistics;

    /// Layers find their own tensors by place, so the order in which they are applied is free.
    #[test]
    fn statistics_are_listed_by_place_and_not_by_use() {
        let map = Map {
            height: 2,
            width: 1,
            channels: 1,
        };
        let mut builder = Builder::default();
        let mut layer = |name| NormLayer::new(&mut builder, name, Norm::Batch, map).unwrap();
        let (first, second) = (layer("first"), layer("second"));
        let tensor = |values: &[f32], shape: &[usize]| {
            Tensor::from_vec(values.to_vec(), shape, &cpu()).unwrap()
        };
        let weights = [1.0, 0.0, 10.0, 5.0].map(|value| tensor(&[value], &[1]));

        let mut record = BatchStatistics::default();
        let mut apply = |layer: &NormLayer, values| {
            let x = tensor(values, &[1, 2, 1, 1]);
            let y = layer.apply(&weights, &x, &mut BatchNorm::Record(&mut record));
            y.unwrap().to_vec().unwrap()
        };
        let of_second = apply(&second, &[6.0, 10.0]);
        let of_first = apply(&first, &[1.0, 3.0]);
        let noted = record.into_list();
        let noted = noted.iter().map(|tensor| tensor.item().unwrap());
        assert_eq!(noted.collect::<Vec<_>>(), [2.0, 2.0, 8.0, 8.0]);
        for (found, expected) in of_first.iter().zip([-1.0, 1.0]) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        for (found, expected) in of_second.iter().zip([-5.0, 15.0]) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }

        let running = [0.0, 1.0, 8.0, 4.0].map(|value| tensor(&[value], &[1]));
        let x = tensor(&[6.0, 10.0], &[1, 2, 1, 1]);
        let y = second.apply(&weights, &x, &mut BatchNorm::Running(&running));
        for (found, expected) in y.unwrap().to_vec().unwrap().iter().zip([-5.0, 15.0]) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        let few = second.apply(&weights, &x, &mut BatchNorm::Running(&running[..2]));
        assert_eq!(
            few.unwrap_err().to_string(),
            "running statistics: 2 tensors, but 4 are expected; take the list that was made for \
             the same network and options"
        );
    }
}
