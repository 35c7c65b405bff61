//! Experts: networks trained on the whole dataset, with their weights after every epoch, for the methods that match the
//! course of a training (Cazenavette et al., "Dataset Distillation by Matching Training Trajectories", CVPR 2022).
//!
//! A pool is a folder: `experts.json` says how all its experts are trained and on what; `expert-NNNN.safetensors` is one
//! expert. Each has random streams of its own, so that they can be trained in any order, on several machines, and after an
//! interruption, to the same bytes.

mod error;
mod expert;
mod pool;
mod settings;
mod train;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use expert::{Expert, Snapshot};
pub use pool::{ExpertPool, Found};
pub use settings::{ExpertOptimizer, ExpertSettings, PoolId};
pub use train::{Progress, Training, Unit};
