//! The command `liebig`.

use std::ffi::OsString;

use anyhow::anyhow;
use liebig_cli::{Host, PtImport};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::artefact::Artefact;

/// Runs the command with these arguments, the first of which is its name; the exit code. `program` starts the command again.
#[pyfunction]
pub fn command_line(py: Python<'_>, program: Vec<OsString>, arguments: Vec<OsString>) -> u8 {
    let host = Host {
        program,
        importer: Some(&import),
    };
    py.detach(|| liebig_cli::run(arguments, &host))
}

/// Reads a file of `torch.save`, by the package.
fn import(request: &PtImport) -> anyhow::Result<liebig::artefact::Artefact> {
    Python::attach(|py| {
        let read = || {
            let options = PyDict::new(py);
            options.set_item("data", &request.data)?;
            options.set_item("method", &request.method)?;
            options.set_item("model", &request.model)?;
            options.set_item("lr", request.lr)?;
            options.set_item("experiment", request.experiment)?;
            options.set_item("zca", &request.zca)?;
            let function = py.import("liebig._importing")?.getattr("import_pt")?;
            let set = function.call((&request.path,), Some(&options))?;
            let artefact = set.getattr("_artefact")?;
            PyResult::Ok(artefact.cast::<Artefact>()?.get().0.clone())
        };
        read().map_err(|error: PyErr| anyhow!("{}", error.value(py)))
    })
}
