//! Reads a configuration from a table that holds every key.

use liebig_nn::ModelChoice;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::Config;
use crate::methods;

/// A key, and the error of its value.
pub(super) type Wrong = (String, String);

/// Reads a configuration from a table that holds every key.
pub(super) fn read(mut table: Table) -> Result<Config, Wrong> {
    let data = part(take(&mut table, "data")?, "data")?;
    let evaluation = part(take(&mut table, "evaluation")?, "evaluation")?;
    let model: ModelChoice = part(take(&mut table, "model")?, "model")?;
    let mut settings = take(&mut table, "method")?;
    let name = match settings.remove("name") {
        Some(Value::String(name)) => name,
        _ => return Err(("method.name".into(), "expected a name".into())),
    };
    let Some(entry) = methods::find(&name) else {
        return Err(("method.name".into(), format!("there is no method `{name}`")));
    };
    let method = entry
        .read(settings)
        .map_err(|(key, reason)| (format!("method.{key}"), reason))?;
    Ok(Config {
        general: part(table, "")?,
        data,
        method,
        model,
        evaluation,
    })
}

fn take(table: &mut Table, key: &str) -> Result<Table, Wrong> {
    match table.remove(key) {
        Some(Value::Table(part)) => Ok(part),
        Some(other) => Err((
            key.into(),
            format!("expected a table of settings, found {}", other.type_str()),
        )),
        None => Ok(Table::new()),
    }
}

fn part<T: DeserializeOwned>(table: Table, key: &str) -> Result<T, Wrong> {
    serde_path_to_error::deserialize(table).map_err(|error| {
        let inner = match error.path().to_string() {
            path if path == "." => String::new(),
            path => path,
        };
        let dot = if key.is_empty() || inner.is_empty() {
            ""
        } else {
            "."
        };
        let reason = error.inner().message().trim_end().to_string();
        (format!("{key}{dot}{inner}"), reason)
    })
}
