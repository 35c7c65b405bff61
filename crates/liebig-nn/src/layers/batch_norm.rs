//! Where batch normalisation takes its mean and variance from.

use std::collections::BTreeMap;

use liebig_grad::{After, Tensor};

use super::norm_layer::{EPS, centre, normalize};
use super::{Builder, Place};
use crate::{Init, Parameter, Result, TorchLayout};

/// Where batch normalisation takes mean and variance from. Other layers ignore it.
pub enum BatchNorm<'a> {
    /// From the batch.
    Batch,
    /// From the batch, and notes them down.
    Record(&'a mut BatchStatistics),
    /// From running statistics, in the order of [`Model::statistics`](crate::Model::statistics).
    Running(&'a [Tensor]),
}

/// Means and unbiased variances of a batch, one pair for each batch normalisation; constants.
#[derive(Clone, Debug, Default)]
pub struct BatchStatistics {
    /// By index in the model's list of statistics.
    noted: BTreeMap<usize, Tensor>,
}

impl BatchStatistics {
    /// Notes down the statistics whose place starts at `start`, detached.
    pub(crate) fn note(&mut self, start: usize, statistics: impl IntoIterator<Item = Tensor>) {
        let indices = start..;
        let tensors = statistics.into_iter().map(|tensor| tensor.detach());
        self.noted.extend(indices.zip(tensors));
    }

    /// In the order of [`Model::statistics`](crate::Model::statistics), as
    /// [`update_statistics`](crate::update_statistics) takes them.
    pub fn into_list(self) -> Vec<Tensor> {
        self.noted.into_values().collect()
    }
}

/// Values of a channel from which on a normalisation without pooling is one operation. The deviation of fewer may be tiny, and
/// the gradients of its gradient all rounding.
const LEAST_VALUES: usize = 512;

/// Running mean and variance of a batch normalisation.
#[derive(Clone, Debug)]
pub(super) struct Running {
    place: Place<2>,
}

impl Running {
    pub fn new(builder: &mut Builder, name: &str, channels: usize) -> Self {
        let parameter = |part, value| Parameter {
            name: format!("{name}.{part}"),
            shape: vec![channels],
            torch: TorchLayout::Same,
            init: Init::Constant(value),
        };
        let statistics = [
            parameter("running_mean", 0.0),
            parameter("running_var", 1.0),
        ];
        let place = builder.statistics(statistics);
        Self { place }
    }

    /// Normalises each channel of `x [n, h, w, c]` over the batch, scales and shifts it, and does what follows, in one
    /// operation; `None` where there is none for it.
    pub fn fused(
        &self,
        after: After,
        [gamma, beta]: &[Tensor; 2],
        x: &Tensor,
        batch: &mut BatchNorm,
    ) -> Result<Option<Tensor>> {
        let &[n, h, w, _] = x.shape() else {
            return Ok(None);
        };
        let fits = match after {
            After::ReluAvgPool => h % 2 == 0 && h >= 2 && w >= 2,
            _ => n * h * w >= LEAST_VALUES,
        };
        if matches!(batch, BatchNorm::Running(_)) || !fits {
            return Ok(None);
        }
        let [output, mean, variance] = x.batch_norm(gamma, beta, EPS, after)?;
        if let BatchNorm::Record(record) = batch {
            self.note(record, mean, &variance, n * h * w)?;
        }
        Ok(Some(output))
    }

    /// Normalises each channel of `x [n, h, w, c]`, in other operations.
    pub fn normalize(&self, x: &Tensor, batch: &mut BatchNorm) -> Result<Tensor> {
        let over = [0, 1, 2];
        match batch {
            BatchNorm::Batch => normalize(x, &over),
            BatchNorm::Record(record) => {
                let (centred, variance) = centre(x, &over)?;
                let channels = variance.numel();
                let mean = x.detach().mean_dims(&over, false)?;
                let biased = variance.detach().reshape(&[channels])?;
                self.note(record, mean, &biased, x.numel() / channels.max(1))?;
                Ok(centred.div(&variance.add_scalar(EPS)?.sqrt()?)?)
            }
            BatchNorm::Running(running) => {
                let [mean, variance] = self.place.of(running)?;
                Ok(x.sub(mean)?.div(&variance.add_scalar(EPS)?.sqrt()?)?)
            }
        }
    }

    /// Notes down a mean, and the unbiased variance from the biased one of `count` values.
    fn note(
        &self,
        record: &mut BatchStatistics,
        mean: Tensor,
        biased: &Tensor,
        count: usize,
    ) -> Result<()> {
        let count = count as f64;
        let unbiased = biased.mul_scalar(count / (count - 1.0).max(1.0))?;
        record.note(self.place.start(), [mean, unbiased]);
        Ok(())
    }
}
