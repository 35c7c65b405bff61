//! The folder of one run.
//!
//! ```text
//! config.toml                     the resolved configuration; pass it to --config to repeat the run
//! manifest.json                   version, command lines, machine, threads, dataset hash, wall time, peak memory
//! metrics.jsonl                   one line per iteration
//! events.out.tfevents.liebig      the same with pictures and accuracies, for TensorBoard
//! checkpoints/last.safetensors    what --resume continues from
//! checkpoints/step_NNNNNN.safetensors   the set over time, each an artefact to evaluate
//! images/step_NNNNNN.png          the same as pictures
//! evaluation/                     results of single networks, until the evaluation is finished
//! distilled.safetensors           the artefact
//! results.json                    the evaluation
//! ```

mod checkpoint;
mod error;
mod folder;
mod interrupt;
mod machine;
mod manifest;
mod metrics;
mod tensorboard;

#[cfg(test)]
mod tests;

pub use checkpoint::{Array, Checkpoint};
pub use error::Error;
pub use folder::RunFolder;
pub use interrupt::Interrupt;
pub use machine::{Machine, peak_rss_bytes};
pub use manifest::{Attempt, Manifest};
pub use metrics::Metric;
