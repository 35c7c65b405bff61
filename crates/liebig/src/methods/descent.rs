//! Gradient descent on an objective: the part that all methods with an objective share.

use super::{At, Distillation, Losses, Objective, Phase};
use crate::privacy::Guarantee;
use crate::set::SmallSet;
use crate::synthetic::Synthetic;
use crate::{Error, State, Task};

/// A running method that descends on an objective.
pub struct Descent<'a, O> {
    task: Task<'a>,
    objective: O,
    set: Synthetic,
    iterations: u64,
}

impl<'a, O: Objective> Descent<'a, O> {
    /// The state before the first of `iterations` iterations.
    #[must_use]
    pub fn new(task: Task<'a>, objective: O, set: Synthetic, iterations: u64) -> Self {
        Self {
            task,
            objective,
            set,
            iterations,
        }
    }
}

impl<O: Objective> Distillation for Descent<'_, O> {
    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn step(&mut self, iteration: u64) -> Result<Losses, Error> {
        let mut context = self.objective.context(iteration)?;
        let updates = self.objective.updates();
        let mut mean = Losses::default();
        self.set.set_rate(self.objective.rate(iteration));
        for update in 0..updates {
            self.task.go_on()?;
            let at = At { iteration, update };
            self.objective.before(&mut context, &self.set, at)?;
            let (losses, cotangents) = self.objective.pull(&context, &self.set, at)?;
            if !self.objective.leaves_out(&losses) {
                self.set.apply(&cotangents)?;
            }
            mean.add(losses, updates);
            if update + 1 < updates {
                self.objective.between(&mut context, &self.set, at)?;
            }
        }
        self.objective.after(context, &self.set, iteration)?;
        Ok(mean)
    }

    fn phases(&self) -> Vec<Phase> {
        self.objective.phases()
    }

    fn estimate(&mut self) -> Result<f64, Error> {
        self.objective.estimate(&self.set)
    }

    fn guarantee(&self) -> Option<Guarantee> {
        self.objective.guarantee()
    }

    fn set(&self) -> Result<SmallSet, Error> {
        self.set.set()
    }

    fn state(&self) -> State {
        let mut state = State::default();
        self.set.save(&mut state);
        self.objective.save(&mut state);
        state
    }

    fn restore(&mut self, mut state: State) -> Result<(), Error> {
        self.set.restore(&mut state)?;
        self.objective.restore(&mut state)
    }
}

/// The factor of a learning rate that falls to 0 over the second half of the iterations.
pub(crate) fn linear_decay(iteration: u64, iterations: u64) -> f64 {
    let left = (iterations - iteration.min(iterations)) as f64;
    (left / (0.5 * iterations as f64)).min(1.0)
}

impl Losses {
    /// Adds one of `count` losses to the mean.
    fn add(&mut self, losses: Self, count: usize) {
        let share = 1.0 / count as f64;
        self.total += share * losses.total;
        for (name, loss) in losses.parts {
            match self.parts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, mean)) => *mean += share * loss,
                None => self.parts.push((name, share * loss)),
            }
        }
    }
}
