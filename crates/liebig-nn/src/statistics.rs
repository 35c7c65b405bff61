//! Running statistics of batch normalisation, apart from the trainable weights.

use liebig_grad::Tensor;

use crate::check::{check_fit, check_pairs};
use crate::{BatchNorm, Model, Parameter, Result};

/// Share of a new batch in the running statistics; PyTorch's default.
const MOMENTUM: f64 = 0.1;

/// Moves running statistics a tenth of the way towards those of a batch, as PyTorch does after every
/// forward pass in training mode.
///
/// `batch` is [`LossGradient::statistics`](crate::LossGradient::statistics) or
/// [`BatchStatistics::into_list`](crate::BatchStatistics::into_list).
///
/// # Errors
/// [`Error::Count`](crate::Error::Count) or [`Error::Shape`](crate::Error::Shape) if the lists do not
/// match.
pub fn update_statistics(running: &mut [Tensor], batch: &[Tensor]) -> Result<()> {
    check_pairs("batch statistics", running, batch)?;
    for (running, batch) in running.iter_mut().zip(batch) {
        let kept = running.detach().mul_scalar(1.0 - MOMENTUM)?;
        *running = kept.add(&batch.detach().mul_scalar(MOMENTUM)?)?;
    }
    Ok(())
}

/// A model whose batch normalisation uses fixed statistics: PyTorch's evaluation mode.
///
/// It is a model itself: it can predict, train and be matched, and its batches can be cut into shards.
pub struct Frozen<'a> {
    model: &'a dyn Model,
    running: Vec<Tensor>,
}

impl<'a> Frozen<'a> {
    /// Fixes a model's statistics: running mean and variance in the order of
    /// [`Model::statistics`]. Without batch normalisation the list is empty, and nothing changes.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) or [`Error::Shape`](crate::Error::Shape) if they are not
    /// this model's.
    pub fn new(model: &'a dyn Model, running: &[Tensor]) -> Result<Self> {
        check_fit("running statistics", model.statistics(), running)?;
        let running = running.iter().map(Tensor::detach).collect();
        Ok(Self { model, running })
    }
}

impl Model for Frozen<'_> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn parameters(&self) -> &[Parameter] {
        self.model.parameters()
    }

    fn activations(&self) -> usize {
        self.model.activations()
    }

    /// Always with the fixed statistics, which are also what is recorded.
    fn features_with(&self, weights: &[Tensor], x: &Tensor, norm: BatchNorm) -> Result<Tensor> {
        if let BatchNorm::Record(record) = norm {
            record.note(0, self.running.iter().cloned());
        }
        let running = BatchNorm::Running(&self.running);
        self.model.features_with(weights, x, running)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.model.classify(weights, features)
    }
}
