//! Gradient matching: the synthetic samples are updated until the gradient that they give matches that of real samples.
//!
//! Two methods share the loop. [`Dc`] is "Dataset Condensation with Gradient Matching" (Zhao, Mopuri, Bilen, ICLR 2021).
//! [`Dsa`] is "Dataset Condensation with Differentiable Siamese Augmentation" (Zhao, Bilen, ICML 2021): the same with
//! augmented samples, and initialised with real ones.

mod dc;
pub(crate) mod distance;
mod dsa;
pub(crate) mod objective;
mod settings;

#[cfg(test)]
mod tests;

pub use dc::Dc;
pub use dsa::Dsa;
pub use settings::{Distance, Settings};
