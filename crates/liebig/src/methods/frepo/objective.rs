//! The objective: the error with which the set predicts the labels of real samples, on the features of a network of the
//! pool.

use std::time::Instant;

use liebig_data::stream;
use liebig_grad::{Targets, Tensor, grad};
use liebig_nn::{Criterion, Learner, SyntheticFeatures, features};
use rand::RngExt;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::margin::margin;
use super::pool::{Member, Pool};
use super::settings::{Frepo, RateDecay, RegressionLoss};
use crate::labels::centred;
use crate::methods::{At, Losses, Method, Objective};
use crate::ridge::{double, predict, single};
use crate::synthetic::{Cotangents, Synthetic};
use crate::{Error, Task};

/// The most samples of the set that a network of the pool is trained on in one step.
const ONLINE_BATCH: usize = 1000;
/// What the learning rates fall to.
const LAST_RATE: f64 = 0.1;

/// Ridge regression on the features of a pool of networks.
pub(super) struct FeatureRegression<'a> {
    task: Task<'a>,
    settings: Frepo,
    pool: Pool<'a>,
}

/// A visit to a network of the pool.
pub(super) struct Visit<'a> {
    /// Its place in the pool.
    place: usize,
    member: Member<'a>,
    /// Features of real samples, `[n, d]` in double precision, and their classes.
    real: Tensor,
    classes: Vec<usize>,
}

impl<'a> FeatureRegression<'a> {
    pub fn new(task: Task<'a>, settings: Frepo) -> Result<Self, Error> {
        let fresh = |index| fresh(task, &settings, index);
        let pool = Pool::new(settings.num_nn_state, settings.max_online_updates, fresh)?;
        Ok(Self {
            task,
            settings,
            pool,
        })
    }

    fn stream(&self, what: &str, index: u64) -> ChaCha8Rng {
        streamed(self.task.seed, what, index)
    }

    /// The set's labels as they enter the kernel, `[n, classes]`.
    fn labels(&self, set: &Synthetic) -> Result<Tensor, Error> {
        match set.targets()? {
            Targets::Soft(labels) => Ok(labels),
            Targets::Hard(_) => {
                let (labels, classes) = (set.budget().labels(), self.task.train.classes());
                let values = centred(&labels, classes);
                let shape = [labels.len(), classes];
                Ok(Tensor::from_vec(values, &shape, self.task.device)?)
            }
        }
    }

    /// The features and classes of the real samples of an update.
    fn real(&self, visit: &Visit<'_>, at: At) -> Result<(Tensor, Vec<usize>), Error> {
        let all = visit.classes.len();
        if self.settings.batch_real >= all {
            return Ok((visit.real.clone(), visit.classes.clone()));
        }
        let mut rng = self.stream("rows", (at.iteration << 20) + at.update as u64);
        let rows = sample(&mut rng, all, self.settings.batch_real).into_vec();
        let classes = rows.iter().map(|&row| visit.classes[row]).collect();
        Ok((visit.real.index_select(0, &rows)?, classes))
    }

    /// The mean loss of predictions `[n, classes]`.
    fn loss(
        &self,
        predicted: &Tensor,
        classes: Vec<usize>,
        temperature: Option<&Tensor>,
    ) -> Result<Tensor, Error> {
        let predicted = match temperature {
            Some(logarithm) => &predicted.mul(&logarithm.exp()?)?,
            None => predicted,
        };
        match self.settings.loss {
            RegressionLoss::Ce => Ok(predicted.cross_entropy(&Targets::Hard(classes))?),
            RegressionLoss::Mse => {
                let count = self.task.train.classes();
                let mean = 1.0 / count as f64;
                let row = |class: usize| {
                    (0..count).map(move |other| f64::from(u8::from(other == class)) - mean)
                };
                let values = classes.into_iter().flat_map(row).collect();
                let shape = predicted.shape();
                let targets = Tensor::from_vec_f64(values, shape, self.task.device)?;
                Ok(predicted.squared_error(&Targets::Soft(targets))?)
            }
        }
    }

