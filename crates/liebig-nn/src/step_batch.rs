//! What a step trains on, as a function of all images and labels.

use liebig_grad::{Targets, Tensor, vjp};

use crate::{Error, Result};

/// Transforms a batch; the number is that of the step.
pub(crate) type Transform<'a> =
    dyn Fn(usize, &Tensor) -> liebig_grad::Result<Tensor> + Send + Sync + 'a;

/// The batch of a step.
pub(crate) struct StepBatch {
    /// Constants.
    pub images: Tensor,
    pub targets: Targets,
    way_back: Option<WayBack>,
}

/// The graph from all images and labels to those of a batch, if they are not the same.
struct WayBack {
    whole: Vec<Tensor>,
    batch: Vec<Tensor>,
}

impl StepBatch {
    /// The images with the given indices, or all, after the transformation; with a way back only if
    /// `tracked`.
    pub fn new(
        step: usize,
        images: &Tensor,
        targets: &Targets,
        indices: Option<&[usize]>,
        transform: Option<&Transform<'_>>,
        tracked: bool,
    ) -> Result<Self> {
        let tracked = tracked && (indices.is_some() || transform.is_some());
        let variable = |tensor: &Tensor| match tracked {
            true => tensor.requires_grad(),
            false => tensor.detach(),
        };
        let whole_images = variable(images);
        let whole_targets = match targets {
            Targets::Soft(labels) => Targets::Soft(variable(labels)),
            Targets::Hard(classes) => Targets::Hard(classes.clone()),
        };
        let (mut batch, mut batch_targets) = (whole_images.clone(), whole_targets.clone());
        if let Some(indices) = indices {
            batch = batch.index_select(0, indices)?;
            batch_targets = batch_targets.select(indices)?;
        }
        if let Some(transform) = transform {
            batch = transform(step, &batch)?;
            let (samples, targets) = (batch.shape()[0], batch_targets.len());
            if samples != targets {
                return Err(Error::Batch { samples, targets });
            }
        }
        let labels = |targets: &Targets| match targets {
            Targets::Soft(labels) => Some(labels.clone()),
            Targets::Hard(_) => None,
        };
        let with_labels = |images: &Tensor, targets: &Targets| {
            let images = std::iter::once(images.clone());
            images.chain(labels(targets)).collect()
        };
        let way_back = tracked.then(|| WayBack {
            whole: with_labels(&whole_images, &whole_targets),
            batch: with_labels(&batch, &batch_targets),
        });
        Ok(Self {
            images: batch.detach(),
            targets: match batch_targets {
                Targets::Soft(labels) => Targets::Soft(labels.detach()),
                hard @ Targets::Hard(_) => hard,
            },
            way_back,
        })
    }

    /// From products with respect to the batch to those with respect to all images and labels.
    pub fn of_whole(&self, of_batch: Vec<Tensor>) -> Result<Vec<Tensor>> {
        let Some(way_back) = &self.way_back else {
            return Ok(of_batch);
        };
        let [batch, of_batch, whole] = [&way_back.batch, &of_batch, &way_back.whole]
            .map(|list| list.iter().collect::<Vec<_>>());
        Ok(vjp(&batch, &of_batch, &whole, false)?)
    }
}
