//! Privacy of distilled sets: what is guaranteed, and what attacks find (`docs/privacy.md`).
//!
//! A [`Guarantee`] is what a method with differential privacy proves for its set. All else is measured: [`copies`] compares a
//! set with real samples, and an [`Attack`] guesses in a [`Game`] which candidates were members of the training data, from an
//! [`Observation`] of every run.

mod attacks;
mod binomial;
mod copies;
mod finding;
mod game;
mod guarantee;
mod observation;
mod release;
mod secret;
mod ssim;
mod whole;

#[cfg(test)]
mod tests;

/// How privacy is added up: ε and noise of steps with Gaussian noise.
pub use liebig_accountant as accountant;

pub use attacks::{Attack, Guesses};
pub use binomial::{Share, coin_test};
pub use copies::{Copies, Measure, Nearest, copies, exact_copies};
pub use finding::{Finding, Trial};
pub use game::{Candidate, Game};
pub use guarantee::Guarantee;
pub use observation::{Observation, as_split};
pub(crate) use release::{Release, Target, check};
pub(crate) use secret::Secret;
pub use whole::on_set;

/// The squared Euclidean distance of two vectors.
fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let (a_parts, b_parts) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest = a_parts.remainder().iter().zip(b_parts.remainder());
    let rest: f32 = rest.map(|(a, b)| (a - b) * (a - b)).sum();
    for (a, b) in a_parts.zip(b_parts) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += (a - b) * (a - b);
        }
    }
    lanes.iter().sum::<f32>() + rest
}
