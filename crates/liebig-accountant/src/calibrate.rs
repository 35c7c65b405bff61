//! The noise that keeps within an ε.

use crate::{Accountant, Charge, Error, Mechanism, epsilon};

/// The range in which noise is searched for.
const RANGE: (f64, f64) = (0.1, 1e6);
/// The precision of the noise, relative.
const PRECISION: f64 = 1e-6;

/// The smallest noise, to a relative 1e-6, with which `steps` uses at sampling rate `rate`, together with the releases
/// `besides`, are (`target`, `delta`)-differentially private.
///
/// # Errors
/// [`Error::Epsilon`], [`Error::Delta`] and [`Error::Rate`] for numbers that make no sense; [`Error::OutOfReach`] if no noise
/// up to 1e6 is enough.
///
/// ```
/// use liebig_accountant::{Accountant, noise};
///
/// let noise = noise(1.0, 1e-5, (256.0 / 60_000.0, 10_000), &[], Accountant::Rdp)?;
/// assert!((noise - 1.8793).abs() < 1e-3);
/// # Ok::<(), liebig_accountant::Error>(())
/// ```
pub fn noise(
    target: f64,
    delta: f64,
    (rate, steps): (f64, u64),
    besides: &[Charge],
    accountant: Accountant,
) -> Result<f64, Error> {
    if !(target > 0.0 && target.is_finite()) {
        return Err(Error::Epsilon { found: target });
    }
    let fits = |noise: f64| -> Result<bool, Error> {
        let mut charges = besides.to_vec();
        charges.push(Charge::new(Mechanism::new(rate, noise)?, steps));
        Ok(epsilon(&charges, delta, accountant)? <= target)
    };
    let mut high = 1.0_f64;
    while !fits(high)? {
        high *= 2.0;
        if high > RANGE.1 {
            return Err(Error::OutOfReach { epsilon: target });
        }
    }
    let mut low = high / 2.0;
    while fits(low.max(RANGE.0))? {
        high = low.max(RANGE.0);
        if high <= RANGE.0 {
            return Ok(high);
        }
        low /= 2.0;
    }
    low = low.max(RANGE.0);
    while high - low > PRECISION * high {
        let middle = f64::midpoint(low, high);
        match fits(middle)? {
            true => high = middle,
            false => low = middle,
        }
    }
    Ok(high)
}
