//! The objective: the distance between the gradients of real and of synthetic samples, class by class.

use std::time::Instant;

use liebig_data::stream;
use liebig_grad::{Targets, Tensor};
use liebig_nn::{Learner, Sgd};
use rand::seq::SliceRandom;
use rayon::prelude::*;

use super::{Distance, Settings, distance};
use crate::methods::siamese::{Siamese, augmented};
use crate::methods::{At, Losses, Objective};
use crate::synthetic::{Cotangents, Synthetic};
use crate::{Error, Task};

/// Number of real samples of each class from which the statistics of batch normalisation are computed.
const BATCH_STATISTICS: usize = 16;

/// Gradient matching on fresh networks that learn from the synthetic set between updates.
pub(crate) struct GradientMatching<'a> {
    /// The method's name, which begins the names of its random streams.
    name: &'static str,
    task: Task<'a>,
    settings: Settings,
}

/// The distance between the gradients that real and synthetic samples of one class give the network, and its gradient
/// with respect to the synthetic ones. `x` and `real` are `[n, C, H, W]`.
pub(crate) fn match_class(
    learner: &Learner<'_>,
    distance: Distance,
    real: &Tensor,
    x: &Tensor,
    class: usize,
) -> Result<(f64, Tensor), Error> {
    let targets = |x: &Tensor| Targets::Hard(vec![class; x.shape()[0]]);
    let target = learner.gradient(real, &targets(real))?;
    match_target(learner, distance, &target, x, &targets(x))
}

/// [`match_class`] with a known gradient of the real samples, for synthetic ones of any class.
pub(crate) fn match_target(
    learner: &Learner<'_>,
    distance: Distance,
    target: &[Tensor],
    x: &Tensor,
    targets: &Targets,
) -> Result<(f64, Tensor), Error> {
    let synthetic = learner.synthetic_gradient(x, targets)?;
    let (loss, cotangents) = distance::with_gradient(distance, synthetic.gradient(), target)?;
    Ok((loss, synthetic.vjp_images(&cotangents)?))
}

impl<'a> GradientMatching<'a> {
    pub(super) fn new(name: &'static str, task: Task<'a>, settings: Settings) -> Self {
        Self {
            name,
            task,
            settings,
        }
    }

    fn stream(&self, what: &str, iteration: u64) -> rand_chacha::ChaCha8Rng {
        stream(self.task.seed, &format!("{}/{what}", self.name), iteration)
    }

    /// The distance for one class, and its gradient with respect to the class's synthetic samples.
    fn pull_class(
        &self,
        learner: &Learner<'_>,
        set: &Synthetic,
        at: At,
        class: usize,
    ) -> Result<(f64, Tensor), Error> {
        let At { iteration, update } = at;
        let train = self.task.train;
        let mut rng = self.stream(&format!("real/{update}/{class}"), iteration);
        let real = self
            .task
            .real(&train.draw(class, self.settings.batch_real, &mut rng))?;
        let x = set.of_class(class)?;
        let mut rng = self.stream(&format!("augment/{update}/{class}"), iteration);
        let siamese = Siamese::draw(&self.settings.dsa_strategy, train.shape(), &mut rng);
        siamese.pull(&real, &x, |real, x| {
            match_class(learner, self.settings.distance, real, x, class)
        })
    }

    fn pull_classes(
        &self,
        learner: &Learner<'_>,
        set: &Synthetic,
        at: At,
        classes: usize,
    ) -> Result<Vec<(f64, Tensor)>, Error> {
        (0..classes)
            .into_par_iter()
            .map(|class| self.pull_class(learner, set, at, class))
            .collect()
    }

    fn train_batch(
        &self,
        learner: &mut Learner<'_>,
        set: &Synthetic,
        batch: &[usize],
        rng: &mut rand_chacha::ChaCha8Rng,
    ) -> Result<(), Error> {
        let x = set.samples().index_select(0, batch)?;
        let x = augmented(&self.settings.dsa_strategy, x, self.task.train, rng)?;
        learner.learn(&x, &set.targets()?.select(batch)?)?;
        Ok(())
    }
}

