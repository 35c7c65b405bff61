//! What there is: methods, networks, their settings.

use liebig::config::{self, model_settings as settings_of_model};
use liebig::{Facts, Input, ModelChoice, Setting};
use pyo3::prelude::*;

use crate::dataset::Dataset;
use crate::error::{exception, usage};

/// The methods by name, whether they learn their samples, and a description.
#[pyfunction]
pub fn methods() -> Vec<(&'static str, bool, &'static str)> {
    let learns = |name| {
        liebig::methods::METHODS
            .iter()
            .any(|entry| entry.name == name)
    };
    liebig::methods::all()
        .map(|entry| (entry.name, learns(entry.name), entry.about))
        .collect()
}

/// The settings of a method as JSON, with the defaults for a dataset, or for colour images of ten classes.
#[pyfunction]
#[pyo3(signature = (method, ipc=1, dataset=None))]
pub fn method_settings(
    py: Python<'_>,
    method: &str,
    ipc: usize,
    dataset: Option<&Dataset>,
) -> PyResult<String> {
    let Some(entry) = liebig::methods::find(method) else {
        let known: Vec<&str> = liebig::methods::all().map(|entry| entry.name).collect();
        let error = config::Error::UnknownMethod {
            place: "method".into(),
            name: method.into(),
            known: known.join(", "),
        };
        return Err(exception(py, error));
    };
    let facts = dataset.map_or_else(
        || Facts::example(ipc),
        |dataset| Facts::of(&dataset.dataset),
    );
    json(py, &entry.settings(&Facts { ipc, ..facts }))
}

/// The networks by name, with a description.
#[pyfunction]
pub fn models() -> Vec<(&'static str, &'static str)> {
    ModelChoice::NAMES
        .iter()
        .map(|name| (*name, ModelChoice::about(name).unwrap_or_default()))
        .collect()
}

/// The options of a network as JSON.
#[pyfunction]
pub fn model_settings(py: Python<'_>, model: &str) -> PyResult<String> {
    let settings = settings_of_model(model, INPUT).ok_or_else(|| {
        let text = format!(
            "there is no network `{model}`\nhint: the networks are {}",
            ModelChoice::NAMES.join(", ")
        );
        usage(py, &text)
    })?;
    json(py, &settings)
}

/// The size that defaults are for where there is no dataset: CIFAR-10's.
const INPUT: Input = Input {
    channels: 3,
    height: 32,
    width: 32,
};

fn json(py: Python<'_>, settings: &[Setting]) -> PyResult<String> {
    serde_json::to_string(settings).map_err(|error| usage(py, &error.to_string()))
}
