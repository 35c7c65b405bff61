//! What was released, and how often.

use serde::{Deserialize, Serialize};

use crate::Error;

/// The sum of vectors of a Poisson sample, with Gaussian noise.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mechanism {
    rate: f64,
    noise: f64,
}

impl Mechanism {
    /// The mechanism in which a record enters with probability `rate` (1 for all of them), and noise of standard deviation
    /// `noise` is added for vectors that are at most 1 long.
    ///
    /// # Errors
    /// [`Error::Rate`], [`Error::Noise`].
    pub fn new(rate: f64, noise: f64) -> Result<Self, Error> {
        if !(rate > 0.0 && rate <= 1.0) {
            return Err(Error::Rate { found: rate });
        }
        if !(0.1..=1e6).contains(&noise) {
            return Err(Error::Noise { found: noise });
        }
        Ok(Self { rate, noise })
    }

    /// The probability with which a record enters.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// The standard deviation of the noise, in units of the longest vector.
    #[must_use]
    pub fn noise(&self) -> f64 {
        self.noise
    }
}

/// A mechanism that is used a number of times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    #[serde(flatten)]
    mechanism: Mechanism,
    steps: u64,
}

impl Charge {
    /// `steps` uses of a mechanism.
    #[must_use]
    pub fn new(mechanism: Mechanism, steps: u64) -> Self {
        Self { mechanism, steps }
    }

    /// The mechanism.
    #[must_use]
    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// How often it is used.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }
}
