//! Losses, gradients and predictions of a batch that is cut into shards.
//!
//! Each shard's whole forward and backward pass runs on one thread, and the order in which results are
//! combined depends on the shape of the batch alone: they are bit-identical for every number of
//! threads.

use std::ops::Range;

use liebig_grad::{Targets, Tensor, grad, shard};
use rayon::prelude::*;

use crate::{BatchNorm, BatchStatistics, Criterion, Error, Model, Result};

/// A loss and its gradient with respect to the weights.
#[derive(Clone, Debug)]
pub struct LossGradient {
    /// Mean loss of the batch.
    pub loss: f64,
    /// The gradient, in the order and layout of the weights; constants.
    pub gradient: Vec<Tensor>,
    /// The logits `[n, classes]`; constants.
    pub logits: Tensor,
    /// Mean and unbiased variance of the batch at each batch normalisation, as
    /// [`update_statistics`](crate::update_statistics) takes them. Empty without batch normalisation.
    pub statistics: Vec<Tensor>,
}

/// One shard's part of a [`LossGradient`], or that of some neighbouring shards.
struct Part {
    loss: f64,
    gradient: Vec<Tensor>,
    /// One tensor for each shard.
    logits: Vec<Tensor>,
    statistics: BatchStatistics,
}

/// Mean cross-entropy of samples `x [n, channels, height, width]` in training mode, and its gradient
/// with respect to the weights.
///
/// # Errors
/// [`Error::Batch`] if there is no sample or not one target for each; other errors if the weights or
/// samples do not fit the model.
pub fn loss_gradient(
    model: &dyn Model,
    weights: &[Tensor],
    x: &Tensor,
    targets: &Targets,
) -> Result<LossGradient> {
    loss_gradient_of(Criterion::CrossEntropy, model, weights, x, targets)
}

/// [`loss_gradient`] of any criterion.
///
/// # Errors
/// As for [`loss_gradient`].
pub fn loss_gradient_of(
    criterion: Criterion,
    model: &dyn Model,
    weights: &[Tensor],
    x: &Tensor,
    targets: &Targets,
) -> Result<LossGradient> {
    let batch = check_batch(x, targets)?;
    let shard = |range: Range<usize>| {
        let weights: Vec<Tensor> = weights.iter().map(Tensor::requires_grad).collect();
        let x = x.detach().slice(0, range.start, range.end)?;
        let mut statistics = BatchStatistics::default();
        let norm = BatchNorm::Record(&mut statistics);
        let logits = model.classify(&weights, &model.features_with(&weights, &x, norm)?)?;
        let loss = shard_loss(criterion, &logits, &targets.slice(range)?, batch)?;
        let inputs: Vec<&Tensor> = weights.iter().collect();
        Ok(Part {
            gradient: grad(&loss, &inputs, false)?,
            loss: loss.item()?,
            logits: vec![logits.detach()],
            statistics,
        })
    };
    let whole = reduce_shards(model, x, shard, |mut left, right| {
        left.logits.extend(right.logits);
        Ok(Part {
            loss: left.loss + right.loss,
            gradient: shard::add(left.gradient, &right.gradient)?,
            ..left
        })
    })?;
    // A model with statistics of its own has the whole batch in one shard. A frozen model has none:
    // what it records are its fixed statistics, not the batch's.
    let statistics = match model.statistics() {
        [] => Vec::new(),
        _ => whole.statistics.into_list(),
    };
    Ok(LossGradient {
        loss: whole.loss,
        gradient: whole.gradient,
        logits: cat(&whole.logits)?,
        statistics,
    })
}

/// Logits `[n, classes]` for samples `x [n, channels, height, width]`, in evaluation mode.
///
/// # Errors
/// [`Error::NeedsStatistics`] for batch normalisation outside of [`Frozen`](crate::Frozen),
/// [`Error::Batch`] if there is no sample; other errors if the weights or samples do not fit the
/// model.
pub fn predict(model: &dyn Model, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
    if model.needs_whole_batch() {
        let model = model.name().to_string();
        return Err(Error::NeedsStatistics { model });
    }
    check_samples(x)?;
    let weights: Vec<Tensor> = weights.iter().map(Tensor::detach).collect();
    let logits = map_shards(model, x, |range| {
        model.forward(&weights, &x.detach().slice(0, range.start, range.end)?)
    })?;
    cat(&logits)
}

