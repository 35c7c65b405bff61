//! Losses, gradients and predictions of a batch that is cut into shards.
//!
//! Each shard's whole forward and backward pass runs on one thread, and the order in which results are
//! combined depends on the batch's size alone: they are bit-identical for every number of threads.

use std::ops::Range;

use liebig_grad::{Targets, Tensor, grad, shard};
use rayon::prelude::*;

use crate::{BatchNorm, Error, Model, Result};

/// A loss and its gradient with respect to the weights.
#[derive(Clone, Debug)]
pub struct LossGradient {
    /// Mean cross-entropy of the batch.
    pub loss: f64,
    /// In the order and layout of the weights; constants.
    pub gradient: Vec<Tensor>,
    /// What [`update_statistics`](crate::update_statistics) takes: mean and unbiased variance of the
    /// batch at each batch normalisation. Empty without.
    pub statistics: Vec<Tensor>,
}

/// Mean cross-entropy of samples `x [n, channels, height, width]` in training mode, and its gradient
/// with respect to the weights.
///
/// # Errors
/// [`Error::Batch`] if there is no sample or not one target for each, and where the weights or samples
/// do not fit the model.
pub fn loss_gradient(
    model: &dyn Model,
    weights: &[Tensor],
    x: &Tensor,
    targets: &Targets,
) -> Result<LossGradient> {
    let batch = check_batch(x, targets)?;
    let shard = |range: Range<usize>| {
        let weights: Vec<Tensor> = weights.iter().map(Tensor::requires_grad).collect();
        let x = x.detach().slice(0, range.start, range.end)?;
        let mut statistics = Vec::new();
        let norm = BatchNorm::Record(&mut statistics);
        let logits = model.classify(&weights, &model.features_with(&weights, &x, norm)?)?;
        let loss = shard_loss(&logits, &targets.slice(range)?, batch)?;
        let inputs: Vec<&Tensor> = weights.iter().collect();
        Ok(LossGradient {
            gradient: grad(&loss, &inputs, false)?,
            loss: loss.item()?,
            statistics,
        })
    };
    let mut whole = reduce_shards(model, x, shard, |left, right| {
        Ok(LossGradient {
            loss: left.loss + right.loss,
            gradient: shard::add(left.gradient, &right.gradient)?,
            statistics: left.statistics,
        })
    })?;
    // Whoever has statistics of its own runs in one shard; fixed ones are not the batch's.
    if model.statistics().is_empty() {
        whole.statistics.clear();
    }
    Ok(whole)
}

/// Logits `[n, classes]` for samples `x [n, channels, height, width]`, in evaluation mode.
///
/// # Errors
/// [`Error::NeedsStatistics`] for batch normalisation outside of [`Frozen`](crate::Frozen),
/// [`Error::Batch`] if there is no sample, and where the weights or samples do not fit the model.
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
    Ok(Tensor::cat(&logits.iter().collect::<Vec<_>>(), 0)?)
}

/// Refuses a batch without samples.
pub(crate) fn check_samples(x: &Tensor) -> Result<()> {
    let (images, targets) = (x.shape()[0], 0);
    match images {
        0 => Err(Error::Batch { images, targets }),
        _ => Ok(()),
    }
}

/// The size of a batch that has as many samples as targets.
pub(crate) fn check_batch(x: &Tensor, targets: &Targets) -> Result<usize> {
    let (images, targets) = (x.shape()[0], targets.len());
    if images == 0 || images != targets {
        return Err(Error::Batch { images, targets });
    }
    Ok(images)
}

/// Runs `body` on every shard of samples `x` in parallel: on one, if the model mixes the samples of a
/// batch.
pub(crate) fn map_shards<R: Send>(
    model: &dyn Model,
    x: &Tensor,
    body: impl Fn(Range<usize>) -> Result<R> + Sync + Send,
) -> Result<Vec<R>> {
    map_items(&shards(model, x), |range| body(range.clone()))
}

/// [`map_shards`], and joins the results.
pub(crate) fn reduce_shards<R: Send>(
    model: &dyn Model,
    x: &Tensor,
    body: impl Fn(Range<usize>) -> Result<R> + Sync + Send,
    join: impl Fn(R, R) -> Result<R> + Sync,
) -> Result<R> {
    reduce_items(&shards(model, x), |range| body(range.clone()), join)
}

fn shards(model: &dyn Model, x: &Tensor) -> Vec<Range<usize>> {
    let batch = x.shape()[0];
    if model.needs_whole_batch() {
        return std::iter::once(0..batch).collect();
    }
    shard::ranges(batch, x.numel() / batch.max(1))
}

/// Runs `body` on the parts of a batch in parallel and joins the results.
pub(crate) fn reduce_items<T: Sync, R: Send>(
    items: &[T],
    body: impl Fn(&T) -> Result<R> + Sync,
    join: impl Fn(R, R) -> Result<R> + Sync,
) -> Result<R> {
    let (images, targets) = (0, 0);
    shard::reduce(items, body, join)?.ok_or(Error::Batch { images, targets })
}

/// A shard's part of the mean cross-entropy of `batch` samples.
pub(crate) fn shard_loss(logits: &Tensor, targets: &Targets, batch: usize) -> Result<Tensor> {
    let share = targets.len() as f64 / batch as f64;
    Ok(logits.cross_entropy(targets)?.mul_scalar(share)?)
}

/// Runs `body` on every item in parallel; results and the first error in the items' order.
pub(crate) fn map_items<T: Sync, R: Send>(
    items: &[T],
    body: impl Fn(&T) -> Result<R> + Sync + Send,
) -> Result<Vec<R>> {
    let results: Vec<Result<R>> = items.par_iter().map(body).collect();
    results.into_iter().collect()
}
