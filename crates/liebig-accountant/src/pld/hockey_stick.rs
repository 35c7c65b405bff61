//! By how much one distribution exceeds a multiple of another: δ as a function of ε for a single use.

use crate::Mechanism;
use crate::tail::above;

/// How many standard deviations of the noise count; beyond them is a probability of less than 1e-22.
const REACH: f64 = 9.8;

/// In what two neighbouring datasets differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbour {
    /// A record of the first is missing in the second.
    Removed,
    /// The second has a record more.
    Added,
}

impl Neighbour {
    pub const BOTH: [Self; 2] = [Self::Removed, Self::Added];
}

/// The smallest δ for an ε. The release with the record is a mixture of normal distributions around 0 and 1; that without it
/// is one around 0.
pub fn delta(mechanism: Mechanism, neighbour: Neighbour, epsilon: f64) -> f64 {
    let (rate, noise) = (mechanism.rate(), mechanism.noise());
    // Where the likelihood of the mixture is `factor` times that of the other, less what the centre around 0 gives.
    let crossing = |excess: f64| noise * noise * (excess / rate).ln() + 0.5;
    let without = |x: f64| above(x / noise);
    let with = |x: f64| above((x - 1.0) / noise);
    match neighbour {
        Neighbour::Removed => {
            let excess = epsilon.exp_m1() + rate;
            if excess <= 0.0 {
                return -epsilon.exp_m1();
            }
            let x = crossing(excess);
            rate * with(x) - excess * without(x)
        }
        Neighbour::Added => {
            // The loss is largest where the record is least likely, to the left.
            let excess = (-epsilon).exp_m1() + rate;
            if excess <= 0.0 {
                return 0.0;
            }
            let x = crossing(excess);
            let (without, with) = (above(-x / noise), above((1.0 - x) / noise));
            // without - e^ε ((1 - rate) without + rate with)
            epsilon.exp() * (excess * without - rate * with)
        }
    }
}

/// The losses between which all but a negligible probability lies.
pub fn range(mechanism: Mechanism, neighbour: Neighbour) -> (f64, f64) {
    let (rate, noise) = (mechanism.rate(), mechanism.noise());
    let loss = |x: f64| {
        let exponent = (2.0 * x - 1.0) / (2.0 * noise * noise);
        match exponent > 500.0 {
            true => rate.ln() + exponent,
            false => (rate * exponent.exp_m1()).ln_1p(),
        }
    };
    let (left, right) = (-REACH * noise, 1.0 + REACH * noise);
    match neighbour {
        Neighbour::Removed => (loss(left), loss(right)),
        Neighbour::Added => (-loss(right), -loss(left)),
    }
}