impl<'a> Objective for GradientMatching<'a> {
    type Context = Learner<'a>;

    fn context(&mut self, iteration: u64) -> Result<Learner<'a>, Error> {
        let mut rng = self.stream("network", iteration);
        let sgd = Sgd::new(self.settings.lr_net);
        let Task { model, device, .. } = self.task;
        Ok(Learner::fresh(model, sgd, &mut rng, device)?)
    }

    fn updates(&self) -> usize {
        self.settings.outer_loops
    }

    /// Computes the statistics of batch normalisation from a few real samples of every class.
    fn before(&self, learner: &mut Learner<'a>, _: &Synthetic, at: At) -> Result<(), Error> {
        if !self.task.model.needs_whole_batch() {
            return Ok(());
        }
        let mut rng = self.stream(&format!("statistics/{}", at.update), at.iteration);
        let train = self.task.train;
        let (mut chosen, mut labels) = (Vec::new(), Vec::new());
        for class in 0..train.classes() {
            let drawn = train.draw(class, BATCH_STATISTICS, &mut rng);
            labels.extend(vec![class; drawn.len()]);
            chosen.extend(drawn);
        }
        Ok(learner.observe(&self.task.real(&chosen)?, &Targets::Hard(labels))?)
    }

    /// The mean distance over the classes, and the gradient of the sum, as published.
    fn pull(
        &self,
        learner: &Learner<'a>,
        set: &Synthetic,
        at: At,
    ) -> Result<(Losses, Cotangents), Error> {
        let classes = self.task.train.classes();
        let pulled = self.pull_classes(learner, set, at, classes)?;
        let loss = pulled.iter().map(|(loss, _)| loss).sum::<f64>() / classes as f64;
        let gradients: Vec<&Tensor> = pulled.iter().map(|(_, gradient)| gradient).collect();
        Ok((loss.into(), Tensor::cat(&gradients, 0)?.into()))
    }

    /// Trains the network on the current synthetic samples.
    fn between(&self, learner: &mut Learner<'a>, set: &Synthetic, at: At) -> Result<(), Error> {
        let At { iteration, update } = at;
        let mut rng = self.stream(&format!("train/{update}"), iteration);
        let mut augmenting = self.stream(&format!("train/augment/{update}"), iteration);
        let mut order: Vec<usize> = (0..set.budget().total()).collect();
        for _ in 0..self.settings.inner_epochs {
            order.shuffle(&mut rng);
            for batch in order.chunks(self.settings.batch_train) {
                self.train_batch(learner, set, batch, &mut augmenting)?;
            }
        }
        Ok(())
    }

    /// Measures as many classes as run at once, and one batch of training.
    fn estimate(&mut self, set: &Synthetic) -> Result<f64, Error> {
        let at = At::default();
        let mut learner = self.context(at.iteration)?;
        let all = self.task.train.classes();
        let classes = all.min(rayon::current_num_threads().max(2));
        let mut matching = 0.0;
        // Twice, because the first run is slower.
        for _ in 0..2 {
            let started = Instant::now();
            self.pull_classes(&learner, set, at, classes)?;
            matching = started.elapsed().as_secs_f64();
        }
        let update = matching * all as f64 / classes as f64;
        let total = set.budget().total();
        let batch: Vec<usize> = (0..total.min(self.settings.batch_train)).collect();
        let started = Instant::now();
        self.train_batch(&mut learner, set, &batch, &mut self.stream("estimate", 0))?;
        let epoch = started.elapsed().as_secs_f64() * total as f64 / batch.len().max(1) as f64;
        let loops = self.settings.outer_loops as f64;
        Ok(update * loops + epoch * (loops - 1.0) * self.settings.inner_epochs as f64)
    }
}
