//! Gradient and distribution matching.

use liebig_grad::{Device, Targets, Tensor};
use liebig_nn::{Sgd, SyntheticFeatures, SyntheticGradient, features, loss_gradient};
use rayon::prelude::*;

use super::network::{Bench, CLASSES, Sizes};
use super::workloads::Unit;
use crate::Error;
use crate::methods::dc::{Distance, distance};

/// Real images of a class in an image update.
const REAL: usize = 256;

impl Bench {
    fn gradient(&self, x: &Tensor, class: usize) -> Result<Vec<Tensor>, Error> {
        let targets = Targets::Hard(vec![class; x.shape()[0]]);
        Ok(loss_gradient(self.model.as_ref(), &self.weights, x, &targets)?.gradient)
    }

    /// Gradient of the distance to `target` with respect to the images.
    fn match_images(&self, x: &Tensor, class: usize, target: &[Tensor]) -> Result<Tensor, Error> {
        let targets = Targets::Hard(vec![class; x.shape()[0]]);
        let synthetic = SyntheticGradient::new(self.model.as_ref(), &self.weights, x, &targets)?;
        let (_, cotangents) =
            distance::with_gradient(Distance::Ours, synthetic.gradient(), target)?;
        Ok(synthetic.vjp_images(&cotangents)?)
    }
}

pub(super) fn real_gradient(count: usize, sizes: Sizes, device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(sizes, device)?;
    let x = bench.images(count, 0)?;
    Ok(Box::new(move || bench.gradient(&x, 0).map(drop)))
}

pub(super) fn match_step(ipc: usize, device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(Sizes::default(), device)?;
    let target = bench.gradient(&bench.images(64, 0)?, 0)?;
    let x = bench.images(ipc, 1)?;
    Ok(Box::new(move || {
        bench.match_images(&x, 0, &target).map(drop)
    }))
}

pub(super) fn dc_iteration(ipc: usize, device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(Sizes::default(), device)?;
    let real = (0..CLASSES)
        .map(|class| bench.images(REAL, class as u64))
        .collect::<Result<Vec<_>, Error>>()?;
    let mut images = [bench.images(ipc * CLASSES, 100)?];
    let mut optimizer = Sgd::new(0.1).with_momentum(0.5);
    Ok(Box::new(move || {
        let class_gradient = |class: usize| {
            let target = bench.gradient(&real[class], class)?;
            let x = images[0].slice(0, class * ipc, (class + 1) * ipc)?;
            bench.match_images(&x, class, &target)
        };
        let gradients = (0..CLASSES)
            .into_par_iter()
            .map(class_gradient)
            .collect::<Result<Vec<_>, Error>>()?;
        let gradient = Tensor::cat(&gradients.iter().collect::<Vec<_>>(), 0)?;
        Ok(optimizer.step(&mut images, &[gradient])?)
    }))
}

pub(super) fn dm_iteration(ipc: usize, device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(Sizes::default(), device)?;
    let real = (0..CLASSES)
        .map(|class| bench.images(REAL, class as u64))
        .collect::<Result<Vec<_>, Error>>()?;
    let mut images = [bench.images(ipc * CLASSES, 100)?];
    let mut optimizer = Sgd::new(1.0).with_momentum(0.5);
    Ok(Box::new(move || {
        let class_gradient = |class: usize| -> Result<Tensor, Error> {
            let (model, weights) = (bench.model.as_ref(), &bench.weights);
            let target = features(model, weights, &real[class])?.mean_dims(&[0], true)?;
            let x = images[0].slice(0, class * ipc, (class + 1) * ipc)?;
            let synthetic = SyntheticFeatures::new(model, weights, &x)?;
            let mean = synthetic.features().mean_dims(&[0], true)?;
            // Of the squared distance of the means, with respect to each image's features.
            let cotangent = mean.sub(&target)?.mul_scalar(2.0 / ipc as f64)?;
            let cotangent = cotangent.broadcast_to(synthetic.features().shape())?;
            Ok(synthetic.vjp_images(&cotangent)?)
        };
        let gradients = (0..CLASSES)
            .into_par_iter()
            .map(class_gradient)
            .collect::<Result<Vec<_>, Error>>()?;
        let gradient = Tensor::cat(&gradients.iter().collect::<Vec<_>>(), 0)?;
        Ok(optimizer.step(&mut images, &[gradient])?)
    }))
}
