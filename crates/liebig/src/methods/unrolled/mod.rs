//! Unrolled methods: the samples are updated by the gradient of a loss on real samples after a network was trained on
//! them, taken exactly through all of that training.
//!
//! Three methods share the loop. [`Dd`] is "Dataset Distillation" (Wang, Zhu, Torralba, Efros, 2018), which learns samples
//! and step sizes; with momentum and many steps it is also the strong baseline of Deng & Russakovsky (NeurIPS 2022).
//! [`RatBptt`] differentiates a random window of a long training (Feng, Vedantam, Kempe, ICLR 2024). [`Sldd`] learns the
//! labels as well (Sucholutsky & Schonlau, "Soft-Label Dataset Distillation", 2021).

mod dd;
mod labels;
mod models;
pub(crate) mod objective;
mod rat_bptt;
mod settings;
mod sldd;
mod start;
mod variant;

#[cfg(test)]
mod tests;

pub use dd::Dd;
pub use labels::{Freeze, LabelInit};
pub use rat_bptt::RatBptt;
pub use settings::{Inner, LrDecay, Networks, Outer, Settings, StepSizeChoice};
pub use sldd::Sldd;
pub use variant::Variant;
