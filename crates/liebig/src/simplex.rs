//! Distributions over the classes.

/// The point of the probability simplex with the smallest Euclidean distance (Duchi et al., ICML 2008): the same amount is
/// taken from all values, and what becomes negative is 0.
pub(crate) fn nearest_distribution(values: &[f64]) -> Vec<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut amount) = (0.0, 0.0);
    for (count, value) in (1..).zip(&sorted) {
        sum += value;
        let even = (sum - 1.0) / f64::from(count);
        if *value > even {
            amount = even;
        }
    }
    values
        .iter()
        .map(|value| (value - amount).max(0.0) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distributions_by_hand() {
        assert_eq!(nearest_distribution(&[0.5, 0.25, 0.25]), [0.5, 0.25, 0.25]);
        assert_eq!(nearest_distribution(&[2.0, 0.5, -3.0]), [1.0, 0.0, 0.0]);
        assert_eq!(
            nearest_distribution(&[0.75, 0.5, -1.0]),
            [0.625, 0.375, 0.0]
        );
        assert_eq!(nearest_distribution(&[0.0, 0.0]), [0.5, 0.5]);
    }

    proptest! {
        #[test]
        fn no_distribution_is_nearer(
            values in proptest::collection::vec(-2.0..2.0, 4),
            weights in proptest::collection::vec(0.01..1.0, 4),
        ) {
            let found = nearest_distribution(&values);
            let total: f32 = found.iter().sum();
            prop_assert!((total - 1.0).abs() < 1e-5 && found.iter().all(|value| *value >= 0.0));
            let scale: f64 = weights.iter().sum();
            let far = |other: &[f64]| -> f64 {
                values.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum()
            };
            let other: Vec<f64> = weights.iter().map(|weight| weight / scale).collect();
            let found: Vec<f64> = found.into_iter().map(f64::from).collect();
            prop_assert!(far(&found) <= far(&other) + 1e-5);
        }
    }
}