    /// One step of a network of the pool on the set.
    fn train(
        &self,
        learner: &mut Learner<'a>,
        set: &Synthetic,
        iteration: u64,
        step: u64,
    ) -> Result<(), Error> {
        self.task.go_on()?;
        let criterion = self.settings.online_criterion();
        let targets = match criterion {
            Criterion::SquaredError => Targets::Soft(self.labels(set)?),
            Criterion::CrossEntropy | Criterion::Distillation { .. } => {
                let labels = set.budget().labels();
                Targets::Hard(labels.into_iter().map(|label| label as usize).collect())
            }
        };
        let all = set.samples();
        let learnt = match all.shape()[0] {
            0..=ONLINE_BATCH => learner.learn_by(criterion, all, &targets)?,
            count => {
                let mut rng = self.stream("online", (iteration << 20) + step);
                let part = sample(&mut rng, count, ONLINE_BATCH).into_vec();
                let x = all.index_select(0, &part)?;
                learner.learn_by(criterion, &x, &targets.select(&part)?)?
            }
        };
        match learnt.loss.is_finite() {
            true => Ok(()),
            false => Err(Error::Diverged {
                iteration,
                what: "the loss of a network of the pool on the set".into(),
            }),
        }
    }
}

fn streamed(seed: u64, what: &str, index: u64) -> ChaCha8Rng {
    stream(seed, &format!("{}/{what}", Frepo::NAME), index)
}

/// A fresh network.
fn fresh<'a>(task: Task<'a>, settings: &Frepo, index: u64) -> Result<Learner<'a>, Error> {
    let mut rng = streamed(task.seed, "network", index);
    let optimizer = settings.online_optimizer();
    Ok(Learner::fresh(
        task.model,
        optimizer,
        &mut rng,
        task.device,
    )?)
}

impl<'a> Objective for FeatureRegression<'a> {
    type Context = Visit<'a>;

