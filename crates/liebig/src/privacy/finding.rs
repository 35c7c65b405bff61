//! How well an attack tells members from others.

use liebig_data::stream;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::Share;

/// The false-positive rates at which attacks are judged.
const RATES: [f64; 2] = [0.001, 0.01];
/// Samples of candidates for the interval of the area under the curve.
const RESAMPLES: u64 = 200;

/// One guess of an attack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trial {
    /// Whose record it is about.
    pub candidate: usize,
    /// Higher means that the attack takes it for a member.
    pub score: f64,
    /// Whether it is one.
    pub member: bool,
}

/// How well an attack tells members from others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The probability that a member has a higher score than another; 0.5 is chance.
    pub auc: f64,
    /// Its 95 % interval, by resampling candidates with all their trials.
    pub auc_interval: [f64; 2],
    /// The share of members that are found while at most 0.1 % of the others are taken for members.
    pub tpr_at_0_1_percent: Share,
    /// The same at 1 %.
    pub tpr_at_1_percent: Share,
    /// A lower bound of ε, from the ends of both intervals at the better of the two thresholds; 0 where nothing is shown.
    pub empirical_epsilon: f64,
    /// Trials on members, and on others.
    pub trials: [u64; 2],
}

impl Finding {
    /// Judges the trials of an attack; `delta` is that of the ε that is bounded.
    #[must_use]
    pub fn of(trials: &[Trial], delta: f64) -> Self {
        let mut sorted = trials.to_vec();
        sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
        let members = sorted.iter().filter(|trial| trial.member).count() as u64;
        let others = sorted.len() as u64 - members;
        let at = RATES.map(|rate| caught(&sorted, rate));
        let [low, high] = at.map(|[found, _]| Share::new(found, members));
        let bound = |[found, wrong]: [u64; 2]| {
            let (found, wrong) = (Share::new(found, members), Share::new(wrong, others));
            ((found.low - delta) / wrong.high).ln()
        };
        Self {
            auc: auc(&sorted, |_| 1.0),
            auc_interval: interval(&sorted),
            tpr_at_0_1_percent: low,
            tpr_at_1_percent: high,
            empirical_epsilon: at.map(bound).into_iter().fold(0.0, f64::max),
            trials: [members, others],
        }
    }
}

/// The members and the others above the lowest threshold that at most a share `rate` of the others exceed.
fn caught(sorted: &[Trial], rate: f64) -> [u64; 2] {
    let others = sorted.iter().filter(|trial| !trial.member).count() as f64;
    let (mut best, mut found, mut wrong) = ([0, 0], 0, 0);
    for tied in sorted.chunk_by(|a, b| a.score == b.score) {
        let members = tied.iter().filter(|trial| trial.member).count() as u64;
        found += members;
        wrong += tied.len() as u64 - members;
        if wrong as f64 > rate * others {
            break;
        }
        best = [found, wrong];
    }
    best
}

/// The area under the curve of weighted trials; ties count half.
fn auc(sorted: &[Trial], weight: impl Fn(usize) -> f64) -> f64 {
    let (mut area, mut members, mut others) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.score == b.score) {
        let sum = |member| -> f64 {
            let of = tied.iter().filter(|trial| trial.member == member);
            of.map(|trial| weight(trial.candidate)).sum()
        };
        let (more_members, more_others) = (sum(true), sum(false));
        area += more_others * (members + more_members / 2.0);
        members += more_members;
        others += more_others;
    }
    match members * others > 0.0 {
        true => area / (members * others),
        false => 0.5,
    }
}

fn interval(sorted: &[Trial]) -> [f64; 2] {
    let candidates = sorted
        .iter()
        .map(|trial| trial.candidate + 1)
        .max()
        .unwrap_or(0);
    let resampled = |index: u64| {
        let mut rng = stream(0, "privacy/bootstrap", index);
        let mut weights = vec![0.0; candidates];
        for _ in 0..candidates {
            weights[rng.random_range(0..candidates)] += 1.0;
        }
        auc(sorted, |candidate| weights[candidate])
    };
    let mut areas: Vec<f64> = (0..RESAMPLES).map(resampled).collect();
    areas.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (RESAMPLES - 1) as f64;
        areas[place.round() as usize]
    };
    [at(0.025), at(0.975)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trials(scores: impl Fn(usize, bool) -> f64, count: usize) -> Vec<Trial> {
        (0..2 * count)
            .map(|place| Trial {
                candidate: place / 2,
                member: place % 2 == 0,
                score: scores(place, place % 2 == 0),
            })
            .collect()
    }

    #[test]
    fn members_that_stand_out_are_all_found() {
        let found = Finding::of(&trials(|_, member| f64::from(u8::from(member)), 2000), 1e-5);
        assert_eq!((found.auc, found.auc_interval), (1.0, [1.0, 1.0]));
        assert_eq!(found.tpr_at_0_1_percent.value, 1.0);
        assert_eq!(found.trials, [2000, 2000]);
        // All of 2000 against none of 2000: ln(0.998 / 0.00184).
        assert!((found.empirical_epsilon - 6.3).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn equal_scores_say_nothing() {
        let found = Finding::of(&trials(|_, _| 7.0, 500), 1e-5);
        assert_eq!((found.auc, found.tpr_at_1_percent.hits), (0.5, 0));
        assert_eq!(found.empirical_epsilon, 0.0);
    }

    #[test]
    fn chance_is_within_the_interval() {
        let noise = |place: usize, _| (place as f64 * 12.9898).sin() * 43_758.545 % 1.0;
        let found = Finding::of(&trials(noise, 3000), 1e-5);
        let [low, high] = found.auc_interval;
        assert!(low < 0.5 && high > 0.5 && high - low < 0.06, "{found:?}");
        assert!(found.tpr_at_1_percent.high < 0.03, "{found:?}");
        assert_eq!(found.empirical_epsilon, 0.0);
    }

    /// Every tenth member stands out: few are found, but without a mistake, which the area hardly shows.
    #[test]
    fn few_that_are_certain_count() {
        let scores = |place: usize, member: bool| match member && place.is_multiple_of(20) {
            true => 10.0,
            false => (place as f64 * 12.9898).sin(),
        };
        let found = Finding::of(&trials(scores, 5000), 1e-5);
        assert!(found.auc < 0.6, "{found:?}");
        let share = found.tpr_at_0_1_percent;
        assert!(share.low > 0.08 && share.high < 0.13, "{share:?}");
        assert!(found.empirical_epsilon > 2.0, "{found:?}");
    }
}
