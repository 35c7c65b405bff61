//! Training networks on whole datasets.

use std::path::{Path, PathBuf};

use liebig_data::{Dataset, Space, Split, stream};
use liebig_grad::{Device, Targets};
use liebig_nn::{Learner, Model, Sgd};
use rand::seq::SliceRandom;
use serde::Serialize;

use super::{Error as FileError, write};
use crate::Error;
use crate::evaluate::accuracy;
use crate::run::Interrupt;
use crate::set::samples;

/// How networks are trained: SGD on shuffled batches, without augmentation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Training {
    /// Number of networks.
    pub count: u64,
    /// Passes over the training split.
    pub epochs: usize,
    /// Learning rate. The common value is 0.01.
    pub lr: f64,
    /// Momentum. The common value is 0.9.
    pub momentum: f64,
    /// Weight decay on all parameters. The common value is 5e-4.
    pub weight_decay: f64,
    /// Samples per step. The common value is 256.
    pub batch_size: usize,
    /// The seed; each network has random streams of its own.
    pub seed: u64,
}

/// A trained network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trained {
    /// Its file.
    pub path: PathBuf,
    /// Whether the file was there already; it is then left as it is.
    pub kept: bool,
    /// Accuracy on the test split, if it was trained now.
    pub accuracy: Option<f64>,
}

/// Trains networks and writes each to `net-NNNN.safetensors` in `folder`; those that are there already are kept. `done`
/// hears of each.
///
/// # Errors
/// Any error of the network or the file system; [`Error::Interrupted`] between two batches.
pub fn train(
    dataset: &Dataset,
    model: &dyn Model,
    training: &Training,
    folder: &Path,
    device: &Device,
    interrupt: &Interrupt,
    mut done: impl FnMut(&Trained),
) -> Result<Vec<Trained>, Error> {
    fs_err::create_dir_all(folder).map_err(FileError::from)?;
    let mut all = Vec::new();
    for net in 0..training.count {
        let path = folder.join(format!("net-{net:04}.safetensors"));
        let kept = path.exists();
        let accuracy = match kept {
            true => None,
            false => {
                let learner = one(dataset, model, training, net, device, interrupt)?;
                write(&path, model, learner.weights(), learner.statistics())?;
                match dataset.test.is_empty() {
                    true => None,
                    false => Some(accuracy(&learner, dataset, device, interrupt)?),
                }
            }
        };
        let trained = Trained {
            path,
            kept,
            accuracy,
        };
        done(&trained);
        all.push(trained);
    }
    Ok(all)
}

fn one<'a>(
    dataset: &Dataset,
    model: &'a dyn Model,
    training: &Training,
    net: u64,
    device: &Device,
    interrupt: &Interrupt,
) -> Result<Learner<'a>, Error> {
    let sgd = Sgd::new(training.lr)
        .with_momentum(training.momentum)
        .with_weight_decay(training.weight_decay);
    let mut rng = stream(training.seed, "train/network", net);
    let mut learner = Learner::fresh(model, sgd, &mut rng, device)?;
    let mut shuffling = stream(training.seed, "train/shuffle", net);
    let mut order: Vec<usize> = (0..dataset.train.len()).collect();
    for _ in 0..training.epochs {
        order.shuffle(&mut shuffling);
        for batch in order.chunks(training.batch_size.max(1)) {
            if interrupt.is_set() {
                return Err(Error::Interrupted);
            }
            learn(&mut learner, &dataset.train, &dataset.space, batch, device)?;
        }
    }
    Ok(learner)
}

/// One step of a network's optimiser on some samples of a split, without augmentation.
pub(crate) fn learn(
    learner: &mut Learner<'_>,
    split: &Split,
    space: &Space,
    batch: &[usize],
    device: &Device,
) -> Result<(), Error> {
    learn_across(learner, &[(split, batch.to_vec())], space, device)
}

/// The same on a batch with samples of several splits, all of one shape.
pub(crate) fn learn_across(
    learner: &mut Learner<'_>,
    batch: &[(&Split, Vec<usize>)],
    space: &Space,
    device: &Device,
) -> Result<(), Error> {
    let Some((first, _)) = batch.first() else {
        return Ok(());
    };
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for (split, places) in batch {
        values.extend(split.batch(places, space));
        labels.extend(places.iter().map(|&place| split.labels()[place] as usize));
    }
    let x = samples(values, first.shape(), device)?;
    learner.learn(&x, &Targets::Hard(labels))?;
    Ok(())
}
