//! Training one network on a small set.

use liebig_grad::{Device, Targets, Tensor};
use liebig_nn::{Criterion, Learner, Model};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{Evaluation, Training};
use crate::augment::Augmentation;
use crate::protocol::Loss;
use crate::set::{SmallSet, samples};
use crate::{Error, Labels};

/// Trains a fresh network according to the recipe.
pub(super) fn train<'a>(
    model: &'a dyn Model,
    set: &SmallSet,
    evaluation: &Evaluation<'_>,
    repeat: u64,
) -> Result<Learner<'a>, Error> {
    let Evaluation {
        recipe,
        seed,
        device,
        interrupt,
        ..
    } = *evaluation;
    let protocol = &recipe.protocol;
    let mut lr = recipe.common_lr(set);
    let mut rng = liebig_data::stream(seed, "evaluate/init", repeat);
    let optimizer = protocol.optimizer.build(lr);
    let (mut learner, masks) = match evaluation.pruning {
        None => (Learner::fresh(model, optimizer, &mut rng, device)?, None),
        Some(pruning) => {
            let (learner, masks) = pruning.sparse(model, repeat, optimizer)?;
            (learner, Some(masks))
        }
    };
    let labels = recipe.common_labels(set);
    let targets = targets(protocol.loss, &labels, set.classes, device)?;
    let mut order: Vec<usize> = (0..set.len()).collect();
    let mut shuffling = liebig_data::stream(seed, "evaluate/shuffle", repeat);
    let mut augmenting = liebig_data::stream(seed, "evaluate/augment", repeat);
    let mut shifting = liebig_data::stream(seed, "evaluate/shift", repeat);
    for epoch in 1..=protocol.epochs {
        if interrupt.is_set() {
            return Err(Error::Interrupted);
        }
        order.shuffle(&mut shuffling);
        let shifted = set.shifted(&mut shifting);
        for batch in order.chunks(protocol.batch_size) {
            let values = shifted.as_ref().unwrap_or(set).values_of(batch);
            let x = augmented(&protocol.augmentation, values, set, &mut augmenting, device)?;
            let criterion = match evaluation.teacher {
                Some(teacher) => Criterion::Distillation {
                    temperature: teacher.temperature(),
                },
                None => protocol.loss.criterion(),
            };
            learner.learn_by(criterion, &x, &targets.select(batch)?)?;
            if let Some(masks) = &masks {
                learner.scale_weights(masks)?;
            }
        }
        let drops = protocol.lr_drops.iter();
        for drop in drops.filter(|drop| drop.after_epochs == epoch) {
            lr *= drop.factor;
            // As published: a new optimiser, so the momentum is reset.
            learner.optimizer_mut().set_lr(lr);
            learner.optimizer_mut().reset();
        }
    }
    Ok(learner)
}

/// What labels are for a loss.
fn targets(loss: Loss, labels: &Labels, classes: usize, device: &Device) -> Result<Targets, Error> {
    match loss {
        Loss::CrossEntropy => labels.targets(classes, device),
        Loss::SquaredError => labels.regression_targets(classes, device),
    }
}

/// Values of some of the set's samples as the augmented input of a network.
fn augmented(
    augmentation: &Augmentation,
    values: Vec<f32>,
    set: &SmallSet,
    rng: &mut ChaCha8Rng,
    device: &Device,
) -> Result<Tensor, Error> {
    let values = augmentation.batch(values, set.shape, &set.space, rng)?;
    samples(values, set.shape, device)
}

/// A trained network before or after it is pruned.
pub(super) fn pruned<'a>(
    model: &'a dyn Model,
    evaluation: &Evaluation<'_>,
    training: Training,
    repeat: u64,
) -> Result<Learner<'a>, Error> {
    let pruning = evaluation.pruning.ok_or(Error::NoNetworks)?;
    let protocol = &evaluation.recipe.protocol;
    let optimizer = protocol.optimizer.build(protocol.lr);
    match training {
        Training::Dense => pruning.dense(model, repeat, optimizer),
        _ => Ok(pruning.sparse(model, repeat, optimizer)?.0),
    }
}

/// The network before the first of the steps that the set was made for.
pub(super) fn start<'a>(
    model: &'a dyn Model,
    evaluation: &Evaluation<'_>,
    repeat: u64,
) -> Result<Learner<'a>, Error> {
    let Evaluation {
        recipe,
        networks,
        seed,
        device,
        ..
    } = *evaluation;
    let unroll = recipe.unroll.as_ref().ok_or(Error::NoUnroll)?;
    let optimizer = unroll.optimizer.build(unroll.lr);
    let mut rng = liebig_data::stream(seed, "evaluate/init", repeat);
    match unroll.start.weights(repeat, model, networks, device)? {
        None => Ok(Learner::fresh(model, optimizer, &mut rng, device)?),
        Some(weights) => {
            let statistics = liebig_nn::initial_statistics(model, device)?;
            Ok(Learner::with_weights(
                model, weights, statistics, optimizer,
            )?)
        }
    }
}

/// Trains a network by the steps that the set was made for.
pub(super) fn unroll<'a>(
    model: &'a dyn Model,
    set: &SmallSet,
    evaluation: &Evaluation<'_>,
    repeat: u64,
) -> Result<Learner<'a>, Error> {
    let Evaluation {
        recipe,
        seed,
        device,
        interrupt,
        ..
    } = *evaluation;
    let unroll = recipe.unroll.as_ref().ok_or(Error::NoUnroll)?;
    let mut learner = start(model, evaluation, repeat)?;
    let targets = targets(unroll.loss, &set.labels, set.classes, device)?;
    let all = vec![(0..set.len()).collect()];
    let batches = match unroll.batches(set.len()) {
        batches if batches.is_empty() => all,
        batches => batches,
    };
    let mut augmenting = liebig_data::stream(seed, "evaluate/augment", repeat);
    for (step, lr) in unroll.rates(&set.step_sizes).into_iter().enumerate() {
        if interrupt.is_set() {
            return Err(Error::Interrupted);
        }
        let batch = &batches[step % batches.len()];
        let values = set.values_of(batch);
        let x = augmented(&unroll.augmentation, values, set, &mut augmenting, device)?;
        learner.optimizer_mut().set_lr(lr);
        learner.learn_by(unroll.loss.criterion(), &x, &targets.select(batch)?)?;
    }
    Ok(learner)
}
