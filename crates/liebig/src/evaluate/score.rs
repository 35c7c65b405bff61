//! The results of several networks.

use super::{Attack, Judged};
use crate::labels::highest;

/// The result of one network on the test set.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The fraction that it classified correctly.
    pub accuracy: f64,
    /// The same for each class; NaN for a class without test samples.
    pub per_class: Vec<f64>,
    /// The number of test samples of each class (rows) that were taken for each class (columns).
    pub confusion: Vec<Vec<usize>>,
    /// The number of test samples.
    pub tested: usize,
    /// The expected calibration error; `None` without probabilities.
    pub calibration: Option<f64>,
    /// The probabilities of the classes of each test sample, `[n, classes]`, where they were asked for.
    pub probabilities: Option<Vec<f32>>,
    /// How it judges the test patients, where that was asked for.
    pub judged: Option<Judged>,
}

impl Outcome {
    /// The outcome of `tested` samples.
    #[must_use]
    pub fn new(confusion: Vec<Vec<usize>>, tested: usize) -> Self {
        let correct = |class: usize| confusion[class][class];
        let classes = 0..confusion.len();
        let all: usize = classes.clone().map(correct).sum();
        let of_class = |class: usize| {
            let count: usize = confusion[class].iter().sum();
            correct(class) as f64 / count as f64
        };
        Self {
            accuracy: all as f64 / tested as f64,
            per_class: classes.map(of_class).collect(),
            confusion,
            tested,
            calibration: None,
            probabilities: None,
            judged: None,
        }
    }
}

/// The outcomes of several networks, in order of the repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    outcomes: Vec<Outcome>,
}

impl Score {
    /// The score of outcomes in order of the repeats.
    #[must_use]
    pub fn new(outcomes: Vec<Outcome>) -> Self {
        Self { outcomes }
    }

    /// The outcome of each network.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// One test accuracy per network, as fractions.
    #[must_use]
    pub fn accuracies(&self) -> Vec<f64> {
        self.outcomes
            .iter()
            .map(|outcome| outcome.accuracy)
            .collect()
    }

    /// The number of networks.
    #[must_use]
    pub fn n(&self) -> usize {
        self.outcomes.len()
    }

    /// The mean accuracy; NaN if there are no networks.
    #[must_use]
    pub fn mean(&self) -> f64 {
        mean(&self.accuracies())
    }

    /// The population standard deviation of the accuracies (NumPy's default, as in the papers); NaN if there are none.
    #[must_use]
    pub fn std(&self) -> f64 {
        deviation(&self.accuracies())
    }

    /// The mean of the networks' expected calibration errors; `None` if there are no probabilities.
    #[must_use]
    pub fn calibration(&self) -> Option<f64> {
        let errors = self.outcomes.iter().map(|outcome| outcome.calibration);
        errors
            .collect::<Option<Vec<f64>>>()
            .map(|errors| mean(&errors))
    }

    /// The test samples of each class (rows) that were taken for each class (columns), summed over the networks.
    #[must_use]
    pub fn confusion(&self) -> Vec<Vec<usize>> {
        let mut outcomes = self.outcomes.iter();
        let Some(first) = outcomes.next() else {
            return Vec::new();
        };
        let mut sum = first.confusion.clone();
        for outcome in outcomes {
            for (sum, counts) in sum.iter_mut().zip(&outcome.confusion) {
                sum.iter_mut()
                    .zip(counts)
                    .for_each(|(sum, count)| *sum += count);
            }
        }
        sum
    }

    /// The accuracy of all networks together, which answer with the mean of their probabilities; `None` without
    /// probabilities.
    #[must_use]
    pub fn ensemble(&self, labels: &[u32]) -> Option<f64> {
        let probabilities = self
            .outcomes
            .iter()
            .map(|outcome| outcome.probabilities.as_ref());
        let probabilities: Vec<&Vec<f32>> = probabilities.collect::<Option<_>>()?;
        let mut sum = vec![0.0_f64; probabilities.first()?.len()];
        for one in probabilities {
            sum.iter_mut()
                .zip(one)
                .for_each(|(sum, p)| *sum += f64::from(*p));
        }
        let classes = sum.len() / labels.len().max(1);
        let sum: Vec<f32> = sum.into_iter().map(|sum| sum as f32).collect();
        let right = sum
            .chunks_exact(classes.max(1))
            .zip(labels)
            .filter(|(row, label)| highest(row) == **label as usize);
        Some(right.count() as f64 / labels.len() as f64)
    }

    /// How the networks judge the test patients, where that was asked for.
    pub(super) fn judged(&self) -> impl Iterator<Item = &Judged> {
        self.outcomes
            .iter()
            .filter_map(|outcome| outcome.judged.as_ref())
    }

