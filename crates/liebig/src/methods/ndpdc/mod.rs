//! Distribution matching with differential privacy (Zheng and Li, "Differentially Private Dataset Condensation", 2023, with
//! nonlinear features): the features of a secret sample of real samples are shortened to the norm 1 and summed, the sum gets
//! noise, and synthetic samples are updated until the sum of theirs is as near to it as possible.
//!
//! The noise of a sum is drawn once. A sum that is used again is the same sum, noise included, so that it costs its privacy
//! once.

mod objective;
mod settings;

#[cfg(test)]
mod tests;

pub use settings::Ndpdc;
