//! The loops: fresh networks, image updates on each, training on the images in between.

use std::time::Instant;

use liebig_data::stream;
use liebig_grad::{Targets, Tensor};
use liebig_nn::{Sgd, SyntheticGradient, initialize, loss_gradient};
use rand::seq::{SliceRandom, index::sample};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::{Config, Init, distance};
use crate::artefact::{Labels, Normalization, Shape};
use crate::baselines::random;
use crate::methods::{Distiller, Task};
use crate::run::{Array, Checkpoint};
use crate::set::SmallSet;
use crate::{Error, network};

/// Gradient matching at work.
pub struct Dc<'a> {
    task: Task<'a>,
    config: Config,
    shape: Shape,
    /// The training samples of each class.
    real: Vec<Vec<usize>>,
    /// The synthetic samples, `[classes x ipc, C, H, W]`, in class order.
    images: Tensor,
    optimizer: Sgd,
}

impl<'a> Dc<'a> {
    /// The state before the first iteration.
    ///
    /// # Errors
    /// [`Error::TooFewSamples`], [`Error::Grad`].
    pub fn new(task: Task<'a>, config: &Config) -> Result<Self, Error> {
        let dataset = task.dataset;
        let classes = dataset.class_names.len();
        let shape = Shape::from(dataset.shape);
        let real = dataset.train.class_indices(classes);
        if let Some(class) = real.iter().position(Vec::is_empty) {
            let class = dataset.class_names[class].clone();
            return Err(Error::TooFewSamples {
                class,
                found: 0,
                needed: 1,
            });
        }
        let values = match config.init {
            Init::Noise => {
                let rng = stream(task.seed, "dc/init", 0);
                StandardNormal
                    .sample_iter(rng)
                    .take(classes * task.ipc * shape.len())
                    .collect()
            }
            Init::Real => {
                let normalization = Normalization::from(&dataset.normalization);
                random::random(dataset, &normalization, task.ipc, task.seed, u64::MAX)?.values
            }
        };
        Ok(Self {
            task,
            shape,
            real,
            images: network::samples(values, shape, task.device)?,
            optimizer: Sgd::new(config.lr_img, config.momentum_img, 0.0),
            config: config.clone(),
        })
    }

    /// The distance for one class, and its gradient with respect to the class's synthetic samples.
    fn match_class(
        &self,
        weights: &[Tensor],
        iteration: u64,
        outer: usize,
        class: usize,
    ) -> Result<(f64, Tensor), Error> {
        let Task {
            dataset,
            model,
            ipc,
            seed,
            device,
            ..
        } = self.task;
        let all = &self.real[class];
        let mut rng = stream(seed, &format!("dc/real/{outer}/{class}"), iteration);
        let count = self.config.batch_real.min(all.len());
        let chosen: Vec<usize> = sample(&mut rng, all.len(), count)
            .into_iter()
            .map(|place| all[place])
            .collect();
        let batch = dataset.train.batch(&chosen, &dataset.normalization);
        let real = network::samples(batch, self.shape, device)?;
        let real = loss_gradient(model, weights, &real, &Targets::Hard(vec![class; count]))?;

        let images = self.images.slice(0, class * ipc, (class + 1) * ipc)?;
        let synthetic =
            SyntheticGradient::new(model, weights, &images, &Targets::Hard(vec![class; ipc]))?;
        let (loss, cotangents) =
            distance::with_gradient(self.config.distance, synthetic.gradient(), &real.gradient)?;
        Ok((loss, synthetic.vjp_images(&cotangents)?))
    }

    /// Trains the network on the synthetic samples as they are now.
    fn train(
        &self,
        weights: &mut [Tensor],
        sgd: &mut Sgd,
        iteration: u64,
        outer: usize,
    ) -> Result<(), Error> {
        let Task {
            ipc, seed, ..
        } = self.task;
        let mut rng = stream(seed, &format!("dc/train/{outer}"), iteration);
        let mut order: Vec<usize> = (0..self.real.len() * ipc).collect();
        for _ in 0..self.config.inner_epochs {
            order.shuffle(&mut rng);
            for batch in order.chunks(self.config.batch_train) {
                self.train_batch(weights, sgd, batch)?;
            }
        }
        Ok(())
    }

