//! Distillation, and sets that other programs made.

use std::path::PathBuf;

use liebig::config::Resolved;
use liebig::evaluate::{EvaluationReport, ModelRows};
use liebig::session::{Foreign, Report, RunOptions};
use liebig::{Facts, Labels, Session};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;

use crate::artefact::Artefact;
use crate::buffer::copied;
use crate::dataset::Dataset;
use crate::error::{exception, usage};
use crate::settings::{Given, check_data, layers};
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
    let resolved = resolved(py, quick, dataset, &settings)?;
    let dataset = &*dataset.dataset;
    let command_line: Vec<String> = std::env::args_os()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let watch = Watch::new(show, step);
    let (artefact, report) = work::run(py, threads, &watch, |interrupt| {
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
    let model = artefact.recipe.model.name();
    let report = report
        .map(|report| serde_json::to_string(&evaluation(report, model)))
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
    samples: PyBuffer<f32>,
    raw: bool,
    classes: Option<PyBuffer<u32>>,
    soft_labels: Option<PyBuffer<f32>>,
    logits: bool,
    step_sizes: Vec<f32>,
) -> PyResult<Artefact> {
    let resolved = resolved(py, false, dataset, &settings)?;
    let dataset = &*dataset.dataset;
    let mut samples = copied(py, &samples)?;
    let labels = match (classes, soft_labels) {
        (Some(classes), _) => Labels::Hard(copied(py, &classes)?),
        (None, Some(soft)) if logits => Labels::Logits(copied(py, &soft)?),
        (None, Some(soft)) => Labels::Values(copied(py, &soft)?),
        (None, None) => Labels::Hard(Vec::new()),
    };
    let adopted = || {
        if raw {
            dataset.space.enter(dataset.shape, &mut samples)?;
        }
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

/// The configuration that settings give for a dataset.
fn resolved(
    py: Python<'_>,
    quick: bool,
    dataset: &Dataset,
    settings: &[Given],
) -> PyResult<Resolved> {
    let layers = layers(py, quick, Some(&dataset.config), settings)?;
    let resolved = layers.resolve(&Facts::of(&dataset.dataset));
    let resolved = resolved.map_err(|error| exception(py, error))?;
    check_data(py, &resolved, &dataset.config)?;
    Ok(resolved)
}

/// The results of a run as those of an evaluation.
fn evaluation(report: Report, model: &str) -> EvaluationReport {
    EvaluationReport {
        artefact: Some(report.artefact),
        method: report.method,
        dataset: report.dataset,
        ipc: report.ipc,
        epochs: None,
        results: vec![ModelRows {
            model: model.into(),
            protocol: "own".into(),
            ranking: None,
            rows: report.rows,
        }],
        published: report.published,
    }
}

/// The results that a run's folder has, as JSON.
#[pyfunction]
pub fn run_report(
    py: Python<'_>,
    folder: PathBuf,
    artefact: &Artefact,
) -> PyResult<Option<String>> {
    let Ok(text) = std::fs::read_to_string(folder.join("results.json")) else {
        return Ok(None);
    };
    let wrong = |error: serde_json::Error| {
        let path = folder.display();
        usage(
            py,
            &format!(
                "{path}/results.json: {error}\nhint: the file is damaged; evaluate the set again"
            ),
        )
    };
    let report: Report = serde_json::from_str(&text).map_err(wrong)?;
    let model = artefact.0.recipe.model.name();
    serde_json::to_string(&evaluation(report, model))
        .map(Some)
        .map_err(wrong)
}
