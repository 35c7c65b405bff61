//! Long work with the interpreter released, during which signals are seen.

use std::panic::resume_unwind;
use std::sync::mpsc;
use std::time::Duration;

use liebig::Error;
use liebig::run::Interrupt;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{exception, usage};
use crate::watch::Watch;

/// How often signals are looked at and progress is shown.
const TICK: Duration = Duration::from_millis(50);

/// Runs `work` on a thread of its own, with as many worker threads as are named or cores there are. Worker threads live as long
/// as the call, so that a forked process does not wait for threads that it does not have.
///
/// An exception, such as that of Ctrl-C, or of a function that `watch` calls, stops the work and is raised once it has stopped.
pub fn run<R: Send>(
    py: Python<'_>,
    threads: Option<usize>,
    watch: &Watch,
    work: impl FnOnce(&Interrupt) -> Result<R, Error> + Send,
) -> PyResult<R> {
    let pool = pool(py, threads)?;
    let interrupt = watch.interrupt();
    std::thread::scope(|scope| {
        let (finished, mut finishes) = mpsc::channel::<()>();
        let worker = scope.spawn(move || {
            // Tells the waiting thread, however the work ends.
            let _finished = finished;
            pool.install(|| work(interrupt))
        });
        let mut raised = None;
        loop {
            let ended = waited(py, &mut finishes);
            let seen = py.check_signals().and_then(|()| watch.show(py));
            if let Err(error) = seen {
                raised.get_or_insert(error);
                interrupt.set();
            }
            if ended {
                break;
            }
        }
        let result = py.detach(|| worker.join());
        let result = result.unwrap_or_else(|panic| resume_unwind(panic));
        match raised.or_else(|| watch.raised()) {
            Some(error) => Err(error),
            None => result.map_err(|error| exception(py, error)),
        }
    })
}

/// The same for work that cannot be stopped: an exception is raised at once, and the work ends later, without a result.
pub fn run_or_leave<R: Send + 'static>(
    py: Python<'_>,
    threads: Option<usize>,
    work: impl FnOnce() -> Result<R, Error> + Send + 'static,
) -> PyResult<R> {
    let pool = pool(py, threads)?;
    let (finished, mut finishes) = mpsc::channel::<()>();
    let worker = std::thread::spawn(move || {
        let _finished = finished;
        pool.install(work)
    });
    while !waited(py, &mut finishes) {
        py.check_signals()?;
    }
    let result = py.detach(|| worker.join());
    let result = result.unwrap_or_else(|panic| resume_unwind(panic));
    result.map_err(|error| exception(py, error))
}

fn pool(py: Python<'_>, threads: Option<usize>) -> PyResult<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    pool.build().map_err(|error| {
        let text = format!(
            "cannot start worker threads: {error}\nhint: give a smaller number as `threads`"
        );
        usage(py, &text)
    })
}

/// Waits for a moment with the interpreter released; whether the work has ended.
fn waited(py: Python<'_>, finishes: &mut mpsc::Receiver<()>) -> bool {
    let timeout = Err(mpsc::RecvTimeoutError::Timeout);
    py.detach(move || finishes.recv_timeout(TICK) != timeout)
}
