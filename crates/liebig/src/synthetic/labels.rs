//! The labels of a synthetic set: fixed classes, or learnt.

use liebig_grad::{Targets, Tensor};

use super::Group;
use crate::{Error, Labels, State};

/// The labels of a synthetic set.
pub enum LearntLabels {
    /// The class of each sample; not learnt.
    Fixed(Vec<u32>),
    /// Learnt scores `[n, classes]`, which a softmax turns into probabilities.
    Logits(Group),
    /// Learnt weights `[n, classes]`, used as they are (Sucholutsky & Schonlau, "Soft-Label Dataset Distillation", 2021).
    Values(Group),
}

const NAME: &str = "labels";

impl LearntLabels {
    /// The training targets for a network.
    ///
    /// # Errors
    /// [`Error::Grad`].
    pub fn targets(&self) -> Result<Targets, Error> {
        Ok(match self {
            Self::Fixed(labels) => {
                Targets::Hard(labels.iter().map(|&label| label as usize).collect())
            }
            Self::Logits(group) => {
                let log_probabilities = group.value().log_softmax(1)?;
                Targets::Soft(log_probabilities.exp()?)
            }
            Self::Values(group) => Targets::Soft(group.value().clone()),
        })
    }

    /// The learnt scores or weights; `None` for fixed classes.
    #[must_use]
    pub fn value(&self) -> Option<&Tensor> {
        match self {
            Self::Fixed(_) => None,
            Self::Logits(group) | Self::Values(group) => Some(group.value()),
        }
    }

    /// The labels on the host, with `value` in place of what is learnt, if it is given.
    ///
    /// # Errors
    /// [`Error::Grad`] if the device fails.
    pub fn labels(&self, value: Option<&Tensor>) -> Result<Labels, Error> {
        let read = |group: &Group| value.unwrap_or(group.value()).to_vec();
        Ok(match self {
            Self::Fixed(labels) => Labels::Hard(labels.clone()),
            Self::Logits(group) => Labels::Logits(read(group)?),
            Self::Values(group) => Labels::Values(read(group)?),
        })
    }

    /// One step against the gradient with respect to the [`targets`](Self::targets).
    pub(crate) fn step(&mut self, gradient: &Tensor) -> Result<(), Error> {
        match self {
            Self::Fixed(_) => Ok(()),
            Self::Logits(group) => {
                // Back through the softmax: p (g - <p, g>).
                let probabilities = group.value().softmax(1)?;
                let weighted = probabilities.mul(gradient)?;
                let mean = weighted.sum_dims(&[1], true)?;
                group.step(&weighted.sub(&probabilities.mul(&mean)?)?)
            }
            Self::Values(group) => group.step(gradient),
        }
    }

    pub(super) fn set_rate(&mut self, factor: f64) {
        if let Self::Logits(group) | Self::Values(group) = self {
            group.set_rate(factor);
        }
    }

    pub(super) fn save(&self, state: &mut State) {
        if let Self::Logits(group) | Self::Values(group) = self {
            group.save(NAME, state);
        }
    }

    pub(super) fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        match self {
            Self::Fixed(_) => Ok(()),
            Self::Logits(group) | Self::Values(group) => group.restore(NAME, state),
        }
    }
}
