//! Dataset distillation: turns a large labelled dataset into a very small synthetic one on which freshly initialised
//! models train almost as well.
//!
//! [`Session`] applies a [`Config`] to a [`Dataset`], in memory or in a run folder. The numbered programs under
//! `examples/` each introduce one concept.
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | presets, layers of settings, the checked configuration |
//! | [`session`] | runs a configuration: distil, evaluate, run in a folder, estimate the cost |
//! | [`methods`] | the distillation methods, and the traits to implement one |
//! | [`synthetic`] | the synthetic set during learning, with its optimisers and state |
//! | [`coresets`] | selections of real samples, used as methods, initialisations and baselines |
//! | [`augment`] | augmentation of images before they enter a network |
//! | [`mod@evaluate`] | fresh networks trained on a small set and tested |
//! | [`privacy`] | differential privacy of distilled sets, and attacks on them |
//! | [`experts`] | networks with their weights after every epoch, for trajectory matching |
//! | [`artefact`] | the file format of a distilled set and its training recipe |
//! | [`export`] | a distilled set in the formats of other programs |
//! | [`run`] | the folder of one run: configuration, metrics, checkpoints, pictures |
//! | [`image_grid`] | a set as one picture |
//! | [`mod@bench`] | timed units of work, to compare with PyTorch |
#![deny(missing_docs)]

pub mod artefact;
pub mod atomic;
pub mod augment;
pub mod bench;
mod budget;
mod class_names;
pub mod config;
pub mod continual;
pub mod coresets;
pub mod cost;
mod error;
pub mod evaluate;
pub mod experts;
pub mod export;
mod facts;
pub mod hint;
pub mod image_grid;
mod init;
mod labels;
pub mod methods;
mod model_spec;
pub mod networks;
mod poison;
pub mod privacy;
mod protocol;
mod published;
mod ridge;
pub mod run;
pub mod search;
pub mod session;
mod set;
mod settings;
mod simplex;
mod state;
pub mod synthetic;
mod task;
mod tensor_file;
mod unroll;

#[cfg(test)]
mod tests;

pub use budget::Budget;
pub use config::Config;
pub use error::{Error, ErrorKind};
pub use facts::Facts;
pub use init::{Init, artefact_path};
pub use labels::Labels;
pub use liebig_data::{
    Dataset, LoadOptions, Normalization, SampleShape, Space, TableEncoding, Zca, load, stream,
};
pub use liebig_nn::{Input, ModelChoice};
pub use methods::MethodChoice;
pub use model_spec::model_spec;
pub use poison::Poison;
pub use protocol::{Loss, LrDrop, OptimizerChoice, Protocol, Recipe};
pub use published::Published;
pub use session::Session;
pub use set::{SmallSet, samples};
pub use settings::Setting;
pub use state::State;
pub use task::{Fill, Task, TrainingSet};
pub use unroll::{RateSchedule, Start, Unroll};
