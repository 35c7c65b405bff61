//! Evaluation, by the library's networks or by a function.

use std::path::PathBuf;

use liebig::artefact::Artefact as Set;
use liebig::evaluate::{
    ArtefactEvaluation, DISTILLED, EvaluationReport, Metric, POOLS, PROTOCOLS, in_space, pool,
};
use liebig::run::Interrupt;
use liebig::session::Observer;
use liebig::{Error, SampleShape};
use liebig_grad::Device;
use pyo3::prelude::*;

use crate::artefact::Artefact;
use crate::dataset::Dataset;
use crate::error::usage;
use crate::watch::Watch;
use crate::work;

/// Trains fresh networks on a set and its baselines and tests them; the report as JSON.
#[pyfunction]
#[pyo3(signature = (artefact, dataset, models, pools, repeats, protocols, baselines, epochs=None, metrics=vec![], seed=0, networks=None, teacher=None, resume=None, threads=None, show=None))]
#[allow(clippy::too_many_arguments, reason = "the package names them all")]
pub fn evaluate(
    py: Python<'_>,
    artefact: &Artefact,
    dataset: &Dataset,
    mut models: Vec<String>,
    pools: Vec<String>,
    repeats: usize,
    protocols: Vec<String>,
    baselines: Vec<String>,
    epochs: Option<usize>,
    metrics: Vec<String>,
    seed: u64,
    networks: Option<PathBuf>,
    teacher: Option<(PathBuf, f64)>,
    resume: Option<PathBuf>,
    threads: Option<usize>,
    show: Option<Py<PyAny>>,
) -> PyResult<String> {
    for name in &pools {
        let Some(pool) = pool(name) else {
            let known: Vec<&str> = POOLS.iter().map(|pool| pool.name).collect();
            let text = format!(
                "pools: there is no pool `{name}`\nhint: the pools are {}",
                known.join(", ")
            );
            return Err(usage(py, &text));
        };
        models.extend(pool.models.iter().map(ToString::to_string));
    }
    for name in &protocols {
        let known: Vec<&str> = PROTOCOLS.iter().map(|known| known.name).collect();
        if !known.contains(&name.as_str()) {
            let text = format!(
                "protocols: there is no protocol `{name}`\nhint: the protocols are {}",
                known.join(", ")
            );
            return Err(usage(py, &text));
        }
    }
    let mut asked = vec![Metric::Accuracy];
    for name in &metrics {
        asked.push(match name.as_str() {
            "per_class" => Metric::PerClass,
            "confusion" => Metric::Confusion,
            "ensemble" => Metric::Ensemble,
            _ => {
                let text = format!(
                    "metrics: there is no metric `{name}`\nhint: the metrics are per_class, confusion and ensemble"
                );
                return Err(usage(py, &text));
            }
        });
    }
    let watch = Watch::new(show, None);
    let report = work::run(py, threads, &watch, |interrupt| {
        with_dataset(&artefact.0, dataset, |dataset| {
            let device = liebig_grad::cpu();
            let evaluation = ArtefactEvaluation {
                models: &models,
                protocols: &protocols,
                epochs,
                metrics: &asked,
                networks: networks.as_deref(),
                teacher: teacher.as_ref().map(|(path, t)| (path.as_path(), *t)),
                store: resume.as_deref(),
                ..plain(
                    &artefact.0,
                    dataset,
                    (repeats, seed),
                    &baselines,
                    (&device, interrupt, &watch),
                )
            };
            evaluation.run()
        })
    })?;
    json(py, &report)
}

/// The same by a function `judge(name, artefact, repeat) -> float`, which trains on a set and returns the accuracy on the test set.
#[pyfunction]
#[pyo3(signature = (artefact, dataset, name, judge, repeats, baselines, seed=0, threads=None, show=None))]
#[allow(clippy::too_many_arguments, reason = "the package names them all")]
pub fn judge(
    py: Python<'_>,
    artefact: &Artefact,
    dataset: &Dataset,
    name: &str,
    judge: Py<PyAny>,
    repeats: usize,
    baselines: Vec<String>,
    seed: u64,
    threads: Option<usize>,
    show: Option<Py<PyAny>>,
) -> PyResult<String> {
    let watch = Watch::new(show, None);
    let report = work::run(py, threads, &watch, |interrupt| {
        with_dataset(&artefact.0, dataset, |dataset| {
            let device = liebig_grad::cpu();
            let evaluation = plain(
                &artefact.0,
                dataset,
                (repeats, seed),
                &baselines,
                (&device, interrupt, &watch),
            );
            evaluation.judged(name, &mut |source, set, repeat| {
                let mut set = Set {
                    set: set.clone(),
                    ..artefact.0.clone()
                };
                if source != DISTILLED {
                    // The steps that the distilled set was made for are not for others.
                    set.recipe.unroll = None;
                }
                let judged = Python::attach(|py| {
                    judge
                        .call1(py, (source, Artefact(set), repeat))?
                        .extract::<f64>(py)
                });
                judged.map_err(|error| {
                    watch.raise(error);
                    Error::Interrupted
                })
            })
        })
    })?;
    json(py, &report)
}

fn plain<'a>(
    artefact: &'a Set,
    dataset: &'a liebig::Dataset,
    (repeats, seed): (usize, u64),
    baselines: &'a [String],
    (device, interrupt, observer): (&'a Device, &'a Interrupt, &'a dyn Observer),
) -> ArtefactEvaluation<'a> {
    ArtefactEvaluation {
        artefact,
        dataset,
        models: &[],
        repeats,
        protocols: &[],
        teacher: None,
        pruning: None,
        store: None,
        epochs: None,
        making: None,
        baselines,
        networks: None,
        metrics: &[Metric::Accuracy],
        seed,
        device,
        interrupt,
        observer,
    }
}

/// The dataset in the set's space; it is not copied if that is its own.
fn with_dataset<R>(
    artefact: &Set,
    dataset: &Dataset,
    work: impl FnOnce(&liebig::Dataset) -> Result<R, Error>,
) -> Result<R, Error> {
    let space = &artefact.set.space;
    let there = &*dataset.dataset;
    let whitened = space.whitening.is_some() || space.per_sample.is_some();
    let same_kind = matches!(there.shape, SampleShape::Image { .. })
        == matches!(artefact.set.shape, SampleShape::Image { .. });
    if whitened && same_kind && there.space != *space {
        return work(&in_space(there.clone(), space)?);
    }
    work(there)
}

fn json(py: Python<'_>, report: &EvaluationReport) -> PyResult<String> {
    serde_json::to_string(report).map_err(|error| usage(py, &error.to_string()))
}
