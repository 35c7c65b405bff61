//! The loops: fresh networks, image updates on each, training on the images in between.

use std::time::Instant;

use liebig_data::stream;
use liebig_grad::{Targets, Tensor};
use liebig_nn::{OptimizerState, Sgd};
use rand::Rng;
use rand::seq::{SliceRandom, index::sample};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::student::Student;
use super::{Config, Init, distance};
use crate::artefact::{Labels, Normalization, Shape};
use crate::baselines::random;
use crate::methods::{Distiller, Task};
use crate::run::{Array, Checkpoint};
use crate::set::SmallSet;
use crate::{Error, network};

/// Real samples of each class that a network with batch normalisation sees before its statistics are fixed.
const BATCH_STATISTICS: usize = 16;

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
            optimizer: Sgd::new(config.lr_img).with_momentum(config.momentum_img),
            config: config.clone(),
        })
    }

    /// The distance for one class, and its gradient with respect to the class's synthetic samples.
    fn match_class(
        &self,
        student: &Student<'_>,
        iteration: u64,
        outer: usize,
        class: usize,
    ) -> Result<(f64, Tensor), Error> {
        let Task { ipc, seed, .. } = self.task;
        let mut rng = stream(seed, &format!("dc/real/{outer}/{class}"), iteration);
        let chosen = draw(&self.real[class], self.config.batch_real, &mut rng);
        let real = student.gradient(
            &self.real_samples(&chosen)?,
            &Targets::Hard(vec![class; chosen.len()]),
        )?;
        let images = self.images.slice(0, class * ipc, (class + 1) * ipc)?;
        let synthetic = student.synthetic_gradient(&images, &Targets::Hard(vec![class; ipc]))?;
        let (loss, cotangents) =
            distance::with_gradient(self.config.distance, synthetic.gradient(), &real)?;
        Ok((loss, synthetic.vjp_images(&cotangents)?))
    }

    /// Lets a network with batch normalisation see a few real samples of every class.
    fn show_real(
        &self,
        student: &mut Student<'_>,
        iteration: u64,
        outer: usize,
    ) -> Result<(), Error> {
        if !self.task.model.needs_whole_batch() {
            return Ok(());
        }
        let mut rng = stream(self.task.seed, &format!("dc/statistics/{outer}"), iteration);
        let chosen: Vec<Vec<usize>> = self
            .real
            .iter()
            .map(|all| draw(all, BATCH_STATISTICS, &mut rng))
            .collect();
        let labels = chosen
            .iter()
            .enumerate()
            .flat_map(|(class, chosen)| vec![class; chosen.len()])
            .collect();
        student.see(
            &self.real_samples(&chosen.concat())?,
            &Targets::Hard(labels),
        )
    }

    /// Trains the network on the synthetic samples as they are now.
    fn train(&self, student: &mut Student<'_>, iteration: u64, outer: usize) -> Result<(), Error> {
        let mut rng = stream(self.task.seed, &format!("dc/train/{outer}"), iteration);
        let mut order: Vec<usize> = (0..self.real.len() * self.task.ipc).collect();
        for _ in 0..self.config.inner_epochs {
            order.shuffle(&mut rng);
            for batch in order.chunks(self.config.batch_train) {
                self.train_batch(student, batch)?;
            }
        }
        Ok(())
    }

    fn train_batch(&self, student: &mut Student<'_>, batch: &[usize]) -> Result<(), Error> {
        let x = self.images.index_select(0, batch)?;
        student.learn(
            &x,
            &Targets::Hard(batch.iter().map(|index| index / self.task.ipc).collect()),
        )
    }

    fn real_samples(&self, indices: &[usize]) -> Result<Tensor, Error> {
        let dataset = self.task.dataset;
        let values = dataset.train.batch(indices, &dataset.normalization);
        network::samples(values, self.shape, self.task.device)
    }

    fn student(&self, iteration: u64) -> Result<Student<'a>, Error> {
        let mut rng = stream(self.task.seed, "dc/network", iteration);
        Student::new(
            self.task.model,
            self.config.lr_net,
            &mut rng,
            self.task.device,
        )
    }
}

/// `count` of `all`, or all of fewer, in random order.
fn draw(all: &[usize], count: usize, rng: &mut impl Rng) -> Vec<usize> {
    sample(rng, all.len(), count.min(all.len()))
        .into_iter()
        .map(|place| all[place])
        .collect()
}

impl Distiller for Dc<'_> {
    fn step(&mut self, iteration: u64) -> Result<f64, Error> {
        let mut student = self.student(iteration)?;
        let classes = self.real.len();
        let mut loss = 0.0;
        for outer in 0..self.config.outer_loops {
            if self.task.interrupt.is_set() {
                return Err(Error::Interrupted);
            }
            self.show_real(&mut student, iteration, outer)?;
            let matched = (0..classes)
                .into_par_iter()
                .map(|class| self.match_class(&student, iteration, outer, class))
                .collect::<Result<Vec<_>, Error>>()?;
            loss += matched.iter().map(|(loss, _)| loss).sum::<f64>();
            let gradients: Vec<&Tensor> = matched.iter().map(|(_, gradient)| gradient).collect();
            let gradient = Tensor::cat(&gradients, 0)?;
            self.optimizer
                .step(std::slice::from_mut(&mut self.images), &[gradient])?;
            if outer + 1 < self.config.outer_loops {
                self.train(&mut student, iteration, outer)?;
            }
        }
        Ok(loss / ratio(classes * self.config.outer_loops, 1))
    }

    fn estimate(&self) -> Result<f64, Error> {
        let mut student = self.student(0)?;
        // As many classes as run at once, twice, because the first time is slower.
        let classes = self.real.len().min(rayon::current_num_threads().max(2));
        let mut matching = 0.0;
        for _ in 0..2 {
            let started = Instant::now();
            (0..classes)
                .into_par_iter()
                .try_for_each(|class| self.match_class(&student, 0, 0, class).map(drop))?;
            matching = started.elapsed().as_secs_f64();
        }
        let per_loop = matching * ratio(self.real.len(), classes);
        let samples = self.real.len() * self.task.ipc;
        let batch: Vec<usize> = (0..samples.min(self.config.batch_train)).collect();
        let started = Instant::now();
        self.train_batch(&mut student, &batch)?;
        let epoch = started.elapsed().as_secs_f64() * ratio(samples, batch.len());
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
        let OptimizerState { tensors, .. } = self.optimizer.state();
        let momentum = tensors.first().map(|buffer| array("momentum", buffer));
        std::iter::once(array("images", &self.images))
            .chain(momentum)
            .collect()
    }

    fn restore(&mut self, mut state: Checkpoint) -> Result<(), Error> {
        let shape = self.images.shape().to_vec();
        let steps = state.iteration;
        let mut take = |name: &str| -> Result<Tensor, Error> {
            Ok(Tensor::from_vec(
                state.take(name, &shape)?,
                &shape,
                self.task.device,
            )?)
        };
        self.images = take("images")?;
        // Before the first step, and without momentum, there is nothing to remember.
        let remembers = steps > 0 && self.config.momentum_img > 0.0;
        let tensors = if remembers {
            vec![take("momentum")?]
        } else {
            Vec::new()
        };
        self.optimizer.restore(OptimizerState { steps, tensors });
        Ok(())
    }
}

fn ratio(a: usize, b: usize) -> f64 {
    a as f64 / b as f64
}
