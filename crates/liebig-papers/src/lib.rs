//! A catalogue of the papers on dataset distillation and their code, searchable offline.
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
//! The records contain only facts (titles, authors, venues, years, links) and Liebig's own tags. They are stored in
//! `data/papers/`, one TOML file per section, and are compiled into the binary. [`import()`] reads the upstream list,
//! tolerating and reporting its irregularities, and [`export`] writes it. [`search`] is ranked full-text search with
//! conditions on fields. [`results`] compares published numbers with Liebig's own. [`check`] validates the records.
//!
//! "The list" is the public list of the field from which the records were imported (see `docs/papers.md`).
//!
//! Features: `links` checks links over HTTP, and `cli` adds the command `liebig papers`. Both are off by default.
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
