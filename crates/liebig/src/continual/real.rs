//! What no memory is compared with: training on all real data seen so far, and on those of each step in turn.

use liebig_data::{Split, stream};
use liebig_nn::{Learner, Sgd};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::{Accuracies, Examination, Step};
use crate::networks::learn_across;
use crate::session::Event;
use crate::{Error, facts};

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

/// Fresh networks after each step on all data seen so far: what a memory of everything would reach.
///
/// # Errors
/// [`Error::Network`], [`Error::Grad`], [`Error::Interrupted`].
pub fn joint(
    examination: &Examination<'_>,
    training: RealTraining,
) -> Result<Vec<Accuracies>, Error> {
    let seen = |step: usize| &examination.course.steps()[..=step];
    each_network(examination, training, seen, true)
}

/// One network for all steps, trained on each step's data in turn: what happens without a memory.
///
/// # Errors
/// As for [`joint`].
pub fn fine_tuned(
    examination: &Examination<'_>,
    training: RealTraining,
) -> Result<Vec<Accuracies>, Error> {
    let alone = |step: usize| &examination.course.steps()[step..=step];
    each_network(examination, training, alone, false)
}

/// Trains networks after each step on the samples of some steps; `fresh` ones each time, or the same on and on.
fn each_network<'a>(
    examination: &Examination<'a>,
    training: RealTraining,
    of: impl Fn(usize) -> &'a [Step] + Sync,
    fresh: bool,
) -> Result<Vec<Accuracies>, Error> {
    let Examination {
        domains,
        course,
        device,
        seed,
        ..
    } = *examination;
    let first = domains.first();
    let model = examination
        .recipe
        .model
        .build(facts::input(first.shape), first.class_names.len())?;
    let count = course.steps().len();
    let tests = examination.tests(count - 1);
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
            for step in 0..count {
                if fresh {
                    learner = start()?;
                }
                let steps = of(step);
                train(
                    &mut learner,
                    steps,
                    examination,
                    training.epochs,
                    &mut shuffling,
                )?;
                after.push(examination.test(&learner, &tests[..=step])?);
            }
            examination.observer.observe(Event::Evaluated);
            Ok(after)
        })
        .collect::<Result<_, Error>>()?;
    let of_step = |step: usize| Accuracies::of(nets.iter().map(|net| net[step].clone()));
    Ok((0..count).map(of_step).collect())
}

/// Passes over the samples of some steps in shuffled batches.
fn train(
    learner: &mut Learner<'_>,
    steps: &[Step],
    examination: &Examination<'_>,
    epochs: usize,
    shuffling: &mut ChaCha8Rng,
) -> Result<(), Error> {
    let parts: Vec<(&Split, Vec<usize>)> = steps
        .iter()
        .map(|step| examination.domains.train(step))
        .collect();
    let mut order: Vec<(usize, usize)> = parts
        .iter()
        .enumerate()
        .flat_map(|(part, (_, places))| places.iter().map(move |&place| (part, place)))
        .collect();
    for _ in 0..epochs {
        order.shuffle(shuffling);
        for batch in order.chunks(BATCH) {
            if examination.interrupt.is_set() {
                return Err(Error::Interrupted);
            }
            let of_part = |part: usize| -> Vec<usize> {
                let inside = batch.iter().filter(|(other, _)| *other == part);
                inside.map(|(_, place)| *place).collect()
            };
            let batch: Vec<(&Split, Vec<usize>)> = parts
                .iter()
                .enumerate()
                .map(|(part, (split, _))| (*split, of_part(part)))
                .collect();
            let space = &examination.domains.first().space;
            learn_across(learner, &batch, space, examination.device)?;
        }
    }
    Ok(())
}
