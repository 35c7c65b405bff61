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

/// One SGD step on `ipc` synthetic images of each class, whose gradient `of_class` computes from the
/// class's real images and its synthetic ones; the classes in parallel.
fn iteration(
    ipc: usize,
    lr: f64,
    device: &Device,
    of_class: impl Fn(&Bench, &Tensor, &Tensor, usize) -> Result<Tensor, Error> + Sync + 'static,
) -> Result<Unit, Error> {
    let bench = Bench::new(Sizes::default(), device)?;
    let real = (0..CLASSES)
        .map(|class| bench.images(REAL, class as u64))
        .collect::<Result<Vec<_>, Error>>()?;
    let mut images = [bench.images(ipc * CLASSES, 100)?];
    let mut optimizer = Sgd::new(lr).with_momentum(0.5);
    Ok(Box::new(move || {
        let gradients = (0..CLASSES)
            .into_par_iter()
            .map(|class| {
                let x = images[0].slice(0, class * ipc, (class + 1) * ipc)?;
                of_class(&bench, &real[class], &x, class)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let gradient = Tensor::cat(&gradients.iter().collect::<Vec<_>>(), 0)?;
        Ok(optimizer.step(&mut images, &[gradient])?)
    }))
}

pub(super) fn dc_iteration(ipc: usize, device: &Device) -> Result<Unit, Error> {
    iteration(ipc, 0.1, device, |bench, real, x, class| {
        let target = bench.gradient(real, class)?;
        bench.match_images(x, class, &target)
    })
}

pub(super) fn dm_iteration(ipc: usize, device: &Device) -> Result<Unit, Error> {
    iteration(ipc, 1.0, device, |bench, real, x, _| {
        let (model, weights) = (bench.model.as_ref(), &bench.weights);
        let target = features(model, weights, real)?.mean_dims(&[0], true)?;
        let synthetic = SyntheticFeatures::new(model, weights, x)?;
        let mean = synthetic.features().mean_dims(&[0], true)?;
        // Of the squared distance of the means, with respect to each image's features.
        let cotangent = mean.sub(&target)?.mul_scalar(2.0 / x.shape()[0] as f64)?;
        let cotangent = cotangent.broadcast_to(synthetic.features().shape())?;
        Ok(synthetic.vjp_images(&cotangent)?)
    })
}
