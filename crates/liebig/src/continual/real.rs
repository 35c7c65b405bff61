//! What no memory is compared with: training on all real data seen so far, and on those of each step in turn.

use liebig_data::{Split, stream};
use liebig_nn::{Learner, Sgd};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Course, Examination};
use crate::networks::learn;
use crate::{Error, evaluate, facts};

/// Samples of a batch.
const BATCH: usize = 256;

/// How networks are trained on real data: plain batches, SGD with momentum 0.9, without augmentation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RealTraining {
    /// Passes over the data.
    pub epochs: usize,
    /// Learning rate.
    pub lr: f64,
}

/// The accuracies of networks after each step, as [`Examination::run`] gives them for one.
type AfterEach = Vec<(Vec<Vec<f64>>, Vec<f64>)>;

/// Fresh networks after each step on all data seen so far: what a memory of everything would reach.
///
/// # Errors
/// [`Error::Network`], [`Error::Grad`], [`Error::Interrupted`].
pub fn joint(examination: &Examination<'_>, training: RealTraining) -> Result<AfterEach, Error> {
    each_network(
        examination,
        training,
        |step| examination.course.seen(step),
        true,
    )
}

/// One network for all steps, trained on each step's data in turn: what happens without a memory.
///
/// # Errors
/// As for [`joint`].
pub fn fine_tuned(
    examination: &Examination<'_>,
    training: RealTraining,
) -> Result<AfterEach, Error> {
    let classes = |step: usize| examination.course.steps()[step].clone();
    each_network(examination, training, classes, false)
}

/// Trains networks on the classes of each step; `fresh` ones each time, or the same on and on.
fn each_network(
    examination: &Examination<'_>,
    training: RealTraining,
    classes: impl Fn(usize) -> Vec<u32> + Sync,
    fresh: bool,
) -> Result<AfterEach, Error> {
    let Examination {
        dataset,
        course,
        device,
        seed,
        ..
    } = *examination;
    let count = dataset.class_names.len();
    let model = examination
        .recipe
        .model
        .build(facts::input(dataset.shape), count)?;
    let nets: Vec<Vec<(Vec<f64>, f64)>> = (0..examination.nets as u64)
        .into_par_iter()
        .map(|net| {
            let sgd = || Sgd::new(training.lr).with_momentum(0.9);
            let start = || {
                let mut rng = stream(seed, "continual/init", net);
                Learner::fresh(model.as_ref(), sgd(), &mut rng, device)
            };
            let mut learner = start()?;
            let mut shuffling = stream(seed, "continual/shuffle", net);
            let mut after = Vec::new();
            for step in 0..course.steps().len() {
                if fresh {
                    learner = start()?;
                }
                let split = Course::of(&dataset.train, &classes(step));
                train(
                    &mut learner,
                    &split,
                    examination,
                    training.epochs,
                    &mut shuffling,
                )?;
                let test = course.test(dataset, step);
                let outcome =
                    evaluate::outcome(&learner, dataset, &test, device, examination.interrupt)?;
                after.push((examination.by_step(&outcome, step), outcome.accuracy));
            }
            examination
                .observer
                .observe(crate::session::Event::Evaluated);
            Ok(after)
        })
        .collect::<Result<_, Error>>()?;
    let of_step = |step: usize| nets.iter().map(|net| net[step].clone()).unzip();
    Ok((0..course.steps().len()).map(of_step).collect())
}

/// Passes over a split in shuffled batches.
fn train(
    learner: &mut Learner<'_>,
    split: &Split,
    examination: &Examination<'_>,
    epochs: usize,
    shuffling: &mut ChaCha8Rng,
) -> Result<(), Error> {
    let mut order: Vec<usize> = (0..split.len()).collect();
    for _ in 0..epochs {
        order.shuffle(shuffling);
        for batch in order.chunks(BATCH) {
            if examination.interrupt.is_set() {
                return Err(Error::Interrupted);
            }
            learn(
                learner,
                split,
                &examination.dataset.space,
                batch,
                examination.device,
            )?;
        }
    }
    Ok(())
}
