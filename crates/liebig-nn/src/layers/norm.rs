//! Normalisation of feature maps, with a scale and a shift.

use liebig_grad::Tensor;

use crate::choice::named;
use crate::{Error, Init, Parameter, Result, TorchLayout};

/// Added to variances; PyTorch's default.
pub(crate) const EPS: f64 = 1e-5;

/// Groups of [`Norm::Group`].
pub(crate) const GROUPS: usize = 4;

/// What follows a convolution. Variances are biased, 1e-5 is added to them, and all but `None` have a
/// trainable scale and shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Norm {
    /// Nothing.
    None,
    /// Each channel over the batch and all pixels (PyTorch's `BatchNorm2d`).
    Batch,
    /// Each image over all channels and pixels, scaled and shifted pixel by pixel (`LayerNorm`).
    Layer,
    /// Each channel of each image (`GroupNorm` with as many groups as channels).
    #[default]
    Instance,
    /// Each quarter of the channels of each image (`GroupNorm` with 4 groups).
    Group,
}

named!(
    Norm,
    "norm",
    [
        ("none", Norm::None),
        ("batch", Norm::Batch),
        ("layer", Norm::Layer),
        ("instance", Norm::Instance),
        ("group", Norm::Group),
    ]
);

/// Where batch normalisation takes mean and variance from; nothing else looks at it.
pub enum BatchNorm<'a> {
    /// From the batch.
    Batch,
    /// From the batch, and notes them down, layer by layer: mean, then unbiased variance, detached.
    /// [`update_statistics`](crate::update_statistics) takes them.
    Record(&'a mut Vec<Tensor>),
    /// From running statistics, in the order of [`Model::statistics`](crate::Model::statistics).
    Running(&'a [Tensor]),
}

impl Norm {
    /// Scale and shift for feature maps of `[height, width, channels]`; empty for `None`.
    pub(crate) fn parameters(self, name: &str, map: [usize; 3]) -> Vec<Parameter> {
        let (shape, torch) = match self {
            Norm::None => return Vec::new(),
            Norm::Layer => (map.to_vec(), TorchLayout::Image),
            _ => (vec![map[2]], TorchLayout::Same),
        };
        let parameter = |part, value| Parameter {
            name: format!("{name}.{part}"),
            shape: shape.clone(),
            torch,
            init: Init::Constant(value),
        };
        vec![parameter("weight", 1.0), parameter("bias", 0.0)]
    }

    /// Running mean and variance of batch normalisation; empty for the others.
    pub(crate) fn statistics(self, name: &str, channels: usize) -> Vec<Parameter> {
        if self != Norm::Batch {
            return Vec::new();
        }
        let parameter = |part, value| Parameter {
            name: format!("{name}.{part}"),
            shape: vec![channels],
            torch: TorchLayout::Same,
            init: Init::Constant(value),
        };
        vec![
            parameter("running_mean", 0.0),
            parameter("running_var", 1.0),
        ]
    }

    /// Normalises `x [n, h, w, c]` with the given scale and shift (ignored by `None`). `layer` counts
    /// the network's norms, for running statistics.
    pub(crate) fn apply(
        self,
        x: &Tensor,
        affine: &[Tensor],
        layer: usize,
        batch: &mut BatchNorm,
    ) -> Result<Tensor> {
        let [gamma, beta] = affine else {
            return Ok(x.clone());
        };
        let normal = match self {
            Norm::None => return Ok(x.clone()),
            Norm::Batch => batch_norm(x, layer, batch)?,
            Norm::Layer => normalize(x, &[1, 2, 3])?,
            Norm::Instance => normalize(x, &[1, 2])?,
            Norm::Group => {
                let mut groups = x.shape().to_vec();
                if let Some(channels) = groups.pop() {
                    groups.extend([GROUPS, channels / GROUPS]);
                }
                normalize(&x.reshape(&groups)?, &[1, 2, 4])?.reshape(x.shape())?
            }
        };
        Ok(normal.mul(gamma)?.add(beta)?)
    }
}

/// Mean 0 and variance 1 over the given dimensions.
fn normalize(x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let (centred, variance) = centre(x, dims)?;
    Ok(centred.div(&variance.add_scalar(EPS)?.sqrt()?)?)
}

/// The deviations from the mean, and the biased variance.
fn centre(x: &Tensor, dims: &[usize]) -> Result<(Tensor, Tensor)> {
    let centred = x.sub(&x.mean_dims(dims, true)?)?;
    let variance = centred.square()?.mean_dims(dims, true)?;
    Ok((centred, variance))
}

fn batch_norm(x: &Tensor, layer: usize, batch: &mut BatchNorm) -> Result<Tensor> {
    let over = [0, 1, 2];
    match batch {
        BatchNorm::Batch => normalize(x, &over),
        BatchNorm::Record(record) => {
            let (centred, variance) = centre(x, &over)?;
            let channels = variance.numel();
            let count = (x.numel() / channels) as f64;
            let unbiased = variance.mul_scalar(count / (count - 1.0).max(1.0))?;
            record.push(x.detach().mean_dims(&over, false)?);
            record.push(unbiased.detach().reshape(&[channels])?);
            Ok(centred.div(&variance.add_scalar(EPS)?.sqrt()?)?)
        }
        BatchNorm::Running(running) => {
            let expected = 2 * layer + 2;
            let Some([mean, variance]) = running.get(2 * layer..expected) else {
                let found = running.len();
                return Err(Error::Count {
                    what: "running statistics",
                    found,
                    expected,
                });
            };
            Ok(x.sub(mean)?.div(&variance.add_scalar(EPS)?.sqrt()?)?)
        }
    }
}