    fn train_batch(
        &self,
        weights: &mut [Tensor],
        sgd: &mut Sgd,
        batch: &[usize],
    ) -> Result<(), Error> {
        let x = self.images.index_select(0, batch)?;
        let targets = Targets::Hard(batch.iter().map(|index| index / self.task.ipc).collect());
        let step = loss_gradient(self.task.model, weights, &x, &targets)?;
        Ok(sgd.step(weights, &step.gradient)?)
    }
}

impl Distiller for Dc<'_> {
    fn step(&mut self, iteration: u64) -> Result<f64, Error> {
        let mut rng = stream(self.task.seed, "dc/network", iteration);
        let mut weights = initialize(self.task.model, &mut rng, self.task.device)?;
        let mut sgd = Sgd::new(self.config.lr_net, 0.0, 0.0);
        let classes = self.real.len();
        let mut loss = 0.0;
        for outer in 0..self.config.outer_loops {
            if self.task.interrupt.is_set() {
                return Err(Error::Interrupted);
            }
            let matched = (0..classes)
                .into_par_iter()
                .map(|class| self.match_class(&weights, iteration, outer, class))
                .collect::<Result<Vec<_>, Error>>()?;
            loss += matched.iter().map(|(loss, _)| loss).sum::<f64>();
            let gradients: Vec<&Tensor> = matched.iter().map(|(_, gradient)| gradient).collect();
            let gradient = Tensor::cat(&gradients, 0)?;
            self.optimizer
                .step(std::slice::from_mut(&mut self.images), &[gradient])?;
            if outer + 1 < self.config.outer_loops {
                self.train(&mut weights, &mut sgd, iteration, outer)?;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        Ok(loss / (classes * self.config.outer_loops) as f64)
    }

    fn estimate(&self) -> Result<f64, Error> {
        let mut rng = stream(self.task.seed, "dc/network", 0);
        let mut weights = initialize(self.task.model, &mut rng, self.task.device)?;
        // As many classes as run at once, twice, because the first time is slower.
        let classes = self.real.len().min(rayon::current_num_threads().max(2));
        let mut matching = 0.0;
        for _ in 0..2 {
            let started = Instant::now();
            (0..classes)
                .into_par_iter()
                .try_for_each(|class| self.match_class(&weights, 0, 0, class).map(drop))?;
            matching = started.elapsed().as_secs_f64();
        }
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let ratio = |a: usize, b: usize| a as f64 / b as f64;
        let per_loop = matching * ratio(self.real.len(), classes);
        let started = Instant::now();
        let samples = self.real.len() * self.task.ipc;
        let batch = samples.min(self.config.batch_train);
        let order: Vec<usize> = (0..batch).collect();
        let mut sgd = Sgd::new(self.config.lr_net, 0.0, 0.0);
        self.train_batch(&mut weights, &mut sgd, &order)?;
        let epoch = started.elapsed().as_secs_f64() * ratio(samples, batch);
        let loops = self.config.outer_loops;
        Ok(per_loop * ratio(loops, 1) + epoch * ratio((loops - 1) * self.config.inner_epochs, 1))
    }

    fn set(&self) -> Result<SmallSet, Error> {
        let classes = self.real.len();
        let ipc = self.task.ipc;
        let labels = (0..classes * ipc)
            .map(|index| u32::try_from(index / ipc).unwrap_or(u32::MAX))
            .collect();
        Ok(SmallSet {
            shape: self.shape,
            values: self.images.to_vec()?,
            labels: Labels::Hard(labels),
            classes,
            learned_lr: None,
        })
    }

    fn state(&self) -> Result<Vec<Array>, Error> {
        let array = |name: &str, tensor: &Tensor| {
            let (name, shape) = (name.into(), tensor.shape().to_vec());
            Ok(Array {
                name,
                shape,
                values: tensor.to_vec()?,
            })
        };
        let momentum = self
            .optimizer
            .buffers
            .first()
            .map(|buffer| array("momentum", buffer));
        std::iter::once(array("images", &self.images))
            .chain(momentum)
            .collect()
    }

    fn restore(&mut self, mut state: Checkpoint) -> Result<(), Error> {
        let shape = self.images.shape().to_vec();
        let mut take = |name: &str| -> Result<Tensor, Error> {
            Ok(Tensor::from_vec(
                state.take(name, &shape)?,
                &shape,
                self.task.device,
            )?)
        };
        self.images = take("images")?;
        self.optimizer.buffers = vec![take("momentum")?];
        Ok(())
    }
}
