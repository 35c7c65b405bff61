//! One shard's part of a batch's gradient, on a graph of its own.

use std::ops::Range;

use liebig_grad::{Targets, Tensor, grad, shard, vjp};

use crate::parallel::shard_loss;
use crate::{Criterion, Model, Result};

/// Some neighbouring images and their part of the gradient of the batch's mean cross-entropy with
/// respect to the weights, on a graph that leads back to the weights, the images and soft labels.
pub(crate) struct ShardGradient {
    pub loss: f64,
    weights: Vec<Tensor>,
    images: Tensor,
    /// `None` where targets are classes.
    labels: Option<Tensor>,
    gradient: Vec<Tensor>,
}

/// Vector-Jacobian products with a gradient.
pub(crate) struct Products {
    pub weights: Vec<Tensor>,
    /// With respect to the images and, if they are soft, the labels.
    pub inputs: Vec<Tensor>,
}

impl ShardGradient {
    /// The part of the samples in `range`.
    pub fn new(
        model: &dyn Model,
        weights: &[Tensor],
        x: &Tensor,
        targets: &Targets,
        range: Range<usize>,
    ) -> Result<Self> {
        let batch = x.shape()[0];
        let weights: Vec<Tensor> = weights.iter().map(Tensor::requires_grad).collect();
        let images = x.detach().slice(0, range.start, range.end)?.requires_grad();
        let targets = match targets.slice(range)? {
            Targets::Soft(labels) => Targets::Soft(labels.requires_grad()),
            hard @ Targets::Hard(_) => hard,
        };
        let logits = model.forward(&weights, &images)?;
        let loss = shard_loss(Criterion::CrossEntropy, &logits, &targets, batch)?;
        let gradient = grad(&loss, &weights.iter().collect::<Vec<_>>(), true)?;
        let labels = match targets {
            Targets::Soft(labels) => Some(labels),
            Targets::Hard(_) => None,
        };
        Ok(Self {
            loss: loss.item()?,
            weights,
            images,
            labels,
            gradient,
        })
    }

    /// The gradient; constants.
    pub fn values(&self) -> Vec<Tensor> {
        self.gradient.iter().map(Tensor::detach).collect()
    }

    /// The product with respect to the images alone.
    pub fn vjp_images(&self, cotangents: &[Option<Tensor>]) -> Result<Tensor> {
        let mut products = self.vjp_with(&[&self.images], cotangents.iter().map(Option::as_ref))?;
        Ok(products.remove(0))
    }

    /// The products with respect to everything.
    pub fn vjp(&self, cotangents: &[Tensor]) -> Result<Products> {
        let sources = self.weights.iter().chain([&self.images]);
        let sources: Vec<&Tensor> = sources.chain(&self.labels).collect();
        let mut weights = self.vjp_with(&sources, cotangents.iter().map(Some))?;
        let inputs = weights.split_off(self.weights.len());
        Ok(Products { weights, inputs })
    }

    fn vjp_with<'a>(
        &self,
        sources: &[&Tensor],
        cotangents: impl Iterator<Item = Option<&'a Tensor>>,
    ) -> Result<Vec<Tensor>> {
        let pairs = self.gradient.iter().zip(cotangents);
        let (outputs, cotangents): (Vec<&Tensor>, Vec<&Tensor>) = pairs
            .filter_map(|(output, cotangent)| Some((output, cotangent?)))
            .unzip();
        Ok(vjp(&outputs, &cotangents, sources, false)?)
    }
}

impl Products {
    /// Joins the products of neighbouring shards.
    pub fn join(self, right: &Self) -> Result<Self> {
        let pairs = self.inputs.iter().zip(&right.inputs);
        let inputs = pairs.map(|(left, right)| Tensor::cat(&[left, right], 0));
        Ok(Self {
            inputs: inputs.collect::<Result<_, _>>()?,
            weights: shard::add(self.weights, &right.weights)?,
        })
    }
}
