//! The keys of a configuration, from the types' schemas, and the error for unknown ones.

use liebig_nn::{Input, ModelChoice};
use schemars::{Schema, schema_for};
use serde_json::Value as Json;
use toml::{Table, Value};

use super::{Config, DataConfig, Error, EvaluationConfig, General};
use crate::methods;
use crate::settings::{self, Setting};

/// The parts of a configuration that every method shares: the prefix of their keys, and their schemas.
fn common() -> [(&'static str, Schema); 3] {
    [
        ("", schema_for!(General)),
        ("data.", schema_for!(DataConfig)),
        ("evaluation.", schema_for!(EvaluationConfig)),
    ]
}

/// The settings that every method shares.
#[must_use]
pub fn common_settings() -> Vec<Setting> {
    let defaults = [
        serde_json::json!({"seed": 0, "ipc": 1, "fill": "repeat"}),
        serde_json::to_value(DataConfig::default()).unwrap_or_default(),
        serde_json::to_value(EvaluationConfig::default()).unwrap_or_default(),
    ];
    let parts = common().into_iter().zip(defaults);
    parts
        .flat_map(|((prefix, schema), defaults)| settings::list(prefix, &schema, &defaults))
        .collect()
}

/// The settings of a network, with the defaults for an input size; `None` if there is no such network.
#[must_use]
pub fn model_settings(name: &str, input: Input) -> Option<Vec<Setting>> {
    let schema = ModelChoice::schema(name)?;
    let defaults = ModelChoice::default_for(name, input).ok();
    let defaults = serde_json::to_value(defaults).unwrap_or(Json::Null);
    Some(settings::list("model.", &schema, &defaults))
}

/// All schemas of a configuration, with the prefix of their keys.
pub(super) fn schemas(config: &Config) -> Vec<(&'static str, Schema)> {
    let mut schemas = common().to_vec();
    schemas.push(("method.", config.method.schema()));
    schemas.extend(ModelChoice::schema(config.model.name()).map(|schema| ("model.", schema)));
    schemas
}

/// Every key that is valid with the configuration's method and network.
pub(super) fn known_keys(config: &Config) -> Vec<String> {
    let parts = schemas(config).into_iter();
    let settings = parts.flat_map(|(prefix, schema)| settings::list(prefix, &schema, &Json::Null));
    let mut keys: Vec<String> = settings.map(|setting| setting.key).collect();
    keys.extend(["method.name", "model.name"].map(String::from));
    keys
}

/// What to say of a key that other methods or networks have.
fn others(key: &str, config: &Config) -> Option<String> {
    let (part, _) = key.split_once('.')?;
    let has = |prefix: &str, schema: &Schema| {
        let settings = settings::list(prefix, schema, &Json::Null);
        settings.iter().any(|setting| setting.key == key)
    };
    let (own, names): (&str, Vec<&str>) = match part {
        "method" => {
            let entries = methods::all().filter(|entry| has("method.", &entry.schema()));
            (
                config.method.name(),
                entries.map(|entry| entry.name).collect(),
            )
        }
        "model" => {
            let has = |name: &&&str| {
                ModelChoice::schema(name).is_some_and(|schema| has("model.", &schema))
            };
            (
                config.model.name(),
                ModelChoice::NAMES.iter().filter(has).copied().collect(),
            )
        }
        _ => return None,
    };
    (!names.is_empty()).then(|| {
        let all = names.join(", ");
        format!("it is a setting of {all}; `liebig {part}s {own}` lists those of {own}")
    })
}

/// The dotted keys of all values that are not tables.
pub(super) fn leaves(table: &Table) -> Vec<String> {
    let mut keys = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => keys.extend(
                leaves(inner)
                    .into_iter()
                    .map(|rest| format!("{key}.{rest}")),
            ),
            _ => keys.push(key.clone()),
        }
    }
    keys
}

/// The refusal of a key, with the nearest known one, or with those who have it.
pub(super) fn unknown_key(place: &str, key: String, known: &[String], config: &Config) -> Error {
    if let Some(hint) = others(&key, config) {
        return Error::UnknownKey {
            place: place.into(),
            key,
            hint,
        };
    }
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_string();
    // A missing prefix (`distance`) is as near to `method.distance` as a typing error (`metod.distance`).
    let likeness = |candidate: &str| {
        strsim::normalized_damerau_levenshtein(candidate, &key).max(
            strsim::normalized_damerau_levenshtein(&last(candidate), &last(&key)),
        )
    };
    let nearest = known
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let hint = match nearest.filter(|nearest| likeness(nearest) > 0.5) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "`liebig methods NAME` and `liebig models NAME` list the settings".into(),
    };
    Error::UnknownKey {
        place: place.into(),
        key,
        hint,
    }
}
