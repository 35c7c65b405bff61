//! Finding the step after which a training was not finite any more.
//!
//! A weight that is not finite stays so, and a moment that is not finite too. So it is enough to look
//! at the last state, and only a training that has failed pays for the search.

use crate::unrolled::lists::is_finite;
use crate::unrolled::{InnerRule, InnerState, StepGradient};
use crate::{Error, Result};

/// Whether all weights and buffers are finite.
pub(super) fn state(state: &InnerState) -> Result<bool> {
    for tensor in state.tensors() {
        if !is_finite(tensor)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The error that names the first step, of those from `start`, after which the state is not finite.
pub(super) fn find<S: StepGradient>(
    rule: &InnerRule,
    steps: &S,
    start: &InnerState,
    lr: &[f64],
) -> Result<S::Error, S::Error> {
    let error = |what, step| S::Error::from(Error::NotFinite { what, step });
    if !state(start)? {
        return Ok(error("state before", start.steps));
    }
    let mut at = start.clone();
    for &lr in lr {
        let gradient = steps.gradient(at.steps, &at.weights)?;
        let next = rule.advance(lr, &at, &gradient)?;
        if !state(&next)? {
            break;
        }
        at = next;
    }
    Ok(error("state after", at.steps))
}
