//! The number of iterations that a time allows, measured on this machine.

use std::time::{Duration, Instant};

use super::{Quiet, Session};
use crate::{Error, Task};

/// The part of the time that measuring may take, unless one iteration takes longer.
const TRIAL: f64 = 0.03;

impl Session<'_> {
    /// The number of iterations that fit into `time`, at least 1, with what it takes to start the method and to measure.
    /// Runs some iterations, whose results are thrown away.
    ///
    /// # Errors
    /// As for [`Session::distil`]; [`Error::NoIterations`] for a method that has none.
    pub fn iterations_within(&self, time: Duration) -> Result<u64, Error> {
        self.check_memory()?;
        let trial = time.mul_f64(TRIAL).as_secs_f64();
        let started = Instant::now();
        self.with_task(|task| {
            let observer = &Quiet;
            let method = &self.resolved.config.method;
            let mut trying = method.start(Task { observer, ..task })?;
            if trying.iterations() == 0 {
                let method = method.name().into();
                return Err(Error::NoIterations { method });
            }
            let starting = started.elapsed().as_secs_f64();
            let mut each = trying.estimate()?;
            if 2.0 * each < trial {
                let measuring = Instant::now();
                let mut pairs = 0_u32;
                // The last iterations may take longer than the first ones.
                while pairs == 0 || measuring.elapsed().as_secs_f64() + each < trial {
                    task.go_on()?;
                    let first = u64::from(pairs) % trying.iterations();
                    trying.step(first)?;
                    trying.step(trying.iterations() - 1 - first)?;
                    pairs += 1;
                }
                each = measuring.elapsed().as_secs_f64() / f64::from(2 * pairs);
            }
            let left = time.as_secs_f64() - started.elapsed().as_secs_f64() - starting;
            Ok(((left / each) as u64).max(1))
        })
    }
}
