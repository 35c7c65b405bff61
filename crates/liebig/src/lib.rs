//! Dataset distillation: a large labelled dataset becomes a very small synthetic one on which fresh models train
//! almost as well.
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | presets, layers of settings, the one checked configuration |
//! | [`methods`] | one folder per distillation method |
//! | [`distill`] | a method at work in a run folder, from the first iteration to the artefact |
//! | [`baselines`] | what a distilled set has to beat |
//! | [`evaluate`] | fresh networks trained on a small set and tested |
//! | [`artefact`] | the file a distilled set is kept in, with its own recipe |
//! | [`run`] | the folder of one run: configuration, metrics, checkpoints, pictures |
//! | [`image_grid`] | a set as one picture |
//! | [`mod@bench`] | timed units of work, to compare with PyTorch |
//! | [`estimate`] | what a run will cost, measured on this machine |
#![deny(missing_docs)]

pub mod artefact;
pub mod atomic;
pub mod baselines;
pub mod bench;
pub mod config;
pub mod distill;
mod error;
pub mod estimate;
pub mod evaluate;
pub mod image_grid;
pub mod methods;
pub mod network;
pub mod run;
mod set;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use set::SmallSet;
