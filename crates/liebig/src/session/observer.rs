//! Events of a session, and their observer.

use std::ops::ControlFlow;
use std::path::Path;

use super::Session;
use crate::Error;
use crate::artefact::Artefact;
use crate::methods::{Distillation, Losses};

/// Receives the events of a session; may be called from several threads at once.
pub trait Observer: Sync {
    /// Called for each event.
    fn observe(&self, event: Event<'_>);

    /// Called after each iteration of a distillation, and may look at the set. With [`ControlFlow::Break`], the distillation
    /// ends here, with the set as it is.
    fn iterated(&self, iteration: &Iteration<'_>) -> ControlFlow<()> {
        let _ = iteration;
        ControlFlow::Continue(())
    }
}

/// A completed iteration.
pub struct Iteration<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) method: &'a dyn Distillation,
    pub(super) done: u64,
    pub(super) losses: &'a Losses,
}

impl Iteration<'_> {
    /// Iterations completed so far.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done
    }

    /// The number of iterations of the whole distillation.
    #[must_use]
    pub fn iterations(&self) -> u64 {
        self.method.iterations()
    }

    /// The losses before the iteration's updates.
    #[must_use]
    pub fn losses(&self) -> &Losses {
        self.losses
    }

    /// The set after the iteration, with its recipe.
    ///
    /// # Errors
    /// [`Error::Grad`].
    pub fn artefact(&self) -> Result<Artefact, Error> {
        self.session.artefact(self.method, self.done)
    }
}

/// An event of a session.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A note for the user, in one line.
    Note(&'a str),
    /// The run uses this folder.
    Folder(&'a Path),
    /// Distillation starts or continues.
    Distilling {
        /// Iterations completed by earlier processes.
        done: u64,
        /// Total number of iterations.
        iterations: u64,
    },
    /// An iteration was completed.
    Iterated {
        /// Iterations completed so far.
        done: u64,
        /// The loss before its updates.
        loss: f64,
    },
    /// Distillation was completed.
    Distilled,
    /// Evaluation starts.
    Evaluating {
        /// Number of networks that will be trained and tested.
        networks: usize,
    },
    /// One more network was trained and tested.
    Evaluated,
}

/// An observer that ignores every event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Observer for Quiet {
    fn observe(&self, _: Event<'_>) {}
}
