//! A limit on the norm of gradients that follows their running mean.

use super::Cotangents;
use crate::{Error, State};

/// Scales gradients down to a multiple of the running mean of their norm (Feng et al., ICLR 2024).
pub struct Clip {
    factor: f64,
    /// The running mean of the norm; `None` before the first gradient.
    mean: Option<f64>,
}

/// The share of the old mean in the new one.
const DECAY: f64 = 0.9;
const NAME: &str = "clip.norm";

impl Clip {
    /// Limits norms to `factor` times their running mean.
    #[must_use]
    pub fn new(factor: f64) -> Self {
        Self { factor, mean: None }
    }

    /// The gradients, scaled down if they are over the limit. The first ones are not; the mean takes every norm as it
    /// is after the limit.
    pub(super) fn clipped(&mut self, cotangents: &Cotangents) -> Result<Cotangents, Error> {
        let norm = cotangents.norm()?;
        let limit = self.mean.map_or(f64::INFINITY, |mean| self.factor * mean);
        let kept = norm.min(limit);
        self.mean = Some(match self.mean {
            Some(mean) => DECAY * mean + (1.0 - DECAY) * kept,
            None => norm,
        });
        let scale = if norm > limit { limit / norm } else { 1.0 };
        cotangents.clone().scale(scale)
    }

    pub(super) fn save(&self, state: &mut State) {
        // As bits: a checkpoint must continue with the same number.
        let mean = self.mean.unwrap_or(f64::NAN);
        state.insert_count(NAME, mean.to_bits());
    }

    pub(super) fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        let mean = f64::from_bits(state.take_count(NAME)?);
        self.mean = (!mean.is_nan()).then_some(mean);
        Ok(())
    }
}
