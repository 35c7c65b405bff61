//! Training and prediction.

use liebig_data::{Normalization, SampleShape, Space, stream};
use liebig_grad::{Device, Targets};
use liebig_nn::{Input, Sgd, initialize, loss_gradient, predict};
use rand::RngExt;

use super::network::{Bench, CLASSES, Sizes};
use super::workloads::Unit;
use crate::augment::{Augmentation, Operation};
use crate::set::samples;
use crate::{Error, model_spec};

pub(super) fn train(
    count: usize,
    batch: usize,
    epochs: usize,
    device: &Device,
) -> Result<Unit, Error> {
    let mut bench = Bench::new(Sizes::default(), device)?;
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

/// One SGD step of a network on `batch` colour images of 32 pixels; `spec` is as [`model_spec`] reads it.
pub(super) fn network_step(spec: &str, batch: usize, device: &Device) -> Result<Unit, Error> {
    let input = Input {
        channels: 3,
        height: 32,
        width: 32,
    };
    let model = model_spec(spec, input)?.build(input, CLASSES)?;
    let mut weights = initialize(model.as_ref(), &mut stream(0, "bench/network", 0), device)?;
    let x = Bench::new(Sizes::default(), device)?.images(batch, 0)?;
    let targets = Targets::Hard((0..batch).map(|image| image % CLASSES).collect());
    let mut sgd = Sgd::new(0.01).with_momentum(0.9);
    Ok(Box::new(move || {
        let step = loss_gradient(model.as_ref(), &weights, &x, &targets)?;
        Ok(sgd.step(&mut weights, &step.gradient)?)
    }))
}

/// Plain SGD on augmented batches, as experts are trained; the operations take turns.
pub(super) fn expert_epoch(count: usize, batch: usize, device: &Device) -> Result<Unit, Error> {
    let mut bench = Bench::new(Sizes::default(), device)?;
    let x = bench.images(count, 0)?;
    let shape = SampleShape::Image {
        channels: x.shape()[1],
        height: x.shape()[2],
        width: x.shape()[3],
    };
    let (values, device) = (x.to_vec()?, device.clone());
    let mut rng = stream(0, "bench/labels", 0);
    let labels: Vec<usize> = (0..count).map(|_| rng.random_range(0..CLASSES)).collect();
    let mut sgd = Sgd::new(0.01);
    let channels = x.shape()[1];
    let space = Space::from(Normalization {
        mean: vec![0.0; channels],
        std: vec![1.0; channels],
        known: false,
    });
    Ok(Box::new(move || {
        let batches = values.chunks(batch * shape.len()).zip(labels.chunks(batch));
        for ((x, labels), operation) in batches.zip(Operation::ALL.iter().cycle()) {
            let augmentation: Augmentation = operation.name().parse()?;
            let x = augmentation.batch(x.to_vec(), shape, &space, &mut rng)?;
            let x = samples(x, shape, &device)?;
            let targets = Targets::Hard(labels.to_vec());
            let step = loss_gradient(bench.model.as_ref(), &bench.weights, &x, &targets)?;
            sgd.step(&mut bench.weights, &step.gradient)?;
        }
        Ok(())
    }))
}

pub(super) fn inference(device: &Device) -> Result<Unit, Error> {
    let bench = Bench::new(Sizes::default(), device)?;
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
