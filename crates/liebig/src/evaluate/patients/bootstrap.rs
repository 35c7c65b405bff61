//! Intervals for what would be measured on other patients (Efron, "Bootstrap Methods", 1979).

use rand::Rng;
use rand::seq::IndexedRandom;

use super::rates::{MEASURES, Rates};

/// The number of samples of the patients.
const SAMPLES: usize = 2000;
/// The part of them that lies below the interval, and above it.
const TAIL: f64 = 0.025;

/// The 95 % interval of each measure, as percentiles. `called` holds, for each network, whether it calls each patient
/// positive; a measure is the mean over the networks.
///
/// Positive and other patients are drawn apart, with replacement, as many as there are of each, so that every sample has
/// both. There must be at least one of each.
pub(super) fn intervals(truth: &[bool], called: &[&[bool]], rng: &mut impl Rng) -> [(f64, f64); 3] {
    let of_kind = |kind: bool| -> Vec<usize> {
        let patients = truth.iter().enumerate();
        let patients = patients.filter(|(_, positive)| **positive == kind);
        patients.map(|(patient, _)| patient).collect()
    };
    let kinds = [of_kind(true), of_kind(false)];
    let mut measured = [(); 3].map(|()| Vec::with_capacity(SAMPLES));
    let mut sample = Vec::with_capacity(truth.len());
    for _ in 0..SAMPLES {
        sample.clear();
        for kind in &kinds {
            sample.extend((0..kind.len()).filter_map(|_| kind.choose(rng).copied()));
        }
        let rates = called.iter().map(|called| {
            let mut rates = Rates::default();
            for &patient in &sample {
                rates.add(truth[patient], called[patient]);
            }
            rates
        });
        let rates: Vec<Rates> = rates.collect();
        for (measured, measure) in measured.iter_mut().zip(MEASURES) {
            let sum: f64 = rates.iter().map(measure).sum();
            measured.push(sum / rates.len() as f64);
        }
    }
    measured.map(|mut values| {
        values.sort_by(f64::total_cmp);
        (percentile(&values, TAIL), percentile(&values, 1.0 - TAIL))
    })
}

/// The value below which a `part` of the ascending values lies, interpolated between two (NumPy's default).
pub(super) fn percentile(values: &[f64], part: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = part * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    values[below] + (place - below as f64) * (values[above] - values[below])
}
