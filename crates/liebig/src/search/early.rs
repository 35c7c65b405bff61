//! Networks that are trained on all data: to the end, which is the truth, or for as long as a proxy takes.

use liebig_data::{Dataset, stream};
use liebig_grad::Device;
use liebig_nn::{Learner, Model, Sgd};
use rand::seq::SliceRandom;

use crate::networks::learn;
use crate::run::Interrupt;
use crate::{Error, ModelChoice, evaluate, facts};

/// How networks are trained on all data: SGD with momentum 0.9 and weight decay 5e-4, without augmentation.
#[derive(Clone, Copy)]
pub struct FullTraining<'a> {
    /// The dataset.
    pub dataset: &'a Dataset,
    /// Learning rate.
    pub lr: f64,
    /// Samples per step.
    pub batch_size: usize,
    /// The seed.
    pub seed: u64,
    /// The device to compute on.
    pub device: &'a Device,
    /// Checked before every step.
    pub interrupt: &'a Interrupt,
}

/// The test accuracy of a network after so many passes over the training split.
///
/// # Errors
/// [`Error::Network`], [`Error::Grad`], [`Error::Interrupted`].
pub fn full(training: &FullTraining<'_>, model: &ModelChoice, epochs: usize) -> Result<f64, Error> {
    let seen = epochs * training.dataset.train.len();
    stopped_early(training, model, seen)
}

/// The test accuracy after the network has seen so many samples, as many as a proxy of the same cost shows it.
///
/// # Errors
/// As for [`full`].
pub fn stopped_early(
    training: &FullTraining<'_>,
    model: &ModelChoice,
    samples: usize,
) -> Result<f64, Error> {
    let FullTraining {
        dataset,
        lr,
        batch_size,
        seed,
        device,
        interrupt,
    } = *training;
    let model: Box<dyn Model> =
        model.build(facts::input(dataset.shape), dataset.class_names.len())?;
    let sgd = Sgd::new(lr).with_momentum(0.9).with_weight_decay(5e-4);
    let mut rng = stream(seed, "search/init", 0);
    let mut learner = Learner::fresh(model.as_ref(), sgd, &mut rng, device)?;
    let mut shuffling = stream(seed, "search/shuffle", 0);
    let mut order: Vec<usize> = (0..dataset.train.len()).collect();
    let mut left = samples;
    while left > 0 {
        order.shuffle(&mut shuffling);
        for batch in order.chunks(batch_size.max(1)) {
            if interrupt.is_set() {
                return Err(Error::Interrupted);
            }
            let batch = &batch[..batch.len().min(left)];
            learn(&mut learner, &dataset.train, &dataset.space, batch, device)?;
            left -= batch.len();
            if left == 0 {
                break;
            }
        }
    }
    evaluate::accuracy(&learner, dataset, device, interrupt)
}
