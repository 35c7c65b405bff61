//! Datasets for dataset distillation: readers for the formats they come in, per-channel normalisation, seeded splits,
//! and a set of images that the program draws itself.
//!
//! [`load`] is the one entry point: it takes a name (`mnist`, `strokes`) or a path and gives a [`Dataset`].
//!
//! ```
//! # fn main() -> Result<(), liebig_data::Error> {
//! let strokes = liebig_data::load("strokes", &liebig_data::LoadOptions::default())?;
//! assert_eq!(strokes.shape.to_string(), "1x28x28");
//! let first = strokes.train.batch(&[0, 1], &strokes.normalization); // [2, 1, 28, 28], row major
//! assert_eq!(first.len(), 2 * strokes.shape.len());
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod convert;
mod dataset;
mod discover;
mod error;
mod known;
mod load;
mod normalization;
mod picture;
mod random;
mod readers;
mod shape;
mod split;
mod stratified;
pub mod strokes;

pub use dataset::{Dataset, Format};
pub use discover::{Location, data_roots};
pub use error::Error;
pub use known::{KnownDataset, dataset_name, known};
pub use load::{LoadOptions, load};
pub use normalization::Normalization;
pub use random::stream;
pub use shape::SampleShape;
pub use split::{Sample, Split};
pub use stratified::validation_split;
