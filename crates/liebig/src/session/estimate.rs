//! The cost of a run, estimated by running a few of its steps on this machine.

use std::time::Instant;

use super::Session;
use crate::Error;
use crate::coresets;
use crate::evaluate::{Evaluation, Training, expanded};
use crate::protocol::Recipe;
use crate::run::peak_rss_bytes;
use crate::session::Quiet;

/// The estimated cost of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Wall time of the distillation, in seconds.
    pub distill_seconds: f64,
    /// Wall time of the evaluation of the distilled set and of its baselines, in seconds.
    pub evaluate_seconds: f64,
    /// Peak memory of the process during the measured steps, in bytes.
    pub peak_rss_bytes: Option<u64>,
}

impl Session<'_> {
    /// Measures a few steps and extrapolates; takes some seconds. Uses the threads of the current rayon pool.
    ///
    /// # Errors
    /// As for [`Session::distil`] and [`Session::evaluate`].
    pub fn estimate(&self) -> Result<Estimate, Error> {
        self.check_memory()?;
        let started = Instant::now();
        let distill_seconds = self.with_task(|task| {
            let mut method = self.resolved.config.method.start(task)?;
            let starting = started.elapsed().as_secs_f64();
            Ok(starting + method.estimate()? * float(method.iterations()))
        })?;
        Ok(Estimate {
            distill_seconds,
            evaluate_seconds: self.estimate_evaluation()?,
            peak_rss_bytes: peak_rss_bytes(),
        })
    }

    /// Trains as many networks as run at once for one epoch and for three: the difference is the time of two epochs, the
    /// rest that of the test.
    fn estimate_evaluation(&self) -> Result<f64, Error> {
        let config = &self.resolved.config;
        let repeats = config.evaluation.repeats;
        if repeats == 0 {
            return Ok(0.0);
        }
        let networks = repeats.min(rayon::current_num_threads());
        let tested = self.dataset.test.len().min(256);
        let test = self.dataset.test.subset(&(0..tested).collect::<Vec<_>>());
        let mut recipe: Recipe = self.recipe();
        let epochs = recipe.protocol.epochs;
        let set = self.with_task(|task| coresets::random(&task, 0))?;
        let mut measure = |epochs| {
            recipe.protocol.epochs = epochs;
            let evaluation = Evaluation {
                recipe: &recipe,
                networks: None,
                teacher: None,
                pruning: None,
                rates: &[],
                store: None,
                test: &test,
                seed: 0,
                device: &self.device,
                interrupt: &self.interrupt,
                observer: &Quiet,
            };
            let started = Instant::now();
            evaluation.run(Training::Common, networks, |_| Ok(set.clone()))?;
            Ok::<f64, Error>(started.elapsed().as_secs_f64())
        };
        let one = measure(1)?;
        let epoch = ((measure(3)? - one) / 2.0).max(0.0);
        let test_batch = (one - epoch).max(0.0);
        let tests = float(self.dataset.test.len() as u64) / float(tested.max(1) as u64);
        let network = |epochs: f64| epoch * epochs + test_batch * tests;
        let baselines = expanded(&config.evaluation.baselines, &set.labels).len();
        let common = float((1 + baselines) as u64);
        let own = recipe.unroll.as_ref().map_or(0.0, |unroll| {
            network(float(unroll.steps as u64) / float(unroll.parts as u64))
        });
        let rounds = float(repeats.div_ceil(networks) as u64);
        Ok(rounds * (common * network(float(epochs as u64)) + own))
    }
}

fn float(count: u64) -> f64 {
    count as f64
}
