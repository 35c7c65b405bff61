//! What can be wrong with the numbers of a question.

/// A number that no privacy can be computed from.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A probability of sampling that is none.
    #[error(
        "the sampling rate is {found}\nhint: expected the probability with which a record enters a step, above 0 and at most 1"
    )]
    Rate {
        /// The rate.
        found: f64,
    },
    /// Noise that is too small to be computed with, or none.
    #[error(
        "the noise is {found}\nhint: expected the standard deviation of the noise in units of the clipping norm, 0.1 to 1e6"
    )]
    Noise {
        /// The noise.
        found: f64,
    },
    /// A δ that is not between 1e-10 and 1.
    #[error(
        "delta is {found}\nhint: expected 1e-10 to 1, well below one over the number of records, such as 1e-5"
    )]
    Delta {
        /// δ.
        found: f64,
    },
    /// An ε that is not positive.
    #[error("epsilon is {found}\nhint: expected a number above 0, such as 1")]
    Epsilon {
        /// ε.
        found: f64,
    },
    /// An ε that no noise in the range reaches.
    #[error(
        "no noise gives epsilon {epsilon} for these steps\nhint: allow more, sample at a lower rate, or take fewer steps"
    )]
    OutOfReach {
        /// ε.
        epsilon: f64,
    },
}
