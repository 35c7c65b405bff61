//! Running statistics of batch normalisation, apart from the trainable weights.

use liebig_grad::Tensor;

use crate::optim::check_pairs;
use crate::{BatchNorm, Error, Model, Parameter, Result};

/// Share of a new batch in the running statistics; PyTorch's default.
const MOMENTUM: f64 = 0.1;

/// Moves running statistics a tenth of the way towards those of a batch, as PyTorch does after every
/// forward pass in training mode.
///
/// `batch` is what [`LossGradient::statistics`](crate::LossGradient) or
/// [`BatchNorm::Record`] gave.
///
/// # Errors
/// [`Error::Count`] or [`Error::Shape`] if the lists do not go together.
pub fn update_statistics(running: &mut [Tensor], batch: &[Tensor]) -> Result<()> {
    check_pairs("batch statistics", running, batch)?;
    for (running, batch) in running.iter_mut().zip(batch) {
        let kept = running.detach().mul_scalar(1.0 - MOMENTUM)?;
        *running = kept.add(&batch.detach().mul_scalar(MOMENTUM)?)?;
    }
    Ok(())
}

/// Refuses a list of the wrong length.
pub(crate) fn check_count<T>(what: &'static str, list: &[T], expected: usize) -> Result<()> {
    let found = list.len();
    if found == expected {
        return Ok(());
    }
    Err(Error::Count {
        what,
        found,
        expected,
    })
}

/// A model whose batch normalisation uses fixed statistics: PyTorch's evaluation mode.
///
/// A model itself: it can predict, train and be matched, and its batches can be cut into shards.
pub struct Frozen<'a> {
    model: &'a dyn Model,
    running: Vec<Tensor>,
}

impl<'a> Frozen<'a> {
    /// Fixes a model's statistics: running mean and variance in the order of
    /// [`Model::statistics`]. Without batch normalisation there are none, and nothing changes.
    ///
    /// # Errors
    /// [`Error::Count`] or [`Error::Shape`] if they are not this model's.
    pub fn new(model: &'a dyn Model, running: &[Tensor]) -> Result<Self> {
        check_count("running statistics", running, model.statistics().len())?;
        for (parameter, tensor) in model.statistics().iter().zip(running) {
            if parameter.shape != tensor.shape() {
                return Err(Error::Shape {
                    name: parameter.name.clone(),
                    found: tensor.shape().to_vec(),
                    expected: parameter.shape.clone(),
                });
            }
        }
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

    /// Always with the fixed statistics, which are also what is recorded.
    fn features_with(&self, weights: &[Tensor], x: &Tensor, norm: BatchNorm) -> Result<Tensor> {
        if let BatchNorm::Record(record) = norm {
            record.extend(self.running.iter().cloned());
        }
        let running = BatchNorm::Running(&self.running);
        self.model.features_with(weights, x, running)
    }

    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor> {
        self.model.classify(weights, features)
    }
}
