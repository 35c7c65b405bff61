//! Datasets for dataset distillation: readers for the formats they come in, the space that networks train on
//! (normalisation and whitening), seeded splits, and a set of images that the program draws itself.
//!
//! [`load`] takes a name (`mnist`, `strokes`) or a path and gives a [`Dataset`]; [`Dataset::from_images`] and
//! [`Dataset::from_table`] make one from arrays in memory.
//!
//! ```
//! # fn main() -> Result<(), liebig_data::Error> {
//! let strokes = liebig_data::load("strokes", &liebig_data::LoadOptions::default())?;
//! assert_eq!(strokes.shape.to_string(), "1x28x28");
//! let first = strokes.train.batch(&[0, 1], &strokes.space); // [2, 1, 28, 28], row major
//! assert_eq!(first.len(), 2 * strokes.shape.len());
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod arrays;
mod assemble;
mod classes;
mod content_hash;
mod convert;
mod cut;
mod dataset;
mod decode_image;
mod discover;
mod entry;
mod error;
mod files;
#[doc(hidden)]
pub mod fuzz;
mod groups;
mod known;
mod layout;
mod load;
mod memory;
mod normalization;
mod notes;
mod of_classes;
mod options;
mod parts;
mod patches;
mod patient_pattern;
mod per_sample;
mod picture;
mod pixels;
mod random;
mod readers;
mod rgb;
mod second_moment;
mod shape;
mod space;
mod split;
mod stratified;
pub mod strokes;
mod table_encoding;
mod whitening;
mod with_training;
mod zca;

pub use dataset::{Dataset, Format};
pub use decode_image::decode_image;
pub use discover::{Location, data_roots};
pub use error::Error;
pub use groups::Groups;
pub use known::{KnownDataset, dataset_name, known};
pub use layout::Layout;
pub use load::load;
pub use memory::available_memory;
pub use normalization::{Constants, Normalization};
pub use notes::{Note, NoteKind};
pub use options::LoadOptions;
pub use patches::Patches;
pub use per_sample::PerSample;
pub use random::stream;
pub use rgb::Rgb;
pub use shape::SampleShape;
pub use space::Space;
pub use split::{Sample, Split};
pub use stratified::validation_split;
pub use table_encoding::{ColumnEncoding, TableEncoding};
pub use whitening::Whitening;
pub use zca::Zca;
