//! Training experts.

use std::path::Path;

use liebig_data::{Dataset, stream};
use liebig_grad::{Device, Targets};
use liebig_nn::{Learner, Model, Sgd};
use rand::seq::SliceRandom;
use serde::Serialize;

use super::expert::Draft;
use super::pool::{draft_path, expert_path};
use super::{Expert, ExpertSettings, PoolId};
use crate::evaluate::accuracy;
use crate::run::Interrupt;
use crate::set::samples;
use crate::{Error, facts};

/// A pool that is being trained.
pub struct Training<'a> {
    /// What is trained on; the test split only judges finished experts.
    pub dataset: &'a Dataset,
    /// What the experts have in common.
    pub id: &'a PoolId,
    /// The folder.
    pub folder: &'a Path,
    /// The device.
    pub device: &'a Device,
    /// Stops between two batches; the epochs that are finished are kept.
    pub interrupt: &'a Interrupt,
}

/// What is told while an expert is trained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Its number.
    pub index: u64,
    /// Finished epochs.
    pub epoch: usize,
    /// The last epoch's mean loss.
    pub loss: f64,
}

/// A finished expert.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unit {
    /// Its number.
    pub index: u64,
    /// Whether it was finished before.
    pub kept: bool,
    /// Accuracy on the test split.
    pub accuracy: Option<f64>,
}

impl Training<'_> {
    /// Trains an expert, from its start or from where it stands, and writes it; one that is there is checked and kept.
    ///
    /// # Errors
    /// Any error of the network or the file system; [`Error::Interrupted`].
    pub fn unit(&self, index: u64, mut told: impl FnMut(Progress)) -> Result<Unit, Error> {
        let settings = &self.id.settings;
        let (path, unfinished) = (
            expert_path(self.folder, index),
            draft_path(self.folder, index),
        );
        let hash = self.id.hash();
        if path.exists() {
            let expert = Expert::open(&path, &hash)?;
            return Ok(Unit {
                index,
                kept: true,
                accuracy: expert.accuracy(),
            });
        }
        let model = settings.model.build(
            facts::input(self.dataset.shape),
            self.dataset.class_names.len(),
        )?;
        let model = model.as_ref();
        let (mut draft, mut learner) = self.begin(index, &hash, model)?;
        while draft.len() <= settings.epochs {
            let epoch = draft.len();
            let loss = self.epoch(&mut learner, index, epoch)?;
            draft.push(model, learner.weights())?;
            told(Progress { index, epoch, loss });
            if epoch < settings.epochs {
                draft.write(&unfinished, Some(learner.optimizer().state()))?;
            }
        }
        if !self.dataset.test.is_empty() {
            let accuracy = accuracy(&learner, self.dataset, self.device, self.interrupt)?;
            draft.about.accuracy = Some(accuracy);
        }
        draft.write(&path, None)?;
        if unfinished.exists() {
            fs_err::remove_file(&unfinished).map_err(super::Error::from)?;
        }
        Ok(Unit {
            index,
            kept: false,
            accuracy: draft.about.accuracy,
        })
    }

    /// Whether an expert's file is there.
    #[must_use]
    pub fn is_finished(&self, index: u64) -> bool {
        expert_path(self.folder, index).exists()
    }

    /// Seconds that an epoch takes, from a few batches.
    ///
    /// # Errors
    /// Any error of the network.
    pub fn estimate_epoch(&self) -> Result<f64, Error> {
        const BATCHES: usize = 3;
        let settings = &self.id.settings;
        let model = settings.model.build(
            facts::input(self.dataset.shape),
            self.dataset.class_names.len(),
        )?;
        let mut learner = self.fresh(0, model.as_ref())?;
        let order: Vec<usize> = (0..self.dataset.train.len()).collect();
        let batches = order.chunks(settings.batch_size.max(1));
        let count = batches.len();
        let mut seconds = f64::INFINITY;
        for (step, batch) in batches.take(BATCHES).enumerate() {
            let started = std::time::Instant::now();
            self.step(&mut learner, 0, step as u64, batch)?;
            seconds = started.elapsed().as_secs_f64().min(seconds);
        }
        Ok(seconds * count as f64)
    }

    /// The expert as it was left, or a fresh one.
    fn begin<'m>(
        &self,
        index: u64,
        hash: &str,
        model: &'m dyn Model,
    ) -> Result<(Draft, Learner<'m>), Error> {
        let unfinished = draft_path(self.folder, index);
        if unfinished.exists() {
            let (draft, weights, optimizer) = Draft::read(&unfinished, hash, model, self.device)?;
            let statistics = liebig_nn::initial_statistics(model, self.device)?;
            let mut learner =
                Learner::with_weights(model, weights, statistics, sgd(&self.id.settings))?;
            learner.optimizer_mut().restore(optimizer)?;
            return Ok((draft, learner));
        }
        let learner = self.fresh(index, model)?;
        let mut draft = Draft::new(hash.into(), index);
        draft.push(model, learner.weights())?;
        Ok((draft, learner))
    }

    fn fresh<'m>(&self, index: u64, model: &'m dyn Model) -> Result<Learner<'m>, Error> {
        let settings = &self.id.settings;
        let mut rng = stream(settings.seed, "experts/network", index);
        Ok(Learner::fresh(model, sgd(settings), &mut rng, self.device)?)
    }

    /// One pass; returns the mean loss of its batches.
    fn epoch(&self, learner: &mut Learner<'_>, index: u64, epoch: usize) -> Result<f64, Error> {
        let settings = &self.id.settings;
        let mut shuffling = stream(
            settings.seed,
            &format!("experts/shuffle/{index}"),
            epoch as u64,
        );
        let mut order: Vec<usize> = (0..self.dataset.train.len()).collect();
        order.shuffle(&mut shuffling);
        let batches = order.chunks(settings.batch_size.max(1));
        let count = batches.len();
        let mut loss = 0.0;
        for (step, batch) in batches.enumerate() {
            if self.interrupt.is_set() {
                return Err(Error::Interrupted);
            }
            let place = ((epoch as u64) << 32) + step as u64;
            loss += self.step(learner, index, place, batch)? / count as f64;
        }
        Ok(loss)
    }

    fn step(
        &self,
        learner: &mut Learner<'_>,
        index: u64,
        place: u64,
        batch: &[usize],
    ) -> Result<f64, Error> {
        let settings = &self.id.settings;
        let train = &self.dataset.train;
        let labels = batch.iter().map(|&sample| train.labels()[sample] as usize);
        let targets = Targets::Hard(labels.collect());
        let mut rng = stream(settings.seed, &format!("experts/augment/{index}"), place);
        let values = train.batch(batch, &self.dataset.space);
        let (shape, space) = (self.dataset.shape, &self.dataset.space);
        let values = settings
            .augmentation
            .batch(values, shape, space, &mut rng)?;
        let x = samples(values, shape, self.device)?;
        let step = match settings.optimizer.sharpness() {
            None => learner.learn(&x, &targets)?,
            Some(sharpness) => learner.learn_flat(&sharpness, &x, &targets)?,
        };
        if !step.loss.is_finite() {
            return Err(Error::Diverged {
                iteration: place & u64::from(u32::MAX),
                what: format!("the loss of expert {index}"),
            });
        }
        Ok(step.loss)
    }
}

fn sgd(settings: &ExpertSettings) -> Sgd {
    Sgd::new(settings.lr)
        .with_momentum(settings.momentum)
        .with_weight_decay(settings.weight_decay)
}
