//! The objective: the loss on real samples of a network that was trained on the set, differentiated through its training.

use liebig_data::stream;
use liebig_grad::{InnerOptimizer, InnerState, Keep, Targets, Tensor, Trajectory};
use liebig_nn::{TrainingSteps, initialize, loss_gradient};
use rand::RngExt;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;

use super::models::Models;
use super::settings::KEPT;
use super::{LrDecay, Settings};
use crate::methods::descent::linear_decay;
use crate::methods::inner_training::{augmented, diverged};
use crate::methods::{At, Losses, Objective, Phase};
use crate::networks::Pool;
use crate::synthetic::{Cotangents, Parameterization, StepSizes, Synthetic};
use crate::unroll::Unroll;
use crate::{Error, Task};

/// Training on the set, and a test on real samples.
pub(crate) struct Unrolled<'a> {
    name: &'static str,
    task: Task<'a>,
    settings: Settings,
    unroll: Unroll,
    models: Models<'a>,
    /// Networks that were trained before.
    pool: Option<Pool>,
    /// The class of real samples that gets the label of another, and that other.
    attack: Option<(u32, u32)>,
}

/// What an update is made of.
pub(crate) struct Context {
    /// The weights of each network before its first step.
    networks: Vec<Vec<Tensor>>,
    /// Real samples, `[n, C, H, W]`.
    real: Tensor,
    targets: Targets,
    /// The first step that is differentiated, and the number of steps that are.
    first: usize,
    count: usize,
}

impl<'a> Unrolled<'a> {
    pub(super) fn new(
        name: &'static str,
        task: Task<'a>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let pool = settings
            .nets
            .as_ref()
            .map(|path| Pool::read(path, task.model, task.device))
            .transpose()?;
        let attack = settings
            .poison
            .as_ref()
            .map(|poison| poison.labels(task.train.class_names()))
            .transpose()?;
        Ok(Self {
            pool,
            attack,
            unroll: settings.unroll(task.seed),
            models: Models::new(&settings, &task)?,
            name,
            task,
            settings,
        })
    }

    fn stream(&self, what: &str, index: u64) -> ChaCha8Rng {
        stream(self.task.seed, &format!("{}/{what}", self.name), index)
    }

    /// The networks of an update.
    fn networks(&self, iteration: u64) -> Result<Vec<Vec<Tensor>>, Error> {
        let device = self.task.device;
        let model = self.models.at(iteration);
        let count = self.settings.sample_n_nets;
        let mut choosing = self.stream("pool", iteration);
        let nets = self.pool.as_ref().map_or(self.settings.n_nets, Pool::len);
        let pool = sample(&mut choosing, nets.max(count), count);
        (0_u64..)
            .zip(pool)
            .map(|(net, from_pool)| {
                let loaded = self.pool.as_ref();
                match self
                    .unroll
                    .start
                    .weights(from_pool as u64, model, loaded, device)?
                {
                    Some(weights) => Ok(weights),
                    None => {
                        let index = iteration * count as u64 + net;
                        let mut rng = self.stream("network", index);
                        Ok(initialize(model, &mut rng, device)?)
                    }
                }
            })
            .collect()
    }

