//! The loss of many uses: the distribution of a sum.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::LEFT_OUT;
use super::hockey_stick::Neighbour;
use super::single::Single;
use crate::Charge;

/// Probabilities of the losses `(first + i) * grid` of all uses together, and that of an infinite loss.
pub struct Composed {
    first: i64,
    grid: f64,
    masses: Vec<f64>,
    infinite: f64,
}

impl Composed {
    pub fn new(charges: &[Charge], neighbour: Neighbour, grid: f64) -> Self {
        let singles: Vec<(Single, u64)> = charges
            .iter()
            .map(|charge| {
                let single = Single::new(charge.mechanism(), neighbour, grid);
                (single, charge.steps())
            })
            .collect();
        let (low, high) = window(&singles, grid);
        let size = usize::try_from(high - low + 1)
            .unwrap_or(usize::MAX / 2)
            .next_power_of_two();
        let mut planner = FftPlanner::new();
        let forward = planner.plan_fft_forward(size);
        let mut product = vec![Complex::new(1.0, 0.0); size];
        let mut finite = 0.0;
        for (single, steps) in &singles {
            // The places of a sum are kept modulo the size of the window, in which almost all of them lie.
            let mut spectrum = vec![Complex::new(0.0, 0.0); size];
            for (place, &mass) in (single.first..).zip(&single.masses) {
                spectrum[modulo(place, size)].re += mass;
            }
            forward.process(&mut spectrum);
            for (product, value) in product.iter_mut().zip(&spectrum) {
                *product *= power(*value, *steps);
            }
            finite += *steps as f64 * (-single.infinite).ln_1p();
        }
        planner.plan_fft_inverse(size).process(&mut product);
        let masses = (low..low + size as i64)
            .map(|place| (product[modulo(place, size)].re / size as f64).max(0.0))
            .collect();
        Self {
            first: low,
            grid,
            masses,
            infinite: -finite.exp_m1() + 2.0 * LEFT_OUT,
        }
    }

    /// The smallest ε, at least 0, whose δ is at most this.
    pub fn epsilon(&self, delta: f64) -> f64 {
        if self.infinite > delta {
            return f64::INFINITY;
        }
        // Of the losses above: their probability, and its part in a dataset without the record.
        let (mut above, mut above_other) = (self.infinite, 0.0);
        for (index, mass) in self.masses.iter().enumerate().rev() {
            let loss = (self.first + index as i64) as f64 * self.grid;
            if loss < 0.0 || above - loss.exp() * above_other > delta {
                break;
            }
            above += mass;
            above_other += mass * (-loss).exp();
        }
        // Below the last loss that was added, or at 0.
        match above - above_other > delta {
            true => ((above - delta) / above_other).ln().max(0.0),
            false => 0.0,
        }
    }
}

/// The places between which all but [`LEFT_OUT`] on each side lies, by Chernoff's bound.
fn window(singles: &[(Single, u64)], grid: f64) -> (i64, i64) {
    let bound = |sign: f64| {
        let at = |order: f64| {
            let moment: f64 = singles
                .iter()
                .map(|(single, steps)| *steps as f64 * single.log_moment(sign * order, grid))
                .sum();
            (moment - LEFT_OUT.ln()) / order
        };
        let orders = (-16..=32).map(|step| 2.0_f64.powf(f64::from(step) / 3.0));
        orders.map(at).fold(f64::INFINITY, f64::min)
    };
    let ends = |single: &Single| (single.first, single.first + single.masses.len() as i64 - 1);
    let total = |end: fn((i64, i64)) -> i64| -> i64 {
        singles
            .iter()
            .map(|(single, steps)| end(ends(single)).saturating_mul(*steps as i64))
            .fold(0, i64::saturating_add)
    };
    let low = ((-bound(-1.0) / grid).floor() as i64).max(total(|ends| ends.0));
    let high = ((bound(1.0) / grid).ceil() as i64).min(total(|ends| ends.1));
    (low, high)
}

fn modulo(place: i64, size: usize) -> usize {
    place.rem_euclid(size as i64) as usize
}

/// `base` to a whole power, by squaring.
fn power(mut base: Complex<f64>, mut exponent: u64) -> Complex<f64> {
    let mut result = Complex::new(1.0, 0.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result *= base;
        }
        base *= base;
        exponent >>= 1;
    }
    result
}
