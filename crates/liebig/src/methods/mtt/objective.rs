//! The objective: the distance of a student, trained on the set, from where an expert was some epochs later.

use liebig_data::stream;
use liebig_grad::InnerOptimizer;
use liebig_nn::TrainingSteps;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::gradient::{Segment, exact, tesla};
use super::settings::KEPT;
use super::{Approximation, Mtt, MttDecay, Settings};
use crate::experts::ExpertPool;
use crate::methods::descent::linear_decay;
use crate::methods::inner_training::{augmented, diverged};
use crate::methods::{At, Losses, Method, Objective};
use crate::synthetic::{Cotangents, StepSizes, Synthetic};
use crate::{Error, Task};

/// Matching the experts of a pool.
pub(super) struct Matching<'a> {
    pub task: Task<'a>,
    pub settings: Settings,
    pub pool: ExpertPool,
}

/// What an update matches.
pub(super) struct Context {
    segment: Segment,
    /// The samples of each step; empty if every step takes all.
    batches: Vec<Vec<usize>>,
}

impl Matching<'_> {
    fn stream(&self, what: &str, index: u64) -> ChaCha8Rng {
        stream(self.task.seed, &format!("{}/{what}", Mtt::NAME), index)
    }

    /// The samples of each of the student's steps: parts of a random order, and of another one once all were used.
    fn batches(&self, iteration: u64) -> Vec<Vec<usize>> {
        let samples = self.task.budget.total();
        let size = match self.settings.batch_syn {
            0 => samples,
            size => size.min(samples),
        };
        if size == samples {
            return Vec::new();
        }
        let mut rng = self.stream("batches", iteration);
        let mut batches: Vec<Vec<usize>> = Vec::new();
        while batches.len() < self.settings.syn_steps {
            let mut order: Vec<usize> = (0..samples).collect();
            order.shuffle(&mut rng);
            batches.extend(order.chunks(size).map(<[usize]>::to_vec));
        }
        batches.truncate(self.settings.syn_steps);
        batches
    }

    fn optimizer(&self, set: &Synthetic) -> Result<InnerOptimizer, Error> {
        let learnt = set
            .step_sizes()
            .map(StepSizes::values)
            .transpose()?
            .unwrap_or_default();
        let lr = learnt
            .first()
            .map_or(self.settings.lr_teacher, |&lr| f64::from(lr));
        Ok(InnerOptimizer {
            rule: Settings::rule(),
            lr: vec![lr; self.settings.syn_steps],
        })
    }
}

impl Objective for Matching<'_> {
    type Context = Context;

    fn context(&mut self, iteration: u64) -> Result<Context, Error> {
        let Task { model, device, .. } = self.task;
        let mut rng = self.stream("segment", iteration);
        let expert = rng.random_range(0..self.pool.experts().len() as u64) as usize;
        let bound = self.settings.start_bound(iteration);
        let epochs = self.settings.min_start_epoch as u64..bound as u64;
        let epoch = rng.random_range(epochs) as usize;
        let expert = &self.pool.experts()[expert];
        let end = epoch + self.settings.expert_epochs;
        Ok(Context {
            segment: Segment {
                start: expert.snapshot(epoch, model, device)?,
                target: expert.snapshot(end, model, device)?,
            },
            batches: self.batches(iteration),
        })
    }

    fn rate(&self, iteration: u64) -> f64 {
        match self.settings.lr_decay {
            MttDecay::None => 1.0,
            MttDecay::Linear => linear_decay(iteration, self.settings.iterations),
        }
    }

    fn pull(
        &self,
        context: &Context,
        set: &Synthetic,
        at: At,
    ) -> Result<(Losses, Cotangents), Error> {
        let steps = TrainingSteps::new(self.task.model, set.samples().clone(), set.targets()?)?
            .with_batches(context.batches.clone())?;
        let shape = self.task.train.shape();
        let strategy = &self.settings.dsa_strategy;
        let canvas = self.settings.parameterization();
        let steps = augmented(steps, canvas, strategy, shape, move |step| {
            self.stream("augment", (at.iteration << 20) + step as u64)
        });
        let optimizer = self.optimizer(set)?;
        let segment = &context.segment;
        let pull = match self.settings.approximation {
            Approximation::None => exact(&steps, segment, optimizer, self.task.memory / KEPT)
                .map_err(|error| diverged(at.iteration, error))?,
            Approximation::Tesla => tesla(&steps, segment, &optimizer, || self.task.go_on())?,
        };
        if !pull.loss.is_finite() {
            return Err(Error::Diverged {
                iteration: at.iteration,
                what: "the distance to the expert".into(),
            });
        }
        let mut inputs = pull.inputs.into_iter();
        let cotangents = Cotangents {
            samples: inputs.next().unwrap_or_else(|| set.samples().zeros_like()),
            labels: inputs.next(),
            step_sizes: Some(pull.lr),
            temperature: None,
        };
        Ok((pull.loss.into(), cotangents))
    }

    fn leaves_out(&self, losses: &Losses) -> bool {
        self.settings.threshold > 0.0 && losses.total > self.settings.threshold
    }
}
