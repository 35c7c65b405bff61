//! Distributions of the privacy loss: discretised from above, and composed by the fast Fourier transform.
//!
//! A record that is added and one that is removed give different losses; the larger ε counts.

mod compose;
mod hockey_stick;
mod single;

use crate::Charge;
use crate::tail::above;
use compose::Composed;
use hockey_stick::Neighbour;

/// The distance between two losses, where the range of a single loss is not too large for it.
const GRID: f64 = 1e-4;
/// The largest number of losses of one use.
const LOSSES: f64 = 2_097_152.0;
/// The probability that is left out on each side of a distribution, and counted as infinite loss.
const LEFT_OUT: f64 = 1e-16;

pub fn epsilon(charges: &[Charge], delta: f64) -> f64 {
    let whole = |charge: &Charge| charge.mechanism().rate() >= 1.0;
    if charges.iter().all(whole) {
        return of_everything(charges, delta);
    }
    let grid = charges
        .iter()
        .flat_map(|charge| Neighbour::BOTH.map(|neighbour| (charge.mechanism(), neighbour)))
        .map(|(mechanism, neighbour)| {
            let (low, high) = hockey_stick::range(mechanism, neighbour);
            (high - low) / LOSSES
        })
        .fold(GRID, f64::max);
    Neighbour::BOTH
        .iter()
        .map(|&neighbour| Composed::new(charges, neighbour, grid).epsilon(delta))
        .fold(0.0, f64::max)
}

/// The exact ε where every record enters every step: the noise of all steps is that of one with a smaller deviation.
fn of_everything(charges: &[Charge], delta: f64) -> f64 {
    let precision: f64 = charges
        .iter()
        .map(|charge| charge.steps() as f64 / charge.mechanism().noise().powi(2))
        .sum();
    let mu = precision.sqrt();
    let spent = |epsilon: f64| {
        above(epsilon / mu - mu / 2.0) - epsilon.exp() * above(epsilon / mu + mu / 2.0)
    };
    if spent(0.0) <= delta {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while spent(high) > delta {
        high *= 2.0;
    }
    while high - low > 1e-10 * high {
        let middle = f64::midpoint(low, high);
        match spent(middle) > delta {
            true => low = middle,
            false => high = middle,
        }
    }
    high
}
