//! The units of work.

use liebig_data::stream;
use liebig_grad::{Device, Targets, Tensor};
use liebig_nn::{
    Input, Model, ModelOptions, Sgd, SyntheticGradient, build, initialize, loss_gradient, predict,
};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::Error;
use crate::methods::dc::{Distance, distance};

/// Classes of every workload.
const CLASSES: usize = 10;

/// A unit of work, ready to run any number of times.
type Unit = Box<dyn FnMut() -> Result<(), Error>>;

/// A named unit of work.
pub struct Workload {
    /// Its name, the same as in the yardstick.
    pub name: &'static str,
    /// What one unit does.
    pub about: &'static str,
    /// Makes its inputs.
    pub prepare: fn(&Device) -> Result<Unit, Error>,
}

/// Every workload.
pub const WORKLOADS: &[Workload] = &[
    Workload {
        name: "real_gradient_256",
        about: "mean cross-entropy gradient of 256 images of one class",
        prepare: real_gradient,
    },
    Workload {
        name: "match_step_ipc1",
        about: "gradient of the matching distance with respect to 1 image",
        prepare: |device| match_step(1, device),
    },
    Workload {
        name: "match_step_ipc10",
        about: "gradient of the matching distance with respect to 10 images",
        prepare: |device| match_step(10, device),
    },
    Workload {
        name: "match_step_ipc50",
        about: "gradient of the matching distance with respect to 50 images",
        prepare: |device| match_step(50, device),
    },
    Workload {
        name: "dc_iteration_ipc1",
        about: "one image update of gradient matching, 10 classes of 256 real and 1 synthetic image",
        prepare: |device| dc_iteration(1, device),
    },
    Workload {
        name: "dc_iteration_ipc10",
        about: "one image update of gradient matching, 10 classes of 256 real and 10 synthetic images",
        prepare: |device| dc_iteration(10, device),
    },
    Workload {
        name: "train_epoch_2048",
        about: "8 SGD steps with batches of 256",
        prepare: |device| train(2048, 256, 1, device),
    },
    Workload {
        name: "train_small_ipc10",
        about: "20 SGD steps on 100 images",
        prepare: |device| train(10 * CLASSES, 10 * CLASSES, 20, device),
    },
    Workload {
        name: "inference_2048",
        about: "class predictions for 2,048 images",
        prepare: inference,
    },
];

/// The network and inputs of a workload.
struct Bench {
    model: Box<dyn Model>,
    weights: Vec<Tensor>,
    device: Device,
}

impl Bench {
    fn new(device: &Device) -> Result<Self, Error> {
        let input = Input {
            channels: 3,
            height: 32,
            width: 32,
        };
        let model = build("convnet", input, CLASSES, &ModelOptions::default())?;
        let weights = initialize(model.as_ref(), &mut stream(0, "bench/network", 0), device)?;
        Ok(Self {
            model,
            weights,
            device: device.clone(),
        })
    }

    fn images(&self, count: usize, index: u64) -> Result<Tensor, Error> {
        let shape = [count, 3, 32, 32];
        let rng = stream(0, "bench/images", index);
        let values = StandardNormal
            .sample_iter(rng)
            .take(shape.iter().product())
            .collect();
        Ok(Tensor::from_vec(values, &shape, &self.device)?)
    }

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

fn real_gradient(device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(device)?;
    let x = bench.images(256, 0)?;
    Ok(Box::new(move || bench.gradient(&x, 0).map(drop)))
}

fn match_step(ipc: usize, device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(device)?;
    let target = bench.gradient(&bench.images(64, 0)?, 0)?;
    let x = bench.images(ipc, 1)?;
    Ok(Box::new(move || {
        bench.match_images(&x, 0, &target).map(drop)
    }))
}

fn dc_iteration(ipc: usize, device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(device)?;
    let real = (0..CLASSES)
        .map(|class| bench.images(256, class as u64))
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

fn train(count: usize, batch: usize, epochs: usize, device: &Device) -> Result<Unit, Error> {
    let mut bench = Bench::new(device)?;
    let x = bench.images(count, 0)?;
    let mut rng = stream(0, "bench/labels", 0);
    let labels: Vec<usize> = (0..count).map(|_| rng.random_range(0..CLASSES)).collect();
    let targets = Targets::Hard(labels);
    let mut sgd = Sgd::new(0.01).with_momentum(0.9).with_weight_decay(5e-4);
    Ok(Box::new(move || {
        for start in (0..epochs * count).step_by(batch) {
            let range = start % count..(start % count + batch).min(count);
            let x = x.slice(0, range.start, range.end)?;
            let targets = targets.slice(range)?;
            let step = loss_gradient(bench.model.as_ref(), &bench.weights, &x, &targets)?;
            sgd.step(&mut bench.weights, &step.gradient)?;
        }
        Ok(())
    }))
}

fn inference(device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(device)?;
    let batches = (0..8)
        .map(|index| bench.images(256, index))
        .collect::<Result<Vec<_>, Error>>()?;
    Ok(Box::new(move || {
        for x in &batches {
            predict(bench.model.as_ref(), &bench.weights, x)?.argmax(1)?;
        }
        Ok(())
    }))
}
