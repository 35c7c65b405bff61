//! The core of most methods: a differentiable loss of a synthetic set.

use super::{Losses, Phase};
use crate::privacy::Guarantee;
use crate::synthetic::{Cotangents, Synthetic};
use crate::{Error, State};

/// A differentiable loss of a synthetic set. Each iteration has a context, such as a fresh network, and one update of
/// the set, or several in a row.
pub trait Objective: Sync {
    /// What the updates of one iteration share: a network, a member of a pool, a part of an expert's training.
    type Context: Sync;

    /// The context of an iteration.
    ///
    /// # Errors
    /// Any error of making it.
    fn context(&mut self, iteration: u64) -> Result<Self::Context, Error>;

    /// The number of updates of the set in one iteration.
    fn updates(&self) -> usize {
        1
    }

    /// Called before each update.
    ///
    /// # Errors
    /// Any error of the implementation.
    fn before(&self, context: &mut Self::Context, set: &Synthetic, at: At) -> Result<(), Error> {
        let _ = (context, set, at);
        Ok(())
    }

    /// The loss, and its gradient with respect to the set.
    ///
    /// # Errors
    /// Any error of the operations.
    fn pull(
        &self,
        context: &Self::Context,
        set: &Synthetic,
        at: At,
    ) -> Result<(Losses, Cotangents), Error>;

    /// Whether an update with these losses is left out: the set and its optimisers stay as they are.
    fn leaves_out(&self, losses: &Losses) -> bool {
        let _ = losses;
        false
    }

    /// Called between two updates of an iteration, for example to train the context's network on the set.
    ///
    /// # Errors
    /// Any error of the implementation.
    fn between(&self, context: &mut Self::Context, set: &Synthetic, at: At) -> Result<(), Error> {
        let _ = (context, set, at);
        Ok(())
    }

    /// Called after the last update of an iteration, for example to put a network back into a pool.
    ///
    /// # Errors
    /// Any error of the implementation.
    fn after(
        &mut self,
        context: Self::Context,
        set: &Synthetic,
        iteration: u64,
    ) -> Result<(), Error> {
        let _ = (context, set, iteration);
        Ok(())
    }

    /// The factor of all learning rates of the set in an iteration.
    fn rate(&self, iteration: u64) -> f64 {
        let _ = iteration;
        1.0
    }

    /// The kinds of iterations by the time that they take; empty if all take the same.
    fn phases(&self) -> Vec<Phase> {
        Vec::new()
    }

    /// Seconds that one iteration will take, in the mean.
    ///
    /// # Errors
    /// As for [`pull`](Self::pull) and [`between`](Self::between).
    fn estimate(&mut self, set: &Synthetic) -> Result<f64, Error> {
        let phases = self.phases();
        let kinds: Vec<u64> = match phases.is_empty() {
            true => vec![0],
            false => phases.iter().map(|phase| phase.example).collect(),
        };
        let seconds = kinds
            .into_iter()
            .map(|iteration| self.estimate_one(set, iteration))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Phase::mean(&phases, &seconds))
    }

    /// Seconds that this iteration will take.
    ///
    /// # Errors
    /// As for [`pull`](Self::pull) and [`between`](Self::between).
    fn estimate_one(&mut self, set: &Synthetic, iteration: u64) -> Result<f64, Error> {
        let at = At {
            iteration,
            update: 0,
        };
        let mut context = self.context(iteration)?;
        let mut seconds = [0.0; 2];
        // Twice, because the first run is slower.
        for _ in 0..2 {
            let started = std::time::Instant::now();
            self.before(&mut context, set, at)?;
            self.pull(&context, set, at)?;
            seconds[0] = started.elapsed().as_secs_f64();
        }
        if self.updates() > 1 {
            let started = std::time::Instant::now();
            self.between(&mut context, set, at)?;
            seconds[1] = started.elapsed().as_secs_f64();
        }
        let updates = self.updates() as f64;
        Ok(updates * seconds[0] + (updates - 1.0) * seconds[1])
    }

    /// The differential privacy of the sets, if the method guarantees any.
    fn guarantee(&self) -> Option<Guarantee> {
        None
    }

    /// Saves what the next iteration depends on besides the set and the iteration's number, such as a pool of networks.
    fn save(&self, state: &mut State) {
        let _ = state;
    }

    /// Restores what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`crate::run::Error::OtherState`] if something is missing or has another shape.
    fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        let _ = state;
        Ok(())
    }
}

/// Identifies an update; part of the names of random streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// The iteration, counted from 0.
    pub iteration: u64,
    /// The update within it, counted from 0.
    pub update: usize,
}
