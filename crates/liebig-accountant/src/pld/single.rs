//! The discretised loss of a single use.

use super::hockey_stick::{Neighbour, delta, range};
use crate::Mechanism;

/// Probabilities of the losses `(first + i) * grid`, and that of an infinite loss.
pub struct Single {
    pub first: i64,
    pub masses: Vec<f64>,
    pub infinite: f64,
}

impl Single {
    /// The distribution on the grid that has the same δ as the true one at every ε of the grid, and a larger one in between.
    pub fn new(mechanism: Mechanism, neighbour: Neighbour, grid: f64) -> Self {
        let (low, high) = range(mechanism, neighbour);
        let first = (low / grid).floor() as i64;
        let last = (high / grid).ceil() as i64 + 1;
        let deltas: Vec<f64> = (first..=last)
            .map(|place| delta(mechanism, neighbour, place as f64 * grid).max(0.0))
            .collect();
        let (up, down) = (grid.exp_m1(), -(-grid).exp_m1());
        let mut masses = vec![0.0; deltas.len()];
        for (place, three) in deltas.windows(3).enumerate() {
            // In terms of e^ε, δ is linear between the points: the mass is the change of its slope.
            let mass = (three[0] - three[1]) / down - (three[1] - three[2]) / up;
            masses[place + 1] = mass.max(0.0);
        }
        let infinite = deltas.last().copied().unwrap_or(0.0);
        if let [.., before, end] = deltas[..] {
            let end_mass = (before - end) / down;
            if let Some(mass) = masses.last_mut() {
                *mass = end_mass.max(0.0);
            }
        }
        let others: f64 = masses.iter().sum();
        masses[0] = (1.0 - infinite - others).max(0.0);
        Self {
            first,
            masses,
            infinite,
        }
    }

    /// The logarithm of the mean of `e^(order * loss)`, over finite losses.
    pub fn log_moment(&self, order: f64, grid: f64) -> f64 {
        let exponent = |place: usize| order * (self.first + place as i64) as f64 * grid;
        let ends = [exponent(0), exponent(self.masses.len() - 1)];
        let largest = ends[0].max(ends[1]);
        let terms = self.masses.iter().enumerate();
        let sum: f64 = terms
            .map(|(place, mass)| mass * (exponent(place) - largest).exp())
            .sum();
        largest + sum.ln()
    }
}
