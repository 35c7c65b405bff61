//! The loop over iterations, the same in memory and in a folder.

use super::{Event, Iteration, Session};
use crate::artefact::Artefact;
use crate::methods::{Distillation, Losses};
use crate::{Error, State, Task};

/// Saves the state and intermediate results of a run.
pub(super) trait Keeper {
    /// Restores an earlier state, if there is one, and returns the number of iterations before it.
    fn begin(&mut self, method: &mut dyn Distillation, task: &Task<'_>) -> Result<u64, Error>;

    /// Keeps what is to be kept after an iteration; `method` is as after it.
    fn after(&mut self, done: u64, losses: &Losses, method: &dyn Distillation)
    -> Result<(), Error>;

    /// Saves the state after `done` iterations, because there will be no more of them for now.
    fn stopped(&mut self, done: u64, state: &State) -> Result<(), Error>;
}

/// Saves nothing.
pub(super) struct InMemory;

impl Keeper for InMemory {
    fn begin(&mut self, _: &mut dyn Distillation, _: &Task<'_>) -> Result<u64, Error> {
        Ok(0)
    }

    fn after(&mut self, _: u64, _: &Losses, _: &dyn Distillation) -> Result<(), Error> {
        Ok(())
    }

    fn stopped(&mut self, _: u64, _: &State) -> Result<(), Error> {
        Ok(())
    }
}

/// Runs a method to its end, from its first iteration or its last checkpoint.
pub(super) fn drive(
    session: &Session<'_>,
    task: Task<'_>,
    keeper: &mut dyn Keeper,
) -> Result<Artefact, Error> {
    let mut method = session.resolved.config.method.start(task)?;
    let iterations = method.iterations();
    let mut done = keeper.begin(method.as_mut(), &task)?;
    task.observer
        .observe(Event::Distilling { done, iterations });
    while done < iterations {
        let before = method.state();
        let result = task.go_on().and_then(|()| method.step(done));
        let losses = match result {
            Err(error @ (Error::Interrupted | Error::Diverged { .. })) => {
                keeper.stopped(done, &before)?;
                return Err(error);
            }
            losses => losses?,
        };
        done += 1;
        keeper.after(done, &losses, method.as_ref())?;
        let loss = losses.total;
        task.observer.observe(Event::Iterated { done, loss });
        let iteration = Iteration {
            session,
            method: method.as_ref(),
            done,
            losses: &losses,
        };
        if task.observer.iterated(&iteration).is_break() {
            keeper.stopped(done, &method.state())?;
            break;
        }
    }
    task.observer.observe(Event::Distilled);
    session.artefact(method.as_ref(), done)
}
