//! DD-Ranking's scores (Li et al., "DD-Ranking: Rethinking the Evaluation of Dataset Distillation", 2025): how much of a result
//! comes from the samples, and how much from labels and augmentation. All accuracies are fractions.

use serde::{Deserialize, Serialize};

use super::{ModelRows, Rows};

/// The scores of a set; weights of one half.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// [`hard_label_recovery`].
    pub hlr: f64,
    /// [`improvement_over_random`].
    pub ior: f64,
    /// [`label_robust_score`].
    pub lrs: f64,
    /// [`augmentation_robust_score`], where the set was evaluated with and without augmentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ars: Option<f64>,
}

impl Ranking {
    /// From scores of the set, of random real samples and of the whole dataset by one protocol; `None` without them. A set
    /// with `soft` labels also needs a score with hard ones, and random samples with its own labels.
    #[must_use]
    pub fn of(rows: &Rows, soft: bool) -> Option<Self> {
        let mean = |name: &str| Some(rows.get(name)?.mean);
        let distilled = distilled(rows)?;
        let (hard, random) = match soft {
            true => (mean("distilled@hard")?, mean("random@labels")?),
            false => (distilled, mean("random")?),
        };
        let hlr = hard_label_recovery(mean("whole")?, hard);
        let ior = improvement_over_random(distilled, random);
        Some(Self {
            hlr,
            ior,
            lrs: label_robust_score(ior, hlr, 0.5),
            ars: None,
        })
    }
}

fn distilled(rows: &Rows) -> Option<f64> {
    let row = rows
        .get("distilled@common")
        .or_else(|| rows.get("distilled"));
    Some(row?.mean)
}

/// Adds the augmentation-robust score to the results of a network by DD-Ranking's two protocols.
pub(super) fn add_robustness(results: &mut [ModelRows], model: &str) {
    let gain = |protocol: &str| {
        let mut results = results.iter();
        let found = results.find(|other| other.model == model && other.protocol == protocol)?;
        let random = found
            .rows
            .get("random@labels")
            .or_else(|| found.rows.get("random"));
        Some(improvement_over_random(
            distilled(&found.rows)?,
            random?.mean,
        ))
    };
    let gains = gain("ddranking-dsa").zip(gain("ddranking-plain"));
    let Some((augmented, plain)) = gains else {
        return;
    };
    let ars = augmentation_robust_score(augmented, plain, 0.5);
    for result in results.iter_mut().filter(|result| result.model == model) {
        if let Some(ranking) = &mut result.ranking {
            ranking.ars = Some(ars);
        }
    }
}

/// How much of the whole dataset's accuracy is lost if networks are trained on the samples with hard labels: 0 if nothing is.
#[must_use]
pub fn hard_label_recovery(whole: f64, distilled_hard: f64) -> f64 {
    whole - distilled_hard
}

/// The gain over as many random real samples, if both are used in the same way.
#[must_use]
pub fn improvement_over_random(distilled: f64, random: f64) -> f64 {
    distilled - random
}

/// Gain and recovery in one number from 0 to 1, with weight `w` for the gain (DD-Ranking: one half). A set that recovers
/// everything without any gain over random samples has 0.269.
#[must_use]
pub fn label_robust_score(improvement: f64, recovery: f64, w: f64) -> f64 {
    normalised(w * improvement - (1.0 - w) * recovery)
}

/// The gain over random samples with augmentation and without, in one number from 0 to 1, with weight `gamma` for the first
/// (DD-Ranking: one half).
#[must_use]
pub fn augmentation_robust_score(augmented: f64, plain: f64, gamma: f64) -> f64 {
    normalised(gamma * augmented + (1.0 - gamma) * plain)
}

/// From `-1..=1` to `0..=1`, steeper above.
fn normalised(score: f64) -> f64 {
    let least = (-1.0_f64).exp();
    (score.exp() - least) / (1.0_f64.exp() - least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
    }

    #[test]
    fn scores_are_those_of_fractions() {
        near(label_robust_score(0.0, 0.0, 0.5), 0.269);
        near(label_robust_score(1.0, -1.0, 0.5), 1.0);
        near(label_robust_score(-1.0, 1.0, 0.5), 0.0);
        let recovery = hard_label_recovery(0.85, 0.45);
        let gain = improvement_over_random(0.45, 0.15);
        // w = 1/2: (0.3 - 0.4) / 2 = -0.05
        near(label_robust_score(gain, recovery, 0.5), 0.2482);
        near(augmentation_robust_score(0.3, 0.1, 0.5), 0.3631);
    }
}
