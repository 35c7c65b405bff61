//! Training one fresh network on a small set.

use liebig_grad::Tensor;
use liebig_nn::{Model, Sgd, initial_statistics, initialize, loss_gradient, update_statistics};
use rand::seq::SliceRandom;

use super::Evaluation;
use super::augment::augment;
use crate::set::SmallSet;
use crate::{Error, network};

/// A network after its last epoch.
pub(super) struct Trained {
    /// Its weights.
    pub weights: Vec<Tensor>,
    /// The running statistics of its batch normalisations.
    pub statistics: Vec<Tensor>,
}

/// Trains a fresh network as the recipe says.
pub(super) fn train(
    model: &dyn Model,
    set: &SmallSet,
    evaluation: &Evaluation<'_>,
    repeat: u64,
) -> Result<Trained, Error> {
    let Evaluation {
        recipe,
        seed,
        device,
        interrupt,
        ..
    } = *evaluation;
    let mut rng = liebig_data::stream(seed, "evaluate/init", repeat);
    let mut weights = initialize(model, &mut rng, device)?;
    let mut statistics = initial_statistics(model, device)?;
    let mut lr = set.learned_lr.map_or(recipe.lr, f64::from);
    let optimizer = |lr| {
        Sgd::new(lr)
            .with_momentum(recipe.momentum)
            .with_weight_decay(recipe.weight_decay)
    };
    let mut sgd = optimizer(lr);
    let targets = set.targets(device)?;
    let mut order: Vec<usize> = (0..set.len()).collect();
    let mut shuffling = liebig_data::stream(seed, "evaluate/shuffle", repeat);
    let mut augmenting = liebig_data::stream(seed, "evaluate/augment", repeat);
    for epoch in 1..=recipe.epochs {
        if interrupt.is_set() {
            return Err(Error::Interrupted);
        }
        order.shuffle(&mut shuffling);
        for batch in order.chunks(recipe.batch_size) {
            let mut values = set.values_of(batch);
            augment(recipe.augmentation, &mut values, set.shape, &mut augmenting)?;
            let x = network::samples(values, set.shape, device)?;
            let step = loss_gradient(model, &weights, &x, &targets.select(batch)?)?;
            update_statistics(&mut statistics, &step.statistics)?;
            sgd.step(&mut weights, &step.gradient)?;
        }
        for drop in recipe
            .lr_drops
            .iter()
            .filter(|drop| drop.after_epochs == epoch)
        {
            lr *= drop.factor;
            // A new optimiser: the momentum is forgotten.
            sgd = optimizer(lr);
        }
    }
    Ok(Trained {
        weights,
        statistics,
    })
}
