//! The catalogue of dataset distillation: every paper and every code, searchable offline.
//!
//! ```
//! use liebig_papers::{Catalogue, search};
//!
//! let catalogue = Catalogue::shipped()?;
//! let index = search::Index::new(&catalogue)?;
//! let hits = index.search(&search::parse("trajectory matching venue:CVPR has:code")?)?;
//! println!("{} papers, first {}", hits.len(), hits[0].paper.title);
//! # Ok::<(), liebig_papers::Error>(())
//! ```
//!
//! The records are facts only (titles, authors, venues, years, links) and our own tags. They live in `data/papers/`, one
//! TOML file a section, and travel in the binary. [`import()`] reads the field's own list, however irregular, and
//! [`export`] writes it; [`search`] is ranked full text with conditions on fields; [`results`] are published numbers
//! with our own beside them; [`check`] keeps it all tidy.
//!
//! Features: `links` asks links over HTTP, `cli` is the command `liebig papers`. Both are off by default.
#![deny(missing_docs)]

mod catalogue;
mod chart;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diff;
mod error;
pub mod export;
pub mod files;
pub mod fold;
pub mod import;
pub mod link;
#[cfg(feature = "links")]
pub mod links;
mod open;
mod record;
pub mod results;
pub mod search;
pub mod section;
mod shipped;
pub mod stats;
pub mod tags;
pub mod venue;

pub use catalogue::Catalogue;
pub use chart::svg as chart;
pub use error::Error;
pub use import::{Checkout, Diagnostic, Import, Kind, Severity, import};
pub use link::Code;
pub use open::open;
pub use record::Paper;
pub use section::Section;
