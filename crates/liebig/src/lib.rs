//! Dataset distillation: a large labelled dataset becomes a very small synthetic one on which fresh models train
//! almost as well.
//!
//! | module | what it is |
//! |---|---|
//! | [`config`] | presets, layers of settings, the one checked configuration |
//! | [`methods`] | one folder per distillation method |
//! | [`artefact`] | the file a distilled set is kept in, with its own recipe |
//! | [`run`] | the folder of one run: configuration, metrics, checkpoints, pictures |
//! | [`image_grid`] | a set as one picture |
#![deny(missing_docs)]

pub mod artefact;
pub mod atomic;
pub mod config;
pub mod image_grid;
pub mod methods;
pub mod run;
