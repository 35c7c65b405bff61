//! Gradient and distribution matching: the methods' own code on samples that are drawn once.

use liebig_grad::{Device, Targets, Tensor};
use liebig_nn::{Learner, Sgd};
use rayon::prelude::*;

use super::network::{Bench, CLASSES, Sizes};
use super::workloads::Unit;
use crate::Error;
use crate::methods::{Distance, distribution_matching, matching};
use crate::synthetic::Group;

/// Real images of a class in an image update.
const REAL: usize = 256;

impl Bench {
    /// The network with its weights; its own optimiser is not used.
    fn learner(&self) -> Result<Learner<'_>, Error> {
        let weights = self.weights.clone();
        Ok(Learner::with_weights(
            self.model.as_ref(),
            weights,
            Vec::new(),
            Sgd::new(0.0),
        )?)
    }
}

pub(super) fn real_gradient(count: usize, sizes: Sizes, device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(sizes, device)?;
    let x = bench.images(count, 0)?;
    let targets = Targets::Hard(vec![0; count]);
    Ok(Box::new(move || {
        Ok(bench.learner()?.gradient(&x, &targets).map(drop)?)
    }))
}

/// The gradients of `count` images one by one, each shortened, and their sum.
pub(super) fn per_sample_gradients(
    count: usize,
    sizes: Sizes,
    device: &Device,
) -> Result<Unit, Error> {
    let bench = Bench::new(sizes, device)?;
    let x = bench.images(count, 0)?;
    let targets = Targets::Hard((0..count).map(|place| place % CLASSES).collect());
    Ok(Box::new(move || {
        let learner = bench.learner()?;
        Ok(learner.clipped_gradients(&x, &targets, 0.1).map(drop)?)
    }))
}

pub(super) fn match_step(ipc: usize, device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(Sizes::default(), device)?;
    let targets = Targets::Hard(vec![0; 64]);
    let target = bench.learner()?.gradient(&bench.images(64, 0)?, &targets)?;
    let x = bench.images(ipc, 1)?;
    let targets = Targets::Hard(vec![0; ipc]);
    Ok(Box::new(move || {
        let learner = bench.learner()?;
        matching::match_target(&learner, Distance::Ours, &target, &x, &targets).map(drop)
    }))
}

/// One SGD step on `ipc` synthetic images of each class. `of_class` computes the gradient from a class's real and
/// synthetic images; the classes run in parallel.
fn iteration(
    ipc: usize,
    lr: f64,
    device: &Device,
    of_class: impl Fn(&Learner<'_>, &Tensor, &Tensor, usize) -> Result<Tensor, Error> + Sync + 'static,
) -> Result<Unit, Error> {
    let bench = Bench::new(Sizes::default(), device)?;
    let real = (0..CLASSES)
        .map(|class| bench.images(REAL, class as u64))
        .collect::<Result<Vec<_>, Error>>()?;
    let sgd = Sgd::new(lr).with_momentum(0.5);
    let mut images = Group::new(&bench.images(ipc * CLASSES, 100)?, sgd);
    Ok(Box::new(move || {
        let learner = bench.learner()?;
        let gradients = (0..CLASSES)
            .into_par_iter()
            .map(|class| {
                let x = images.value().slice(0, class * ipc, (class + 1) * ipc)?;
                of_class(&learner, &real[class], &x, class)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        images.step(&Tensor::cat(&gradients.iter().collect::<Vec<_>>(), 0)?)
    }))
}

pub(super) fn dc_iteration(ipc: usize, device: &Device) -> Result<Unit, Error> {
    iteration(ipc, 0.1, device, |learner, real, x, class| {
        Ok(matching::match_class(learner, Distance::Ours, real, x, class)?.1)
    })
}

pub(super) fn dm_iteration(ipc: usize, device: &Device) -> Result<Unit, Error> {
    iteration(ipc, 1.0, device, |learner, real, x, _| {
        let (real, x) = (std::slice::from_ref(real), std::slice::from_ref(x));
        Ok(distribution_matching::match_means(learner, real, x)?
            .remove(0)
            .1)
    })
}
