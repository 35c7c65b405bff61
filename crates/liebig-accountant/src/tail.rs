//! Tails of the normal distribution, far out as well.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The probability that a standard normal variable exceeds `x`.
pub fn above(x: f64) -> f64 {
    0.5 * libm::erfc(x * FRAC_1_SQRT_2)
}

/// The logarithm of the complementary error function.
pub fn log_erfc(x: f64) -> f64 {
    // From about 26 on, the function itself is too small for a double.
    if x < 25.0 {
        return libm::erfc(x).ln();
    }
    let square = x * x;
    let series = 1.0 - 0.5 / square * (1.0 - 1.5 / square * (1.0 - 2.5 / square));
    -square - (x * PI.sqrt()).ln() + series.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_goes_on_where_the_function_ends() {
        let series = log_erfc(25.0);
        let function = libm::erfc(25.0_f64.next_down()).ln();
        assert!((series - function).abs() < 1e-10, "{series} {function}");
        // SciPy: log_ndtr(-100 * sqrt(2)) + log(2)
        assert!((log_erfc(100.0) + 10_005.177_585_12).abs() < 1e-6);
        assert!((above(1.959_963_984_540_054) - 0.025).abs() < 1e-15);
    }
}