    /// The loss of one network, and its gradient.
    fn pull_one(
        &self,
        start: &[Tensor],
        context: &Context,
        set: &Synthetic,
        iteration: u64,
    ) -> Result<(f64, Cotangents), Error> {
        let model = self.models.at(iteration);
        let steps = TrainingSteps::new(model, set.samples().clone(), set.targets()?)?
            .with_batches(self.unroll.batches(set.budget().total()))?;
        let shape = self.task.train.shape();
        let (pixels, strategy) = (Parameterization::Pixels, &self.settings.dsa_strategy);
        let steps = augmented(steps, pixels, strategy, shape, move |step| {
            self.stream("augment", (iteration << 20) + step as u64)
        });
        let step_sizes = set.step_sizes().map_or(Ok(Vec::new()), StepSizes::values)?;
        let mut before = self.inner(self.unroll.rates(&step_sizes));
        let rates = before.lr.split_off(context.first);
        let window = self.inner(rates[..context.count].to_vec());
        let diverged = |error| diverged(iteration, error);
        let start = before
            .train(&steps, &InnerState::new(start))
            .map_err(diverged)?;
        let keep = Keep::within(self.task.memory / KEPT, &steps.unroll_size(&window));
        let trajectory = Trajectory::train(&steps, &start, window, keep).map_err(diverged)?;
        let outer = loss_gradient(model, trajectory.last(), &context.real, &context.targets)?;
        if !outer.loss.is_finite() {
            return Err(Error::Diverged {
                iteration,
                what: "the loss on real samples".into(),
            });
        }
        let gradient = trajectory.backward(&outer.gradient).map_err(diverged)?;
        let mut inputs = gradient.inputs.into_iter();
        let samples = inputs.next().unwrap_or_else(|| set.samples().zeros_like());
        // A window only sees the gradients of its own steps.
        let step_sizes = [vec![0.0; context.first], gradient.lr].concat();
        let cotangents = Cotangents {
            samples,
            labels: inputs.next(),
            step_sizes: Some(step_sizes),
            temperature: None,
        };
        Ok((outer.loss, cotangents))
    }

    fn inner(&self, lr: Vec<f64>) -> InnerOptimizer {
        let rule = self.unroll.rule();
        InnerOptimizer { rule, lr }
    }
}

impl Objective for Unrolled<'_> {
    type Context = Context;

    fn context(&mut self, iteration: u64) -> Result<Context, Error> {
        let train = self.task.train;
        let count = self.settings.batch_real.min(train.len());
        let mut rng = self.stream("real", iteration);
        let indices = sample(&mut rng, train.len(), count).into_vec();
        let labels = indices
            .iter()
            .map(|&index| match (train.labels()[index], self.attack) {
                (label, Some((from, to))) if label == from => to as usize,
                (label, _) => label as usize,
            });
        let steps = self.settings.steps_at(iteration);
        let count = match self.settings.window {
            0 => steps,
            window => window,
        };
        let mut rng = self.stream("window", iteration);
        Ok(Context {
            networks: self.networks(iteration)?,
            targets: Targets::Hard(labels.collect()),
            real: self.task.real(&indices)?,
            first: rng.random_range(0..=steps - count),
            count,
        })
    }

    /// The mean loss of the networks.
    fn pull(
        &self,
        context: &Context,
        set: &Synthetic,
        at: At,
    ) -> Result<(Losses, Cotangents), Error> {
        let mut total: Option<(f64, Cotangents)> = None;
        for start in &context.networks {
            self.task.go_on()?;
            let (loss, cotangents) = self.pull_one(start, context, set, at.iteration)?;
            total = Some(match total {
                None => (loss, cotangents),
                Some((sum, all)) => (sum + loss, all.plus(&cotangents)?),
            });
        }
        let (loss, cotangents) = total.unwrap_or_else(|| (0.0, Cotangents::none(set)));
        let share = 1.0 / context.networks.len().max(1) as f64;
        Ok(((share * loss).into(), cotangents.scale(share)?))
    }

    fn phases(&self) -> Vec<Phase> {
        let total = self.settings.iterations;
        let warmup = self.settings.warmup_updates();
        let turns = self.models.turns();
        let warmed = Phase {
            example: 0,
            iterations: warmup,
        };
        let after = (0..turns).map(|turn| Phase {
            example: total.saturating_sub(turns - turn),
            iterations: (total - warmup) / turns,
        });
        let phases = std::iter::once(warmed).chain(after);
        phases.filter(|phase| phase.iterations > 0).collect()
    }

    fn rate(&self, iteration: u64) -> f64 {
        let Settings {
            iterations,
            decay_iterations,
            decay_factor,
            ..
        } = self.settings;
        match self.settings.lr_decay {
            LrDecay::None => 1.0,
            LrDecay::Step => {
                let steps = iteration / decay_iterations.max(1);
                decay_factor.powf(steps as f64)
            }
            LrDecay::Linear => linear_decay(iteration, iterations),
        }
    }
}