    fn context(&mut self, iteration: u64) -> Result<Visit<'a>, Error> {
        let place = self
            .stream("pool", iteration)
            .random_range(0..self.pool.0.len());
        let member = self.pool.0[place].clone();
        let train = self.task.train;
        let count = self.settings.cached.min(train.len());
        let mut rng = self.stream("real", iteration);
        let indices = sample(&mut rng, train.len(), count).into_vec();
        let labels = indices.iter().map(|&index| train.labels()[index] as usize);
        let x = self.task.real(&indices)?;
        let frozen = member.learner.frozen()?;
        let real = double(&features(&frozen, member.learner.weights(), &x)?)?;
        Ok(Visit {
            place,
            real,
            classes: labels.collect(),
            member,
        })
    }

    fn updates(&self) -> usize {
        self.settings.updates
    }

    fn pull(
        &self,
        visit: &Visit<'a>,
        set: &Synthetic,
        at: At,
    ) -> Result<(Losses, Cotangents), Error> {
        let diverged = |what: &str| Error::Diverged {
            iteration: at.iteration,
            what: what.into(),
        };
        let (real, classes) = self.real(visit, at)?;
        let (x, flip) = (set.samples(), self.settings.use_flip);
        let count = x.shape()[0];
        let shown = match flip {
            true => &Tensor::cat(&[x, &x.flip(WIDTH)?], 0)?,
            false => x,
        };
        let learner = &visit.member.learner;
        let synthetic = SyntheticFeatures::new(&learner.frozen()?, learner.weights(), shown)?;
        let of_set = double(synthetic.features())?.requires_grad();
        let labels = double(&self.labels(set)?)?;
        let learns_labels = self.settings.learn_label;
        let labels = match learns_labels {
            true => labels.requires_grad(),
            false => labels,
        };
        let both = match flip {
            true => &Tensor::cat(&[&labels, &labels], 0)?,
            false => &labels,
        };
        let temperature = match set.temperature() {
            Some(logarithm) => Some(double(logarithm)?.requires_grad()),
            None => None,
        };
        let predicted = predict(&of_set, both, &real, self.settings.reg);
        let predicted = match predicted {
            Err(liebig_grad::Error::NotPositiveDefinite { .. }) => {
                return Err(diverged("the kernel of the set"));
            }
            predicted => predicted?,
        };
        let loss = self.loss(&predicted, classes, temperature.as_ref())?;
        let mut losses = Losses::from(loss.item()?);

        let learnt = learns_labels.then_some(&labels);
        let inputs = [&of_set].into_iter().chain(learnt).chain(&temperature);
        let mut gradients = grad(&loss, &inputs.collect::<Vec<_>>(), false)?.into_iter();
        let of_set = gradients.next().unwrap_or(of_set);
        let of_x = synthetic.vjp_images(&single(&of_set)?)?;
        let mut cotangents = Cotangents::from(match flip {
            true => {
                let mirrored = of_x.slice(0, count, 2 * count)?.flip(WIDTH)?;
                of_x.slice(0, 0, count)?.add(&mirrored)?
            }
            false => of_x,
        });
        if learns_labels {
            let classes = self.task.train.classes();
            let (value, slope) = margin(&labels.to_vec()?, classes, 1.0 / classes as f64);
            losses.parts = vec![("regression", losses.total), ("margin", value)];
            losses.total += value;
            let slope = Tensor::from_vec(slope, labels.shape(), self.task.device)?;
            let of_labels = gradients.next();
            let of_labels = of_labels.map(|gradient| single(&gradient)?.add(&slope));
            cotangents.labels = of_labels.transpose()?;
        }
        let of_temperature = gradients.next();
        cotangents.temperature = of_temperature.map(|slope| slope.item()).transpose()?;
        match losses.total.is_finite() && cotangents.norm()?.is_finite() {
            true => Ok((losses, cotangents)),
            false => Err(diverged("the loss on real samples, or its gradient,")),
        }
    }

    /// Trains the network that was visited, or replaces it if it is too old.
    fn after(&mut self, visit: Visit<'a>, set: &Synthetic, iteration: u64) -> Result<(), Error> {
        let Visit { place, member, .. } = visit;
        let Member { mut learner, age } = member;
        let age = if age > self.settings.max_online_updates {
            let index = self.pool.0.len() as u64 + iteration;
            learner = fresh(self.task, &self.settings, index)?;
            0
        } else {
            let steps = self.settings.online_updates;
            (0..steps).try_for_each(|step| self.train(&mut learner, set, iteration, step))?;
            age + steps
        };
        self.pool.0[place] = Member { learner, age };
        Ok(())
    }

    fn rate(&self, iteration: u64) -> f64 {
        match self.settings.lr_decay {
            RateDecay::None => 1.0,
            RateDecay::Cosine => {
                let done = iteration as f64 / self.settings.iterations as f64;
                let cosine = 0.5 * (1.0 + (std::f64::consts::PI * done.min(1.0)).cos());
                LAST_RATE + (1.0 - LAST_RATE) * cosine
            }
        }
    }

    fn estimate(&mut self, set: &Synthetic) -> Result<f64, Error> {
        let at = At::default();
        let mut seconds = [0.0; 3];
        // Twice, because the first run is slower.
        for _ in 0..2 {
            let started = Instant::now();
            let mut visit = self.context(at.iteration)?;
            seconds[0] = started.elapsed().as_secs_f64();
            self.pull(&visit, set, at)?;
            seconds[1] = started.elapsed().as_secs_f64() - seconds[0];
            self.train(&mut visit.member.learner, set, at.iteration, 0)?;
            seconds[2] = started.elapsed().as_secs_f64() - seconds[0] - seconds[1];
        }
        let [visit, update, online] = seconds;
        let online = online * self.settings.online_updates as f64;
        Ok(visit + update * self.settings.updates as f64 + online)
    }

    fn save(&self, state: &mut crate::State) {
        self.pool.save(state);
    }

    fn restore(&mut self, state: &mut crate::State) -> Result<(), Error> {
        self.pool.restore(state)
    }
}

/// The dimension that flips reverse.
const WIDTH: usize = 3;
