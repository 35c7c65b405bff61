//! A network trained on real samples, for the coresets that look at the data through one.

use liebig_data::stream;
use liebig_grad::{Targets, Tensor};
use liebig_nn::{Learner, Sgd};
use rand::seq::SliceRandom;

use crate::{Error, Task};

/// Samples in a batch.
pub(super) const BATCH: usize = 256;
/// The learning rate and momentum of the common evaluation protocol (Zhao et al., arXiv 2006.05929).
const LR: f64 = 0.01;
const MOMENTUM: f64 = 0.9;

/// The streams of a coreset.
#[derive(Clone, Copy)]
pub(super) struct Streams<'a> {
    /// The coreset's name.
    pub name: &'a str,
    /// Which of its draws.
    pub draw: u64,
}

impl Streams<'_> {
    /// The stream for a purpose.
    pub fn of(&self, task: &Task<'_>, purpose: &str) -> rand_chacha::ChaCha8Rng {
        stream(task.seed, &format!("{}/{purpose}", self.name), self.draw)
    }
}

/// A random subset of about `wanted` training samples with the proportions of the classes; each class has at least
/// `least(class)` of them if it has so many. Ascending.
pub(super) fn subset(
    task: &Task<'_>,
    streams: Streams<'_>,
    wanted: usize,
    least: impl Fn(usize) -> usize,
) -> Vec<usize> {
    let train = task.train;
    let share = wanted as f64 / train.len().max(1) as f64;
    let mut rng = streams.of(task, "subset");
    let mut subset: Vec<usize> = (0..train.classes())
        .flat_map(|class| {
            let part = (train.of_class(class).len() as f64 * share).round() as usize;
            train.draw(class, part.max(least(class)), &mut rng)
        })
        .collect();
    subset.sort_unstable();
    subset
}

/// Trains the task's network, from fresh weights and without augmentation, on the training samples `places`. `seen`
/// hears of every batch: its places, and the logits `[n, classes]` before the update.
pub(super) fn train<'a>(
    task: &Task<'a>,
    streams: Streams<'_>,
    mut places: Vec<usize>,
    epochs: usize,
    mut seen: impl FnMut(&[usize], &Tensor) -> Result<(), Error>,
) -> Result<Learner<'a>, Error> {
    task.note(&format!(
        "{}: training a network on {} real samples for {epochs} epochs",
        streams.name,
        places.len()
    ));
    let sgd = Sgd::new(LR).with_momentum(MOMENTUM);
    let mut rng = streams.of(task, "network");
    let mut learner = Learner::fresh(task.model, sgd, &mut rng, task.device)?;
    let mut shuffling = streams.of(task, "shuffle");
    for _ in 0..epochs {
        places.shuffle(&mut shuffling);
        for batch in places.chunks(BATCH) {
            task.go_on()?;
            let labels = batch
                .iter()
                .map(|&place| task.train.labels()[place] as usize);
            let targets = Targets::Hard(labels.collect());
            let step = learner.learn(&task.real(batch)?, &targets)?;
            seen(batch, &step.logits)?;
        }
    }
    Ok(learner)
}