    /// The mean success of making networks take samples of class `from` for class `to`.
    #[must_use]
    pub fn attack(&self, from: u32, to: u32) -> Attack {
        let (a, b) = (from as usize, to as usize);
        let count = |outcome: &Outcome, class: usize, taken: usize| {
            let row = outcome.confusion.get(class);
            row.and_then(|row| row.get(taken)).copied().unwrap_or(0)
        };
        let share = |part: usize, all: usize| part as f64 / all as f64;
        let sum = |outcome: &Outcome| -> usize { outcome.confusion.iter().flatten().sum() };
        let of_class = |outcome: &Outcome, class: usize| -> usize {
            outcome
                .confusion
                .get(class)
                .map_or(0, |row| row.iter().sum())
        };
        let success = |outcome: &Outcome| share(count(outcome, a, b), of_class(outcome, a));
        let others = |outcome: &Outcome| {
            let correct = |class| count(outcome, class, class);
            let right: usize = (0..outcome.confusion.len()).map(correct).sum();
            share(right - correct(a), sum(outcome) - of_class(outcome, a))
        };
        let flipped = |outcome: &Outcome| {
            let correct = |class| count(outcome, class, class);
            let right: usize = (0..outcome.confusion.len()).map(correct).sum();
            share(right - correct(a) + count(outcome, a, b), sum(outcome))
        };
        let mean_of = |measure: &dyn Fn(&Outcome) -> f64| {
            mean(&self.outcomes.iter().map(measure).collect::<Vec<_>>())
        };
        Attack {
            from,
            to,
            success: mean_of(&success),
            accuracy_flipped: mean_of(&flipped),
            accuracy_others: mean_of(&others),
        }
    }

    /// The mean accuracy of each class.
    #[must_use]
    pub fn per_class(&self) -> Vec<f64> {
        let classes = self
            .outcomes
            .first()
            .map_or(0, |outcome| outcome.per_class.len());
        let of_class = |class: usize| -> Vec<f64> {
            self.outcomes
                .iter()
                .map(|outcome| outcome.per_class[class])
                .collect()
        };
        (0..classes).map(|class| mean(&of_class(class))).collect()
    }
}

/// NaN if there are none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The population standard deviation; NaN if there are no values.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: Vec<f64> = values
        .iter()
        .map(|value| (value - centre).powi(2))
        .collect();
    mean(&squares).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_the_populations() {
        let outcome = |accuracy| Outcome {
            accuracy,
            per_class: vec![accuracy, 1.0],
            ..Outcome::new(Vec::new(), 1)
        };
        let score = Score::new(vec![outcome(0.2), outcome(0.4)]);
        assert_eq!(score.n(), 2);
        assert!((score.mean() - 0.3).abs() < 1e-12);
        assert!((score.std() - 0.1).abs() < 1e-12);
        assert!((score.per_class()[0] - 0.3).abs() < 1e-12 && score.per_class()[1] == 1.0);
    }

    #[test]
    fn an_ensemble_answers_with_the_mean_probability() {
        // Of two samples, each network is wrong about one, and less sure there.
        let outcome = |probabilities: [f32; 4]| Outcome {
            probabilities: Some(probabilities.to_vec()),
            ..Outcome::new(vec![vec![1, 0], vec![1, 0]], 2)
        };
        let both = [outcome([0.9, 0.1, 0.6, 0.4]), outcome([0.4, 0.6, 0.1, 0.9])];
        let score = Score::new(both.to_vec());
        assert_eq!((score.mean(), score.ensemble(&[0, 1])), (0.5, Some(1.0)));
        assert_eq!(score.confusion(), [[2, 0], [2, 0]]);
        assert_eq!(
            Score::new(vec![Outcome::new(vec![vec![1]], 1)]).ensemble(&[0]),
            None
        );
    }

    #[test]
    fn an_attack_succeeds_where_one_class_is_taken_for_the_other() {
        // Ten samples of class 0, of which six are taken for 1; of class 1 five of five are right, of class 2 three of five.
        let confusion = vec![vec![3, 6, 1], vec![0, 5, 0], vec![2, 0, 3]];
        let outcome = Outcome::new(confusion, 20);
        assert_eq!((outcome.accuracy, outcome.per_class[2]), (11.0 / 20.0, 0.6));
        let attack = Score::new(vec![outcome]).attack(0, 1);
        assert_eq!((attack.success, attack.accuracy_others), (0.6, 0.8));
        assert_eq!(attack.accuracy_flipped, 14.0 / 20.0);
    }
}
