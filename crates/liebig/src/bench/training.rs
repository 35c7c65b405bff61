//! Training and prediction.

use liebig_data::stream;
use liebig_grad::{Device, Targets};
use liebig_nn::{Sgd, loss_gradient, predict};
use rand::RngExt;

use super::network::{Bench, CLASSES, Sizes};
use super::workloads::Unit;
use crate::Error;

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
