//! Neural feature regression (Zhou, Nezhadarya, Ba, "Dataset Distillation using Neural Feature Regression", NeurIPS 2022):
//! the set predicts the labels of real samples by ridge regression on the features of a network that was trained on the
//! set, and is updated by the exact gradient of the error. The networks come from a pool of different ages, so that no
//! gradient goes through their training.
//!
//! The learnt temperature with cross-entropy is that of Loo et al. (RFAD, NeurIPS 2022), the average of the set that of
//! Loo et al. (RCIG, ICML 2023).

mod margin;
mod objective;
mod pool;
mod settings;

#[cfg(test)]
mod tests;

pub use settings::{Frepo, OnlineOptimizer, OuterOptimizer, RateDecay, RegressionLoss};
