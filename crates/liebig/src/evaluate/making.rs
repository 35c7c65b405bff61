//! What it takes to make a training set.

use serde::{Deserialize, Serialize};

/// Seconds of one core below which a set costs nothing that a number per minute would describe.
const NOTHING: f64 = 1.0;

/// The time that a training set took to make.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Making {
    /// Wall time in seconds.
    pub seconds: f64,
    /// The threads that worked on it, each taken for one core all the time.
    pub threads: usize,
}

impl Making {
    /// The percentage points of an accuracy, a fraction, for each minute of a core; `None` for a set that took less than a
    /// second of one core.
    ///
    /// ```
    /// let making = liebig::evaluate::Making { seconds: 90.0, threads: 2 };
    /// assert_eq!(making.accuracy_per_cpu_minute(0.9), Some(30.0));
    /// ```
    #[must_use]
    pub fn accuracy_per_cpu_minute(self, accuracy: f64) -> Option<f64> {
        let seconds = self.seconds * self.threads as f64;
        (seconds >= NOTHING).then(|| 100.0 * accuracy / (seconds / 60.0))
    }
}
