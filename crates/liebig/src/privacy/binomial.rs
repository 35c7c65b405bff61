//! Shares of counted trials, with exact intervals.

use serde::{Deserialize, Serialize};

/// A share of trials with its 95 % interval (Clopper and Pearson, 1934), which holds if the trials are independent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The trials that count.
    pub hits: u64,
    /// All trials.
    pub trials: u64,
    /// `hits / trials`; 0 without trials.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// The probability outside on each side.
const OUTSIDE: f64 = 0.025;

impl Share {
    /// `hits` of `trials`.
    ///
    /// ```
    /// use liebig::privacy::Share;
    ///
    /// let none = Share::new(0, 500);
    /// assert!((none.high - 0.0074).abs() < 1e-4);
    /// ```
    #[must_use]
    pub fn new(hits: u64, trials: u64) -> Self {
        let trials_at_least = trials.max(1);
        Self {
            hits,
            trials,
            value: hits as f64 / trials_at_least as f64,
            low: match hits {
                0 => 0.0,
                _ => crossing(|p| at_least(hits, trials, p) < OUTSIDE),
            },
            high: match hits == trials {
                true => 1.0,
                false => crossing(|p| at_most(hits, trials, p) > OUTSIDE),
            },
        }
    }
}

/// The two-sided probability of a count as far from half of the trials as this one, if each is a fair coin.
#[must_use]
pub fn coin_test(hits: u64, trials: u64) -> f64 {
    let tail = at_most(hits, trials, 0.5).min(at_least(hits, trials, 0.5));
    (2.0 * tail).min(1.0)
}

/// The probability up to which a condition holds.
fn crossing(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        match holds(middle) {
            true => low = middle,
            false => high = middle,
        }
    }
    f64::midpoint(low, high)
}

/// The probability of `hits` or more.
fn at_least(hits: u64, trials: u64, p: f64) -> f64 {
    // From the side on which there is less, as the sum starts with its largest term there.
    match hits as f64 > trials as f64 * p {
        true => upward(hits, trials, p),
        false if hits == 0 => 1.0,
        false => 1.0 - downward(hits - 1, trials, p),
    }
}

/// The probability of `hits` or fewer.
fn at_most(hits: u64, trials: u64, p: f64) -> f64 {
    match hits == trials {
        true => 1.0,
        false => 1.0 - at_least(hits + 1, trials, p),
    }
}

fn upward(hits: u64, trials: u64, p: f64) -> f64 {
    sum(hits, trials, p, |k| {
        let ratio = |k: u64| (trials - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        (k < trials).then(|| (k + 1, ratio(k)))
    })
}

fn downward(hits: u64, trials: u64, p: f64) -> f64 {
    sum(hits, trials, p, |k| {
        let ratio = |k: u64| k as f64 / (trials - k + 1) as f64 * (1.0 - p) / p;
        (k > 0).then(|| (k - 1, ratio(k)))
    })
}

/// The probability of a count, and of those that `next` leads to, each with its ratio to the one before.
fn sum(start: u64, trials: u64, p: f64, next: impl Fn(u64) -> Option<(u64, f64)>) -> f64 {
    let [k, n] = [start as f64, trials as f64];
    let log_ways = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    let mut term = (log_ways + k * p.ln() + (n - k) * (-p).ln_1p()).exp();
    let (mut sum, mut at) = (term, start);
    while let Some((following, ratio)) = next(at) {
        term *= ratio;
        sum += term;
        at = following;
        if ratio < 1.0 && term < 1e-17 * sum {
            break;
        }
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SciPy: `binomtest(k, n).proportion_ci(method="exact")`.
    #[test]
    fn intervals_are_the_exact_ones() {
        for (hits, trials, low, high) in [
            (10, 10_000, 0.000_479_6, 0.001_838_3),
            (0, 500, 0.0, 0.007_350_6),
            (500, 500, 0.992_649_4, 1.0),
            (7, 20, 0.153_909_2, 0.592_188_9),
        ] {
            let share = Share::new(hits, trials);
            assert!((share.low - low).abs() < 2e-6, "{share:?}");
            assert!((share.high - high).abs() < 2e-6, "{share:?}");
        }
        let nothing = Share::new(0, 0);
        assert_eq!((nothing.value, nothing.low, nothing.high), (0.0, 0.0, 1.0));
    }

    #[test]
    fn a_fair_coin_is_told_from_others() {
        assert!((coin_test(5, 10) - 1.0).abs() < 1e-12);
        // 2 * (1 + 10 + 45) / 1024
        assert!((coin_test(2, 10) - 0.109_375).abs() < 1e-9);
        assert!((coin_test(8, 10) - 0.109_375).abs() < 1e-9);
        assert!(coin_test(600, 1000) < 1e-9);
    }
}
