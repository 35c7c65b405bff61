//! The objective: the squared distance between the mean features of real and of synthetic samples, class by class.

use liebig_data::stream;
use liebig_grad::Tensor;
use liebig_nn::{Learner, Sgd};
use rayon::prelude::*;

use super::Dm;
use crate::methods::siamese::{Siamese, back};
use crate::methods::{At, Losses, Method, Objective};
use crate::synthetic::{Cotangents, Synthetic};
use crate::{Error, Task};

/// Distribution matching on fresh networks.
pub(crate) struct DistributionMatching<'a> {
    task: Task<'a>,
    settings: Dm,
}

/// The squared distances between the mean features of real and synthetic samples, one for each pair of `real` and `x`
/// (each `[n, C, H, W]`), and their gradients with respect to each `x`. All pairs go through the network as one batch,
/// which matters if the network normalises over the batch.
pub(crate) fn match_means(
    learner: &Learner<'_>,
    real: &[Tensor],
    x: &[Tensor],
) -> Result<Vec<(f64, Tensor)>, Error> {
    let all = |parts: &[Tensor]| Tensor::cat(&parts.iter().collect::<Vec<_>>(), 0);
    let real_features = learner.features(&all(real)?)?;
    let synthetic = learner.synthetic_features(&all(x)?)?;
    let (mut losses, mut cotangents) = (Vec::new(), Vec::new());
    let (mut of_real, mut of_x) = (0, 0);
    for (real, x) in real.iter().zip(x) {
        let mean = |features: &Tensor, start: usize, part: &Tensor| {
            let count = part.shape()[0];
            features
                .slice(0, start, start + count)?
                .mean_dims(&[0], true)
        };
        let target = mean(&real_features, of_real, real)?;
        let difference = mean(synthetic.features(), of_x, x)?.sub(&target)?;
        losses.push(difference.square()?.sum()?.item()?);
        let count = x.shape()[0];
        let features = difference.shape()[1];
        let cotangent = difference.mul_scalar(2.0 / count as f64)?;
        cotangents.push(cotangent.broadcast_to(&[count, features])?);
        of_real += real.shape()[0];
        of_x += count;
    }
    let gradient = synthetic.vjp_images(&all(&cotangents)?)?;
    let mut start = 0;
    losses
        .into_iter()
        .zip(x)
        .map(|(loss, x)| {
            let end = start + x.shape()[0];
            let part = gradient.slice(0, start, end)?;
            start = end;
            Ok((loss, part))
        })
        .collect()
}

impl<'a> DistributionMatching<'a> {
    pub(super) fn new(task: Task<'a>, settings: Dm) -> Self {
        Self { task, settings }
    }

    fn stream(&self, what: &str, iteration: u64) -> rand_chacha::ChaCha8Rng {
        stream(self.task.seed, &format!("{}/{what}", Dm::NAME), iteration)
    }

    /// [`match_means`] of some classes, each with its own transformation.
    fn pull_classes(
        &self,
        learner: &Learner<'_>,
        set: &Synthetic,
        iteration: u64,
        classes: &[usize],
    ) -> Result<Vec<(f64, Tensor)>, Error> {
        let train = self.task.train;
        let (mut real, mut leaves, mut transformed) = (Vec::new(), Vec::new(), Vec::new());
        for &class in classes {
            let mut rng = self.stream(&format!("real/{class}"), iteration);
            let drawn = train.draw(class, self.settings.batch_real, &mut rng);
            let mut rng = self.stream(&format!("augment/{class}"), iteration);
            let siamese = Siamese::draw(&self.settings.dsa_strategy, train.shape(), &mut rng);
            let x = set.of_class(class)?.requires_grad();
            real.push(siamese.apply(&self.task.real(&drawn)?)?);
            transformed.push(siamese.apply(&x)?);
            leaves.push(x);
        }
        let matched = match_means(learner, &real, &transformed)?;
        matched
            .into_iter()
            .zip(transformed.iter().zip(&leaves))
            .map(|((loss, gradient), (transformed, x))| {
                Ok((loss, back(transformed, &gradient, x)?))
            })
            .collect()
    }
}

impl<'a> Objective for DistributionMatching<'a> {
    type Context = Learner<'a>;

    fn context(&mut self, iteration: u64) -> Result<Learner<'a>, Error> {
        let mut rng = self.stream("network", iteration);
        let Task { model, device, .. } = self.task;
        // The weights of the network do not change.
        Ok(Learner::fresh(model, Sgd::new(0.0), &mut rng, device)?)
    }

    /// The mean distance over the classes, and the gradient of the sum, as published.
    fn pull(
        &self,
        learner: &Learner<'a>,
        set: &Synthetic,
        at: At,
    ) -> Result<(Losses, Cotangents), Error> {
        let all: Vec<usize> = (0..self.task.train.classes()).collect();
        // As published, a network that normalises over the batch gets all classes at once; others one class per thread.
        let together = if self.task.model.needs_whole_batch() {
            all.len()
        } else {
            1
        };
        let pulled = all
            .par_chunks(together)
            .map(|classes| self.pull_classes(learner, set, at.iteration, classes))
            .collect::<Result<Vec<_>, Error>>()?
            .concat();
        let loss = pulled.iter().map(|(loss, _)| loss).sum::<f64>() / all.len() as f64;
        let gradients: Vec<&Tensor> = pulled.iter().map(|(_, gradient)| gradient).collect();
        Ok((loss.into(), Tensor::cat(&gradients, 0)?.into()))
    }
}
