//! What is heard of running work: progress for the caller's display, and functions that are called after iterations.

use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use liebig::run::Interrupt;
use liebig::session::{Event, Iteration, Observer};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::artefact::Artefact;

/// Collects events for the thread that waits, and calls functions from the one that works.
#[derive(Default)]
pub struct Watch {
    interrupt: Interrupt,
    /// `show(notes, phase, done, total, loss)`, called now and then.
    shown: Option<Py<PyAny>>,
    /// `step(done, total, loss, losses, artefact) -> bool`, called after each iteration; true ends the distillation.
    step: Option<Py<PyAny>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    notes: Vec<String>,
    phase: &'static str,
    done: u64,
    total: u64,
    loss: Option<f64>,
    changed: bool,
    raised: Option<PyErr>,
}

impl Watch {
    /// Calls these functions, where they are given.
    pub fn new(shown: Option<Py<PyAny>>, step: Option<Py<PyAny>>) -> Self {
        Self {
            shown,
            step,
            ..Self::default()
        }
    }

    /// The flag that stops the work.
    pub fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// Shows what has happened since the last call.
    pub fn show(&self, py: Python<'_>) -> PyResult<()> {
        let Some(shown) = &self.shown else {
            return Ok(());
        };
        let (notes, phase, done, total, loss) = {
            let mut state = self.state();
            if !state.changed {
                return Ok(());
            }
            state.changed = false;
            let notes = std::mem::take(&mut state.notes);
            (notes, state.phase, state.done, state.total, state.loss)
        };
        shown.call1(py, (notes, phase, done, total, loss))?;
        Ok(())
    }

    /// The exception that a called function raised.
    pub fn raised(&self) -> Option<PyErr> {
        self.state().raised.take()
    }

    /// Stops the work, because of this exception.
    pub fn raise(&self, error: PyErr) {
        self.state().raised.get_or_insert(error);
        self.interrupt.set();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere is no reason not to go on.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call_step(&self, step: &Py<PyAny>, iteration: &Iteration<'_>) -> PyResult<bool> {
        let artefact = iteration.artefact();
        Python::attach(|py| {
            let artefact = artefact.map_err(|error| crate::error::exception(py, error))?;
            let losses = iteration.losses();
            let parts = PyDict::new(py);
            for (name, loss) in &losses.parts {
                parts.set_item(name, loss)?;
            }
            let (done, total) = (iteration.done(), iteration.iterations());
            let arguments = (done, total, losses.total, parts, Artefact(artefact));
            step.call1(py, arguments)?.extract(py)
        })
    }
}

impl Observer for Watch {
    fn observe(&self, event: Event<'_>) {
        let mut state = self.state();
        state.changed = true;
        match event {
            Event::Note(text) => state.notes.push(text.into()),
            Event::Distilling { done, iterations } => {
                (state.phase, state.done, state.total) = ("distil", done, iterations);
                state.loss = None;
            }
            Event::Iterated { done, loss } => (state.done, state.loss) = (done, Some(loss)),
            Event::Evaluating { networks } => {
                (state.phase, state.done, state.total) = ("evaluate", 0, networks as u64);
                state.loss = None;
            }
            Event::Evaluated => state.done += 1,
            _ => {}
        }
    }

    fn iterated(&self, iteration: &Iteration<'_>) -> ControlFlow<()> {
        let Some(step) = &self.step else {
            return ControlFlow::Continue(());
        };
        match self.call_step(step, iteration) {
            Ok(true) => ControlFlow::Break(()),
            Ok(false) => ControlFlow::Continue(()),
            Err(error) => {
                self.raise(error);
                ControlFlow::Continue(())
            }
        }
    }
}