/// The error for a batch without samples.
pub(crate) const EMPTY: Error = Error::Batch {
    samples: 0,
    targets: 0,
};

/// Number of samples; 0 for a tensor without dimensions.
fn batch_size(x: &Tensor) -> usize {
    x.shape().first().copied().unwrap_or(0)
}

/// Joins parts of a batch.
pub(crate) fn cat(parts: &[Tensor]) -> Result<Tensor> {
    Ok(Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0)?)
}

/// Refuses a batch without samples.
pub(crate) fn check_samples(x: &Tensor) -> Result<()> {
    match batch_size(x) {
        0 => Err(EMPTY),
        _ => Ok(()),
    }
}

/// The size of a batch that has as many samples as targets.
pub(crate) fn check_batch(x: &Tensor, targets: &Targets) -> Result<usize> {
    let (samples, targets) = (batch_size(x), targets.len());
    if samples == 0 || samples != targets {
        return Err(Error::Batch { samples, targets });
    }
    Ok(samples)
}

/// Runs `body` on every shard of samples `x` in parallel. If the model mixes the samples of a batch,
/// the whole batch is one shard.
pub(crate) fn map_shards<R: Send>(
    model: &dyn Model,
    x: &Tensor,
    body: impl Fn(Range<usize>) -> Result<R> + Sync + Send,
) -> Result<Vec<R>> {
    map_items(&shards_of(model, x), |range| body(range.clone()))
}

/// [`map_shards`] that joins the results.
pub(crate) fn reduce_shards<R: Send>(
    model: &dyn Model,
    x: &Tensor,
    body: impl Fn(Range<usize>) -> Result<R> + Sync + Send,
    join: impl Fn(R, R) -> Result<R> + Sync,
) -> Result<R> {
    reduce_items(&shards_of(model, x), |range| body(range.clone()), join)
}

/// The shards of `batch` samples with `elements` values each.
pub(crate) fn shards(model: &dyn Model, batch: usize, elements: usize) -> Vec<Range<usize>> {
    if model.needs_whole_batch() {
        return std::iter::once(0..batch).collect();
    }
    let sizes = shard::Sizes {
        sample: elements,
        activations: model.activations(),
        parameters: model.parameter_count(),
    };
    shard::ranges(batch, sizes)
}

fn shards_of(model: &dyn Model, x: &Tensor) -> Vec<Range<usize>> {
    let batch = batch_size(x);
    shards(model, batch, x.numel() / batch.max(1))
}

/// Runs `body` on the parts of a batch in parallel and joins the results.
pub(crate) fn reduce_items<T: Sync, R: Send>(
    items: &[T],
    body: impl Fn(&T) -> Result<R> + Sync,
    join: impl Fn(R, R) -> Result<R> + Sync,
) -> Result<R> {
    shard::reduce(items, body, join)?.ok_or(EMPTY)
}

/// A shard's part of the mean loss of `batch` samples.
pub(crate) fn shard_loss(
    criterion: Criterion,
    logits: &Tensor,
    targets: &Targets,
    batch: usize,
) -> Result<Tensor> {
    let share = targets.len() as f64 / batch as f64;
    Ok(criterion.mean(logits, targets)?.mul_scalar(share)?)
}

/// Runs `body` on every item in parallel. The results are in the items' order; of errors, the first
/// item's is returned.
pub(crate) fn map_items<T: Sync, R: Send>(
    items: &[T],
    body: impl Fn(&T) -> Result<R> + Sync + Send,
) -> Result<Vec<R>> {
    if let [item] = items {
        return Ok(vec![liebig_grad::shard::alone(|| body(item))?]);
    }
    let results: Vec<Result<R>> = items.par_iter().map(body).collect();
    results.into_iter().collect()
}
