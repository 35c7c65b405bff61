//! How much privacy a differentially private computation has spent, and how much noise it needs.
//!
//! The computation releases sums of vectors. Each record enters a sum with the same probability, independently of the others
//! (Poisson sampling), its vector is at most 1 long (in the Euclidean norm), and Gaussian noise is added: a [`Mechanism`]. Two
//! datasets are neighbours if one has one record more than the other. For a number of such releases, [`epsilon`] gives the ε
//! that belongs to a δ, and [`noise`] the noise that keeps within an ε.
//!
//! Two accountants are there. [`Accountant::Pld`] composes the distributions of the privacy loss, discretised from above
//! (Doroshenko et al., "Connect the Dots", PETS 2022); [`Accountant::Rdp`] composes Rényi divergences (Mironov, Talwar and Zhang,
//! "Rényi Differential Privacy of the Sampled Gaussian Mechanism", 2019). Both are upper bounds; the first is the tighter one.
//!
//! ```
//! use liebig_accountant::{Accountant, Charge, Mechanism, epsilon};
//!
//! # fn main() -> Result<(), liebig_accountant::Error> {
//! let steps = Charge::new(Mechanism::new(0.01, 4.0)?, 10_000);
//! let spent = epsilon(&[steps], 1e-5, Accountant::Pld)?;
//! assert!((spent - 0.947).abs() < 1e-3);
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod calibrate;
mod charge;
mod error;
mod pld;
mod rdp;
mod tail;

#[cfg(test)]
mod tests;

pub use calibrate::noise;
pub use charge::{Charge, Mechanism};
pub use error::Error;

use serde::{Deserialize, Serialize};

/// How the privacy of several releases is added up.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Accountant {
    /// Distributions of the privacy loss.
    #[default]
    Pld,
    /// Rényi divergences.
    Rdp,
}

impl std::fmt::Display for Accountant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pld => "pld",
            Self::Rdp => "rdp",
        })
    }
}

/// An ε for which all releases together are (ε, `delta`)-differentially private; 0 without any.
///
/// # Errors
/// [`Error::Delta`] if `delta` is not between 1e-10 and 1.
pub fn epsilon(charges: &[Charge], delta: f64, accountant: Accountant) -> Result<f64, Error> {
    if !(1e-10..1.0).contains(&delta) {
        return Err(Error::Delta { found: delta });
    }
    let charges: Vec<Charge> = charges
        .iter()
        .copied()
        .filter(|charge| charge.steps() > 0)
        .collect();
    if charges.is_empty() {
        return Ok(0.0);
    }
    Ok(match accountant {
        Accountant::Rdp => rdp::epsilon(&charges, delta),
        Accountant::Pld => pld::epsilon(&charges, delta),
    })
}
