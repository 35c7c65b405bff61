//! Dataset distillation: samples and step sizes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Settings, Variant};

use crate::Facts;

/// Samples, and the step sizes of the training on them, learnt through that training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Dd(pub Settings);

impl AsRef<Settings> for Dd {
    fn as_ref(&self) -> &Settings {
        &self.0
    }
}

impl Variant for Dd {
    const NAME: &'static str = "dd";
    const ABOUT: &'static str = "through the whole training, with step sizes (Wang et al., 2018)";

    fn defaults(facts: &Facts) -> Self {
        Self(Settings::published(facts))
    }
}
