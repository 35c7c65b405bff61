//! The module `liebig._liebig`: what the Python package `liebig` asks of the library. The package wraps it in classes with
//! documentation; only the package is meant to be used.
//!
//! Everything that takes long runs on a thread of its own with the interpreter released ([`work`]), so that other Python
//! threads go on and Ctrl-C is seen.

mod artefact;
mod buffer;
mod catalogue;
mod command;
mod dataset;
mod distill;
mod error;
mod evaluate;
mod export;
mod settings;
mod watch;
mod work;

use pyo3::prelude::*;

/// The native part of the package `liebig`.
#[pymodule]
mod _liebig {
    #[pymodule_export]
    use crate::artefact::Artefact;
    #[pymodule_export]
    use crate::buffer::Buffer;
    #[pymodule_export]
    use crate::catalogue::{method_settings, methods, model_settings, models};
    #[pymodule_export]
    use crate::command::command_line;
    #[pymodule_export]
    use crate::dataset::{Dataset, dataset_of, from_images, from_table, load};
    #[pymodule_export]
    use crate::distill::{adopt, distill, run_report};
    #[pymodule_export]
    use crate::evaluate::{evaluate, judge};
    #[pymodule_export]
    use crate::export::{export, formats};

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
