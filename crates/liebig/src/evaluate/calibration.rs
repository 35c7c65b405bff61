//! How well a network's confidence agrees with how often it is right.

/// Bins of equal width, as is usual (Guo et al., "On Calibration of Modern Neural Networks", 2017).
const BINS: usize = 15;

/// The expected calibration error, 0 (as confident as right) to 1: the mean distance of confidence and accuracy over the
/// bins, weighted by their samples. `answers` are the probability of each predicted class and whether it was right. NaN
/// without answers.
pub(super) fn expected_calibration_error(answers: impl IntoIterator<Item = (f32, bool)>) -> f64 {
    let mut bins = [(0_u64, 0_u64, 0.0_f64); BINS];
    for (confidence, right) in answers {
        // The upper edge of a bin belongs to it.
        let bin = (confidence * BINS as f32).ceil() as usize;
        let (count, correct, sum) = &mut bins[bin.clamp(1, BINS) - 1];
        *count += 1;
        *correct += u64::from(right);
        *sum += f64::from(confidence);
    }
    let all: u64 = bins.iter().map(|(count, ..)| count).sum();
    let distances = bins
        .iter()
        .map(|&(_, correct, sum)| (correct as f64 - sum).abs());
    distances.sum::<f64>() / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }

    #[test]
    fn a_network_that_is_as_sure_as_right_has_no_error() {
        let right = |count: usize| (0..4).map(move |index| index < count);
        let half = right(2).map(|right| (0.5, right));
        let quarter = right(1).map(|right| (0.25, right));
        near(expected_calibration_error(half.chain(quarter)), 0.0);
    }

    #[test]
    fn the_error_is_weighted_by_the_samples_of_each_bin() {
        // Always sure, three quarters right; and one answer of 0.6 that is wrong.
        let sure = [true, true, true, false].map(|right| (1.0, right));
        let answers = sure.into_iter().chain([(0.6, false)]);
        near(
            expected_calibration_error(answers),
            (4.0 * 0.25 + 0.6) / 5.0,
        );
        assert!(expected_calibration_error([]).is_nan());
    }

    #[test]
    fn answers_of_one_bin_are_judged_together() {
        // 0.62 and 0.66 share the bin that ends at 2/3: on average 0.64, of which half are right.
        near(
            expected_calibration_error([(0.62, true), (0.66, false)]),
            0.14,
        );
        // An edge belongs to the bin below.
        near(
            expected_calibration_error([(0.2, true), (0.21, false)]),
            (0.8 + 0.21) / 2.0,
        );
    }
}
