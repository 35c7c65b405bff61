//! The catalogue of dataset distillation: every paper and every code, searchable offline.
#![deny(missing_docs)]

mod catalogue;
mod error;
pub mod files;
pub mod fold;
pub mod import;
pub mod link;
mod record;
pub mod section;
mod shipped;
pub mod tags;
pub mod venue;

pub use catalogue::Catalogue;
pub use error::Error;
pub use import::{Checkout, Diagnostic, Import, Kind, Severity, import};
pub use link::Code;
pub use record::Paper;
pub use section::Section;
