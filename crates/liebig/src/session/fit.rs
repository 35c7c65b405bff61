//! The number of iterations that a time allows, measured on this machine.

use std::time::{Duration, Instant};

use super::{Quiet, Session};
use crate::methods::Phase;
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
            let phases = trying.phases();
            // The last iterations may take longer than the first ones.
            let kinds: Vec<u64> = match phases.is_empty() {
                true => vec![0, trying.iterations() - 1],
                false => phases.iter().map(|phase| phase.example).collect(),
            };
            if kinds.len() as f64 * each < trial {
                let measuring = Instant::now();
                let mut seconds = vec![0.0; kinds.len()];
                let mut rounds = 0_u32;
                while rounds == 0 || measuring.elapsed().as_secs_f64() + each < trial {
                    for (seconds, &iteration) in seconds.iter_mut().zip(&kinds) {
                        task.go_on()?;
                        let started = Instant::now();
                        trying.step(iteration)?;
                        *seconds += started.elapsed().as_secs_f64();
                    }
                    rounds += 1;
                }
                each = Phase::mean(&phases, &seconds) / f64::from(rounds);
            }
            let left = time.as_secs_f64() - started.elapsed().as_secs_f64() - starting;
            Ok(((left / each) as u64).max(1))
        })
    }
}
