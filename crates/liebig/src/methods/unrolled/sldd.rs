//! Soft-label dataset distillation: samples, labels and step sizes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Freeze;
use super::{Settings, Variant};
use crate::Facts;

/// Samples, labels and step sizes learnt through the training on them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Sldd(pub Settings);

impl AsRef<Settings> for Sldd {
    fn as_ref(&self) -> &Settings {
        &self.0
    }
}

impl Variant for Sldd {
    const NAME: &'static str = "sldd";
    const ABOUT: &'static str =
        "samples with soft labels, through the whole training (Sucholutsky, Schonlau, 2021)";

    fn defaults(facts: &Facts) -> Self {
        Self(Settings {
            iterations: 20_650,
            distill_lr: 0.01,
            decay_iterations: 2065,
            freeze: Freeze::None,
            ..Settings::published(facts)
        })
    }
}
