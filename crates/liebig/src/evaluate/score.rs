//! The results of several networks.

/// The result of one network on the test set.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The fraction that it classified correctly.
    pub accuracy: f64,
    /// The same for each class; NaN for a class without test samples.
    pub per_class: Vec<f64>,
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
        let mean = self.mean();
        let squares: Vec<f64> = self
            .accuracies()
            .iter()
            .map(|accuracy| (accuracy - mean).powi(2))
            .collect();
        self::mean(&squares).sqrt()
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

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_the_populations() {
        let outcome = |accuracy| Outcome {
            accuracy,
            per_class: vec![accuracy, 1.0],
        };
        let score = Score::new(vec![outcome(0.2), outcome(0.4)]);
        assert_eq!(score.n(), 2);
        assert!((score.mean() - 0.3).abs() < 1e-12);
        assert!((score.std() - 0.1).abs() < 1e-12);
        assert!((score.per_class()[0] - 0.3).abs() < 1e-12 && score.per_class()[1] == 1.0);
    }
}
