//! Exports.

use std::path::PathBuf;

use liebig::evaluate::EvaluationReport;
use liebig::export::{About, Error, FORMATS, Measured, find};
use pyo3::prelude::*;

use crate::artefact::Artefact;
use crate::error::{exception, usage};

/// The formats, by name, with a description.
#[pyfunction]
pub fn formats() -> Vec<(&'static str, &'static str)> {
    FORMATS
        .iter()
        .map(|format| (format.name, format.about))
        .collect()
}

/// Writes a set in a format; what was written as JSON. `reports` are evaluations as JSON, each with its seed.
#[pyfunction]
#[pyo3(signature = (artefact, format, folder, license=None, reports=vec![]))]
pub fn export(
    py: Python<'_>,
    artefact: &Artefact,
    format: &str,
    folder: PathBuf,
    license: Option<String>,
    reports: Vec<(String, u64)>,
) -> PyResult<String> {
    let unknown = || exception(py, Error::Unknown(format.into()));
    let format = find(format).ok_or_else(unknown)?;
    let mut measured = Vec::new();
    for (report, seed) in reports {
        let report: EvaluationReport =
            serde_json::from_str(&report).map_err(|error| usage(py, &error.to_string()))?;
        measured.extend(Measured::of_evaluation(&report, seed));
    }
    let about = About { license, measured };
    let exported = py.detach(|| liebig::export::export(&artefact.0, format, &about, &folder));
    let exported = exported.map_err(|error| exception(py, error))?;
    serde_json::to_string(&exported).map_err(|error| usage(py, &error.to_string()))
}
