//! The likelihood ratio attack (Carlini et al., "Membership Inference Attacks From First Principles", 2022).

use crate::privacy::Game;

/// The logarithms of the likelihood ratios of a statistic, `[runs][candidates]`. Every run is attacked with what is known of
/// all others. As runs are few, one variance serves all candidates.
pub fn scores(game: &Game, statistics: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..statistics.len())
        .map(|target| of_run(game, statistics, target))
        .collect()
}

fn of_run(game: &Game, statistics: &[Vec<f64>], target: usize) -> Vec<f64> {
    // For each candidate the mean among runs with and without it, and the squared deviations of all of them.
    let mut means = Vec::new();
    let mut squares = [[0.0, 0.0]; 2];
    for candidate in 0..game.candidates().len() {
        let of = |member: bool| -> Vec<f64> {
            (0..statistics.len())
                .filter(|&run| run != target && game.inside(run)[candidate] == member)
                .map(|run| statistics[run][candidate])
                .collect()
        };
        let values = [of(false), of(true)];
        let mean = values
            .each_ref()
            .map(|values| values.iter().sum::<f64>() / values.len().max(1) as f64);
        for ((sum, values), mean) in squares.iter_mut().zip(&values).zip(mean) {
            sum[0] += values
                .iter()
                .map(|value| (value - mean).powi(2))
                .sum::<f64>();
            // A mean of its own costs each candidate one value.
            sum[1] += values.len().saturating_sub(1) as f64;
        }
        means.push(mean);
    }
    let [out, inside] = squares.map(|[sum, count]| (sum / count.max(1.0)).max(1e-12));
    let likelihood = |value: f64, mean: f64, variance: f64| {
        -(value - mean).powi(2) / (2.0 * variance) - 0.5 * variance.ln()
    };
    let pairs = statistics[target].iter().zip(&means);
    pairs
        .map(|(&value, mean)| likelihood(value, mean[1], inside) - likelihood(value, mean[0], out))
        .collect()
}
