//! Features of a batch, and of synthetic images as a function of them.

use liebig_grad::{Tensor, vjp};

use crate::check::check_shape;
use crate::parallel::{cat, check_samples, map_items, map_shards};
use crate::{Model, Result};

/// The features `[n, d]` before the classifier, for samples `x [n, channels, height, width]`, in
/// training mode. No graph is kept, so a shard's layers are all that is in memory at a time.
///
/// # Errors
/// [`Error::Batch`](crate::Error::Batch) if there is no sample; other errors if the weights or samples
/// do not fit the model.
pub fn features(model: &dyn Model, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
    let weights = constants(weights);
    check_samples(x)?;
    let parts = map_shards(model, x, |range| {
        let x = x.detach().slice(0, range.start, range.end)?;
        model.features(&weights, &x)
    })?;
    cat(&parts)
}

/// Features of synthetic images with their graph. Distribution matching (Zhao and Bilen, arXiv
/// 2110.04181) compares them with those of real images and differentiates the distance with respect to
/// the synthetic ones.
///
/// As with [`SyntheticGradient`](crate::SyntheticGradient), shards have graphs of their own and are
/// processed in parallel. The weights are constants.
pub struct SyntheticFeatures {
    features: Tensor,
    shards: Vec<Shard>,
}

/// Some neighbouring images and their features, on a graph that leads back to them.
struct Shard {
    images: Tensor,
    features: Tensor,
}

impl SyntheticFeatures {
    /// Computes the features of images `x [n, channels, height, width]`, in training mode.
    ///
    /// # Errors
    /// As for [`features`].
    pub fn new(model: &dyn Model, weights: &[Tensor], x: &Tensor) -> Result<Self> {
        let weights = constants(weights);
        check_samples(x)?;
        let shards = map_shards(model, x, |range| {
            let images = x.detach().slice(0, range.start, range.end)?.requires_grad();
            let features = model.features(&weights, &images)?;
            Ok(Shard { images, features })
        })?;
        let values: Vec<Tensor> = shards.iter().map(|s| s.features.detach()).collect();
        Ok(Self {
            features: cat(&values)?,
            shards,
        })
    }

    /// The features `[n, d]`; constants.
    pub fn features(&self) -> &Tensor {
        &self.features
    }

    /// From the gradient `[n, d]` of something with respect to [`features`](Self::features) to its
    /// gradient with respect to the images, `[n, channels, height, width]`.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if the cotangent does not have the features' shape.
    pub fn vjp_images(&self, cotangent: &Tensor) -> Result<Tensor> {
        check_shape("cotangent", cotangent, self.features.shape())?;
        let mut end = 0;
        let shards = self.shards.iter().map(|shard| {
            let start = end;
            end += shard.features.shape()[0];
            (shard, cotangent.slice(0, start, end))
        });
        let parts = map_items(&shards.collect::<Vec<_>>(), |(shard, cotangent)| {
            let cotangent = cotangent.as_ref().map_err(Clone::clone)?;
            let mut parts = vjp(&[&shard.features], &[cotangent], &[&shard.images], false)?;
            Ok(parts.remove(0))
        })?;
        cat(&parts)
    }
}

fn constants(tensors: &[Tensor]) -> Vec<Tensor> {
    tensors.iter().map(Tensor::detach).collect()
}
