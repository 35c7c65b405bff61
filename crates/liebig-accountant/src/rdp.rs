//! Rényi divergences of the sub-sampled Gaussian mechanism.

use std::f64::consts::SQRT_2;

use crate::tail::log_erfc;
use crate::{Charge, Mechanism};

/// The orders at which divergences are compared: 1.1 to 10.9, and 12 to 63.
fn orders() -> impl Iterator<Item = f64> {
    let small = (11..110).map(|tenth| f64::from(tenth) / 10.0);
    small.chain((12..64).map(f64::from))
}

/// The smallest ε over all orders (Canonne, Kamath and Steinke, 2020, proposition 12).
pub fn epsilon(charges: &[Charge], delta: f64) -> f64 {
    let at = |order: f64| {
        let spent: f64 = charges
            .iter()
            .map(|charge| charge.steps() as f64 * divergence(charge.mechanism(), order))
            .sum();
        spent - (delta.ln() + order.ln()) / (order - 1.0) + (1.0 - 1.0 / order).ln()
    };
    orders().map(at).fold(f64::INFINITY, f64::min).max(0.0)
}

/// The divergence of one use, of an order above 1.
pub fn divergence(mechanism: Mechanism, order: f64) -> f64 {
    let (rate, noise) = (mechanism.rate(), mechanism.noise());
    if rate >= 1.0 {
        return order / (2.0 * noise * noise);
    }
    let moment = match order.fract() == 0.0 {
        true => whole_moment(rate, noise, order as u64),
        false => fractional_moment(rate, noise, order),
    };
    moment / (order - 1.0)
}

/// The logarithm of the moment of a whole order: a binomial sum.
fn whole_moment(rate: f64, noise: f64, order: u64) -> f64 {
    let mut sum = SignedSum::default();
    let mut log_binomial = 0.0;
    for k in 0..=order {
        let (k_real, rest) = (k as f64, (order - k) as f64);
        let term = log_binomial
            + rest * (-rate).ln_1p()
            + k_real * rate.ln()
            + k_real * (k_real - 1.0) / (2.0 * noise * noise);
        sum.add(term, true);
        log_binomial += (rest / (k_real + 1.0)).ln();
    }
    sum.logarithm()
}

/// The same of any order: two series, which meet where both mixtures are equally likely.
fn fractional_moment(rate: f64, noise: f64, order: f64) -> f64 {
    let variance = noise * noise;
    let middle = variance * (1.0 / rate - 1.0).ln() + 0.5;
    let (log_rate, log_rest) = (rate.ln(), (-rate).ln_1p());
    let half = |k: f64, x: f64| {
        k * (k - 1.0) / (2.0 * variance) + 0.5_f64.ln() + log_erfc(x / (SQRT_2 * noise))
    };
    let mut sum = SignedSum::default();
    let (mut log_binomial, mut positive) = (0.0, true);
    let mut i = 0.0;
    loop {
        let j = order - i;
        let below = log_binomial + i * log_rate + j * log_rest + half(i, i - middle);
        let above = log_binomial + j * log_rate + i * log_rest + half(j, middle - j);
        sum.add(below, positive);
        sum.add(above, positive);
        if below.max(above) < -30.0 {
            return sum.logarithm();
        }
        let factor = j / (i + 1.0);
        log_binomial += factor.abs().ln();
        positive ^= factor < 0.0;
        i += 1.0;
    }
}

/// A sum of positive and negative terms that are given by their logarithms.
struct SignedSum {
    positive: f64,
    negative: f64,
}

impl Default for SignedSum {
    fn default() -> Self {
        Self {
            positive: f64::NEG_INFINITY,
            negative: f64::NEG_INFINITY,
        }
    }
}

impl SignedSum {
    fn add(&mut self, logarithm: f64, positive: bool) {
        let sum = match positive {
            true => &mut self.positive,
            false => &mut self.negative,
        };
        let (low, high) = match *sum < logarithm {
            true => (*sum, logarithm),
            false => (logarithm, *sum),
        };
        if high > f64::NEG_INFINITY {
            *sum = high + (low - high).exp().ln_1p();
        }
    }

    fn logarithm(&self) -> f64 {
        self.positive + (-(self.negative - self.positive).exp()).ln_1p()
    }
}
