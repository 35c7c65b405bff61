//! What differential privacy guarantees for a distilled set.

use liebig_accountant::{Accountant, Charge, epsilon};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Differential privacy of a set: whoever sees it, whatever else they know and however much they compute, learns little more
/// about any record of the training split than if the record had not been there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guarantee {
    /// ε: the logarithm of the factor by which a record may change the probability of any result.
    pub epsilon: f64,
    /// δ: what is allowed on top.
    pub delta: f64,
    /// How the steps were added up.
    pub accountant: Accountant,
    /// What two datasets differ in that must not be told apart.
    pub neighbours: String,
    /// What was released, and how often.
    pub charges: Vec<Charge>,
    /// What the guarantee does not cover.
    pub not_covered: Vec<String>,
}

/// What no guarantee of this kind covers.
const NOT_COVERED: &[&str] = &[
    "settings that were chosen by looking at results on the same data",
    "the number of records, the classes' names and the shape of a sample, which count as known",
    "what other records, such as a patient's other pictures, say of a person",
    "results of real samples that were evaluated for comparison, which are not part of the set",
    "rounding of the noise to numbers of 64 bits",
];

impl Guarantee {
    pub(super) fn new(
        charges: Vec<Charge>,
        delta: f64,
        accountant: Accountant,
    ) -> Result<Self, Error> {
        Ok(Self {
            epsilon: epsilon(&charges, delta, accountant)?,
            delta,
            accountant,
            neighbours: "one record more or less".into(),
            charges,
            not_covered: NOT_COVERED.iter().map(ToString::to_string).collect(),
        })
    }
}

impl std::fmt::Display for Guarantee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            epsilon,
            delta,
            accountant,
            neighbours,
            ..
        } = self;
        write!(
            f,
            "epsilon {epsilon:.4} at delta {delta} ({accountant}) for {neighbours}"
        )
    }
}
