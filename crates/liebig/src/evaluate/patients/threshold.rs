//! The threshold that tells positive patients best.

use super::rates::Rates;

/// Where no threshold tells patients apart: most samples decide.
const MAJORITY: f64 = 0.5;

/// The threshold on the patients' shares of positive samples with the highest harmonic mean of sensitivity and specificity,
/// if patients above it are called positive.
///
/// It lies in the middle between the shares of two patients. Of several that are equally good, it is the one in the
/// middle, the lower one if their number is even. If the mean is 0 everywhere, it is 0.5.
pub(super) fn best(shares: &[f64], positive: &[bool]) -> f64 {
    let mut patients: Vec<(f64, bool)> = shares
        .iter()
        .copied()
        .zip(positive.iter().copied())
        .collect();
    patients.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Below all shares, everyone is called positive; going up, one after the other is not.
    let mut rates = Rates::default();
    for &(_, positive) in &patients {
        rates.add(positive, true);
    }
    let (mut highest, mut best) = (0.0, Vec::new());
    for (&(share, positive), &(next, _)) in patients.iter().zip(patients.iter().skip(1)) {
        match positive {
            true => rates.found -= 1,
            false => rates.cleared += 1,
        }
        if next == share {
            continue;
        }
        let mean = rates.harmonic_mean();
        if mean > highest {
            highest = mean;
            best.clear();
        }
        if mean == highest && mean > 0.0 {
            best.push(f64::midpoint(share, next));
        }
    }
    match best.len() {
        0 => MAJORITY,
        count => best[(count - 1) / 2],
    }
}
