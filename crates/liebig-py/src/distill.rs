//! Distillation, and sets that other programs made.

use std::path::PathBuf;

use liebig::session::{Foreign, Report, RunOptions};
use liebig::{Facts, Labels, Session};
use numpy::PyReadonlyArrayDyn;
use pyo3::prelude::*;

use crate::arrays::values;
use crate::artefact::Artefact;
use crate::dataset::Dataset;
use crate::error::{exception, usage};
use crate::settings::{Given, layers};
use crate::watch::Watch;
use crate::work;

/// Distils in memory, or in a run folder, which is also evaluated; then the report is returned as JSON.
#[pyfunction]
#[pyo3(signature = (dataset, settings, quick=false, output=None, resume=false, memory=None, threads=None, show=None, step=None))]
#[allow(clippy::too_many_arguments, reason = "the package names them all")]
pub fn distill(
    py: Python<'_>,
    dataset: &Dataset,
    settings: Vec<Given>,
    quick: bool,
    output: Option<PathBuf>,
    resume: bool,
    memory: Option<u64>,
    threads: Option<usize>,
    show: Option<Py<PyAny>>,
    step: Option<Py<PyAny>>,
) -> PyResult<(Artefact, Option<String>)> {
    let layers = layers(py, quick, Some(&dataset.config), &settings)?;
    let dataset = &*dataset.dataset;
    let command_line: Vec<String> = std::env::args_os()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let watch = Watch::new(show, step);
    let (artefact, report) = work::run(py, threads, &watch, |interrupt| {
        let resolved = layers.resolve(&Facts::of(dataset))?;
        let mut session = Session::new(resolved, dataset)?
            .interrupted_by(interrupt.clone())
            .observed_by(&watch);
        if let Some(memory) = memory {
            session = session.within(memory);
        }
        let Some(folder) = &output else {
            return Ok((session.distil()?, None));
        };
        let options = RunOptions {
            resume,
            command_line,
        };
        let report: Report = session.run(folder, options)?;
        let artefact = liebig::artefact::Artefact::read(&report.artefact)?;
        Ok((artefact, Some(report)))
    })?;
    let report = report
        .map(|report| serde_json::to_string(&report))
        .transpose()
        .map_err(|error| usage(py, &error.to_string()))?;
    Ok((Artefact(artefact), report))
}

/// A set that another program made, with the recipe that the settings give: contiguous values `[n, ...]` in the dataset's
/// space, or raw ones, and either classes `[n]` or soft labels `[n, classes]`.
#[pyfunction]
#[pyo3(signature = (dataset, settings, method, samples, raw, classes=None, soft_labels=None, logits=false, step_sizes=vec![]))]
#[allow(clippy::too_many_arguments, reason = "the package names them all")]
pub fn adopt(
    py: Python<'_>,
    dataset: &Dataset,
    settings: Vec<Given>,
    method: String,
    samples: PyReadonlyArrayDyn<'_, f32>,
    raw: bool,
    classes: Option<PyReadonlyArrayDyn<'_, u32>>,
    soft_labels: Option<PyReadonlyArrayDyn<'_, f32>>,
    logits: bool,
    step_sizes: Vec<f32>,
) -> PyResult<Artefact> {
    let layers = layers(py, false, Some(&dataset.config), &settings)?;
    let dataset = &*dataset.dataset;
    let mut samples = values(&samples)?;
    let labels = match (classes, soft_labels) {
        (Some(classes), _) => Labels::Hard(values(&classes)?),
        (None, Some(soft)) if logits => Labels::Logits(values(&soft)?),
        (None, Some(soft)) => Labels::Values(values(&soft)?),
        (None, None) => Labels::Hard(Vec::new()),
    };
    let adopted = || {
        if raw {
            dataset.space.enter(dataset.shape, &mut samples)?;
        }
        let resolved = layers.resolve(&Facts::of(dataset))?;
        Session::new(resolved, dataset)?.adopt(Foreign {
            method,
            values: samples,
            labels,
            step_sizes,
        })
    };
    let artefact: Result<_, liebig::Error> = py.detach(adopted);
    artefact.map(Artefact).map_err(|error| exception(py, error))
}
