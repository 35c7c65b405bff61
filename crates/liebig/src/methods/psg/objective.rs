//! The objective: the distance between the noisy gradient of real samples and that of all synthetic ones.

use std::time::Instant;

use liebig_data::stream;
use liebig_grad::{Targets, Tensor};
use liebig_nn::{Learner, Sgd};
use rand::seq::SliceRandom;

use super::Psg;
use crate::methods::gradient_matching::objective::match_target;
use crate::methods::{At, Losses, Method, Objective};
use crate::privacy::{Guarantee, Release};
use crate::synthetic::{Cotangents, Synthetic};
use crate::{Error, State, Task};

/// Private gradient matching on fresh networks that learn from the synthetic set.
pub(super) struct PrivateGradients<'a> {
    task: Task<'a>,
    settings: Psg,
    release: Release,
}

impl<'a> PrivateGradients<'a> {
    pub(super) fn new(task: Task<'a>, settings: Psg, release: Release) -> Self {
        Self {
            task,
            settings,
            release,
        }
    }

    /// The gradient of a secret sample: that of each record is shortened, the sum gets noise, and is divided by the number of
    /// records that were expected.
    fn gradient(&self, learner: &Learner<'_>, at: At) -> Result<Vec<Tensor>, Error> {
        let index = at.iteration * self.updates() as u64 + at.update as u64;
        let train = self.task.train;
        let chosen = self.release.sample(train, index);
        let labels = chosen.iter().map(|&index| train.labels()[index] as usize);
        let targets = Targets::Hard(labels.collect());
        let sum = match chosen.is_empty() {
            true => learner.weights().iter().map(Tensor::zeros_like).collect(),
            false => learner.clipped_gradients(
                &self.task.real(&chosen)?,
                &targets,
                self.settings.clip,
            )?,
        };
        // One vector, so that the noise of an update comes from one stream.
        let mut values = Vec::new();
        for tensor in &sum {
            values.extend(tensor.to_vec()?.into_iter().map(f64::from));
        }
        self.release.add_noise(&mut values, index);
        let expected = self.settings.batch_real as f64;
        let mut rest = &values[..];
        sum.iter()
            .map(|tensor| {
                let (own, after) = rest.split_at(tensor.numel());
                rest = after;
                let own = own.iter().map(|value| (value / expected) as f32).collect();
                Ok(Tensor::from_vec(own, tensor.shape(), self.task.device)?)
            })
            .collect()
    }

    /// One epoch, or `batches` batches of it.
    fn train(
        &self,
        learner: &mut Learner<'_>,
        set: &Synthetic,
        order: &[usize],
        batches: usize,
    ) -> Result<(), Error> {
        let targets = set.targets()?;
        for batch in order.chunks(self.settings.batch_train).take(batches) {
            let x = set.samples().index_select(0, batch)?;
            learner.learn(&x, &targets.select(batch)?)?;
        }
        Ok(())
    }
}

impl<'a> Objective for PrivateGradients<'a> {
    type Context = Learner<'a>;

    fn context(&mut self, iteration: u64) -> Result<Learner<'a>, Error> {
        let mut rng = stream(self.task.seed, &format!("{}/network", Psg::NAME), iteration);
        let sgd = Sgd::new(self.settings.lr_net);
        let Task { model, device, .. } = self.task;
        Ok(Learner::fresh(model, sgd, &mut rng, device)?)
    }

    fn updates(&self) -> usize {
        self.settings.outer_loops * self.settings.image_steps
    }

    fn pull(
        &self,
        learner: &Learner<'a>,
        set: &Synthetic,
        at: At,
    ) -> Result<(Losses, Cotangents), Error> {
        let target = self.gradient(learner, at)?;
        let (loss, gradient) = match_target(
            learner,
            self.settings.distance,
            &target,
            set.samples(),
            &set.targets()?,
        )?;
        Ok((loss.into(), gradient.into()))
    }

    /// Trains the network after every `image_steps` updates.
    fn between(&self, learner: &mut Learner<'a>, set: &Synthetic, at: At) -> Result<(), Error> {
        if !(at.update + 1).is_multiple_of(self.settings.image_steps) {
            return Ok(());
        }
        let name = format!("{}/train/{}", Psg::NAME, at.update);
        let mut rng = stream(self.task.seed, &name, at.iteration);
        let mut order: Vec<usize> = (0..set.budget().total()).collect();
        for _ in 0..self.settings.inner_epochs {
            order.shuffle(&mut rng);
            self.train(learner, set, &order, usize::MAX)?;
        }
        Ok(())
    }

    fn after(&mut self, _: Learner<'a>, _: &Synthetic, iteration: u64) -> Result<(), Error> {
        if iteration + 1 == self.settings.iterations {
            self.release.finish();
        }
        Ok(())
    }

    /// Measures an update, and one batch of training.
    fn estimate(&mut self, set: &Synthetic) -> Result<f64, Error> {
        let mut learner = self.context(0)?;
        let mut update = 0.0;
        // Twice, because the first run is slower.
        for _ in 0..2 {
            let started = Instant::now();
            self.pull(&learner, set, At::default())?;
            update = started.elapsed().as_secs_f64();
        }
        let order: Vec<usize> = (0..set.budget().total()).collect();
        let started = Instant::now();
        self.train(&mut learner, set, &order, 1)?;
        let batches = order.len().div_ceil(self.settings.batch_train) as f64;
        let epoch = started.elapsed().as_secs_f64() * batches;
        let loops = self.settings.outer_loops as f64;
        let trainings = (loops - 1.0) * self.settings.inner_epochs as f64;
        Ok(update * self.updates() as f64 + epoch * trainings)
    }

    fn guarantee(&self) -> Option<Guarantee> {
        Some(self.release.guarantee().clone())
    }

    fn save(&self, state: &mut State) {
        self.release.save(self.task.device, state);
    }

    fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        self.release.restore(state)
    }
}
