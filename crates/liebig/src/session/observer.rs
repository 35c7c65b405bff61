//! Events of a session, and their observer.

use std::path::Path;

/// Receives the events of a session; may be called from several threads at once.
pub trait Observer: Sync {
    /// Called for each event.
    fn observe(&self, event: Event<'_>);
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
