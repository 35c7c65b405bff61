//! Accuracies of several networks.

/// One test accuracy per network, as fractions, in order of the repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The accuracies.
    pub accuracies: Vec<f64>,
}

impl Score {
    /// The number of networks.
    #[must_use]
    pub fn n(&self) -> usize {
        self.accuracies.len()
    }

    /// The mean; NaN of none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        let count = self.n() as f64;
        self.accuracies.iter().sum::<f64>() / count
    }

    /// The population standard deviation (NumPy's default, as the papers use it); NaN of none.
    #[must_use]
    pub fn std(&self) -> f64 {
        let mean = self.mean();
        let squares = self
            .accuracies
            .iter()
            .map(|accuracy| (accuracy - mean).powi(2))
            .collect();
        Self {
            accuracies: squares,
        }
        .mean()
        .sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_the_populations() {
        let score = Score {
            accuracies: vec![0.2, 0.4],
        };
        assert_eq!(score.n(), 2);
        assert!((score.mean() - 0.3).abs() < 1e-12);
        assert!((score.std() - 0.1).abs() < 1e-12);
    }
}
