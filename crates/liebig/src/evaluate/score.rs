//! The results of several networks.

use super::{Attack, Judged};

/// The result of one network on the test set.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The fraction that it classified correctly.
    pub accuracy: f64,
    /// The same for each class; NaN for a class without test samples.
    pub per_class: Vec<f64>,
    /// The number of test samples of each class (rows) that were taken for each class (columns).
    pub confusion: Vec<Vec<usize>>,
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
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The population standard deviation; NaN if there are no values.
pub(super) fn deviation(values: &[f64]) -> f64 {
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
            confusion: Vec::new(),
            judged: None,
        };
        let score = Score::new(vec![outcome(0.2), outcome(0.4)]);
        assert_eq!(score.n(), 2);
        assert!((score.mean() - 0.3).abs() < 1e-12);
        assert!((score.std() - 0.1).abs() < 1e-12);
        assert!((score.per_class()[0] - 0.3).abs() < 1e-12 && score.per_class()[1] == 1.0);
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
