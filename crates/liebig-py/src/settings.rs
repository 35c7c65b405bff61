//! Settings from Python as layers of a configuration.

use liebig::config::{DataConfig, Layers, Resolved};
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
        let table: toml::Table =
            serde_json::from_str(&text).map_err(|error| usage(py, &format!("data: {error}")))?;
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

/// What the settings, and the preset for them, say of the data.
pub fn data(py: Python<'_>, quick: bool, settings: &[Given]) -> PyResult<DataConfig> {
    let selected = layers(py, quick, None, settings)?.select();
    Ok(selected.map_err(|error| exception(py, error))?.data)
}

/// Refuses settings of the data that a dataset in memory was not read with, which a preset may have.
pub fn check_data(py: Python<'_>, resolved: &Resolved, data: &DataConfig) -> PyResult<()> {
    let asked = &resolved.config.data;
    if asked == data {
        return Ok(());
    }
    let table = |data: &DataConfig| serde_json::to_value(data).unwrap_or_default();
    let (asked, there) = (table(asked), table(data));
    let differs = asked.as_object().into_iter().flatten();
    let differs = differs.filter(|&(key, value)| there.get(key) != Some(value));
    let words: Vec<String> = differs
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let preset = resolved.preset.as_deref().unwrap_or("settings");
    let text = format!(
        "data: {preset} asks for {}, but the dataset was not read with it\nhint: give this to `liebig.load_dataset`, or give the dataset's name or path as `data`",
        words.join(", ")
    );
    Err(usage(py, &text))
}
