//! Settings from Python as layers of a configuration.

use liebig::config::{DataConfig, Layers};
use pyo3::prelude::*;

use crate::error::{exception, usage};

/// A setting: the argument that it was given as, its key, and its value as JSON.
pub type Given = (String, String, String);

/// Puts settings, in rising precedence, over a preset.
pub fn layers(
    py: Python<'_>,
    quick: bool,
    data: Option<&DataConfig>,
    settings: &[Given],
) -> PyResult<Layers> {
    let mut layers = Layers::new(quick);
    if let Some(data) = data {
        let text = serde_json::to_string(data).map_err(|error| usage(py, &error.to_string()))?;
        let table: toml::Table = serde_json::from_str(&text)
            .map_err(|error| usage(py, &format!("data: {error}")))?;
        for (key, value) in table {
            layers.value("data", &format!("data.{key}"), Some(value));
        }
    }
    for (argument, key, json) in settings {
        let value: toml::Value = serde_json::from_str(json).map_err(|_| {
            let text = format!(
                "{argument}: {json} is no value of a setting\nhint: give numbers, texts, booleans, or lists or dicts of them"
            );
            usage(py, &text)
        })?;
        layers.value(argument, key, Some(value));
    }
    Ok(layers)
}

/// What the settings say of the data.
pub fn data(py: Python<'_>, settings: &[Given]) -> PyResult<DataConfig> {
    let selected = layers(py, false, None, settings)?.select();
    Ok(selected.map_err(|error| exception(py, error))?.data)
}
