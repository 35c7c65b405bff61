//! Dataset distillation through a random window of a long training.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Inner, LrDecay, Settings, StepSizeChoice, Variant};
use crate::Facts;

/// Samples learnt through a window of a long training by Adam, at a place drawn for each update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RatBptt(pub Settings);

impl AsRef<Settings> for RatBptt {
    fn as_ref(&self) -> &Settings {
        &self.0
    }
}

impl Variant for RatBptt {
    const NAME: &'static str = "rat-bptt";
    const ABOUT: &'static str =
        "through a random window of a long training (Feng, Vedantam, Kempe, ICLR 2024)";

    fn defaults(facts: &Facts) -> Self {
        Self(Settings {
            iterations: 60_000,
            batch_real: 5000,
            distill_epochs: 200,
            distill_lr: 0.001,
            learn_lr: StepSizeChoice::None,
            inner_optimizer: Inner::Adam,
            window: 60,
            lr_img: 0.001,
            lr_label: 0.001,
            beta1: 0.9,
            lr_decay: LrDecay::None,
            clip_grad: 2.0,
            ..Settings::published(facts)
        })
    }
}
