//! How well two rankings agree.

use liebig_data::stream;
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// Samples of the bootstrap.
const RESAMPLED: usize = 2000;

/// The middle 95 % of the bootstrap over networks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// How well the scores of a proxy order networks like the truth does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// [`spearman`].
    pub spearman: f64,
    /// Its interval over other networks of the space.
    pub interval: Interval,
    /// [`kendall`].
    pub kendall: f64,
    /// The share of the best fifth of the networks (at least three) that the proxy has among its best as many.
    pub top_overlap: f64,
    /// The number of networks that this is.
    pub top: usize,
    /// [`regret`] of the proxy's best 1, 2, ... networks.
    pub regret: Vec<f64>,
}

/// Compares the scores of a proxy with the truth, network by network.
#[must_use]
pub fn agreement(proxy: &[f64], truth: &[f64], seed: u64) -> Agreement {
    let top = (truth.len() / 5).max(3).min(truth.len());
    let (best, found) = (best(truth, top), best(proxy, top));
    let both = best.iter().filter(|place| found.contains(place)).count();
    Agreement {
        spearman: spearman(proxy, truth),
        interval: interval(proxy, truth, seed),
        kendall: kendall(proxy, truth),
        top_overlap: both as f64 / top.max(1) as f64,
        top,
        regret: (1..=truth.len())
            .map(|count| regret(proxy, truth, count))
            .collect(),
    }
}

/// The places of the highest so many scores; of equal ones the first.
fn best(scores: &[f64], count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..scores.len()).collect();
    places.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    places.truncate(count);
    places
}

/// By how much the best of the proxy's first `count` networks is below the best of all, by the truth.
#[must_use]
pub fn regret(proxy: &[f64], truth: &[f64], count: usize) -> f64 {
    let highest = |scores: &mut dyn Iterator<Item = f64>| scores.fold(f64::NEG_INFINITY, f64::max);
    let found = highest(&mut best(proxy, count).into_iter().map(|place| truth[place]));
    highest(&mut truth.iter().copied()) - found
}

/// Spearman's rank correlation: Pearson's of the ranks, where equal scores have their mean rank. 0 if a side has one value only.
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        a.iter()
            .zip(&b)
            .map(|(a, b)| of(a - mean_a, b - mean_b))
            .sum()
    };
    let scale = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    if scale > 0.0 {
        sum(&|a, b| a * b) / scale
    } else {
        0.0
    }
}

fn ranks(scores: &[f64]) -> Vec<f64> {
    let mut places: Vec<usize> = (0..scores.len()).collect();
    places.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let mut ranks = vec![0.0; scores.len()];
    let mut first = 0;
    while first < places.len() {
        let same = places[first..]
            .iter()
            .take_while(|&&place| scores[place] == scores[places[first]])
            .count();
        for &place in &places[first..first + same] {
            ranks[place] = first as f64 + (same + 1) as f64 / 2.0;
        }
        first += same;
    }
    ranks
}

/// Kendall's rank correlation with its correction for equal scores (tau-b). 0 if a side has one value only.
#[must_use]
pub fn kendall(a: &[f64], b: &[f64]) -> f64 {
    let (mut agreeing, mut in_a, mut in_b) = (0.0, 0.0, 0.0);
    for first in 0..a.len() {
        for second in first + 1..a.len() {
            let sign = |scores: &[f64]| match scores[first].total_cmp(&scores[second]) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.0,
                std::cmp::Ordering::Greater => -1.0,
            };
            let (sign_a, sign_b): (f64, f64) = (sign(a), sign(b));
            agreeing += sign_a * sign_b;
            in_a += sign_a.abs();
            in_b += sign_b.abs();
        }
    }
    let scale = f64::sqrt(in_a * in_b);
    if scale > 0.0 { agreeing / scale } else { 0.0 }
}

/// Spearman's correlation over networks drawn with replacement.
fn interval(proxy: &[f64], truth: &[f64], seed: u64) -> Interval {
    let mut rng = stream(seed, "search/bootstrap", 0);
    let mut all: Vec<f64> = (0..RESAMPLED)
        .map(|_| {
            let places: Vec<usize> = truth
                .iter()
                .map(|_| rng.random_range(0..truth.len()))
                .collect();
            let drawn = |scores: &[f64]| -> Vec<f64> {
                places.iter().map(|&place| scores[place]).collect()
            };
            spearman(&drawn(proxy), &drawn(truth))
        })
        .collect();
    all.sort_by(f64::total_cmp);
    let at = |share: f64| all[((RESAMPLED - 1) as f64 * share).round() as usize];
    Interval {
        low: at(0.025),
        high: at(0.975),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn correlations_are_those_of_the_definitions() {
        let up = [1.0, 2.0, 3.0, 4.0];
        let down = [9.0, 7.0, 5.0, 1.0];
        near(spearman(&up, &[0.1, 0.5, 0.7, 30.0]), 1.0);
        near(spearman(&up, &down), -1.0);
        near(kendall(&up, &down), -1.0);
        // Ranks 1, 3, 2, 4: one pair of six is exchanged.
        near(kendall(&up, &[1.0, 3.0, 2.0, 4.0]), 4.0 / 6.0);
        near(spearman(&up, &[1.0, 3.0, 2.0, 4.0]), 0.8);
        // Equal scores: scipy.stats gives 0.9486832980505138 and 0.9128709291752769.
        near(
            spearman(&up, &[1.0, 2.0, 2.0, 3.0]),
            0.948_683_298_050_513_8,
        );
        near(kendall(&up, &[1.0, 2.0, 2.0, 3.0]), 0.912_870_929_175_276_9);
        assert_eq!(
            (spearman(&up, &[5.0; 4]), kendall(&up, &[5.0; 4])),
            (0.0, 0.0)
        );
    }

    #[test]
    fn the_regret_is_that_of_the_best_network_that_the_proxy_finds() {
        let truth = [0.5, 0.9, 0.8, 0.6, 0.7];
        let proxy = [5.0, 1.0, 3.0, 4.0, 2.0];
        near(regret(&proxy, &truth, 1), 0.4);
        near(regret(&proxy, &truth, 3), 0.1);
        near(regret(&proxy, &truth, 5), 0.0);
        let compared = agreement(&proxy, &truth, 0);
        assert_eq!((compared.top, compared.regret.len()), (3, 5));
        near(compared.top_overlap, 1.0 / 3.0);
        let same = agreement(&truth, &truth, 0);
        assert!(same.interval.low > 0.9 && (same.interval.high - 1.0).abs() < 1e-9);
        assert!(
            compared.interval.low < compared.spearman && compared.spearman < compared.interval.high
        );
    }
}
