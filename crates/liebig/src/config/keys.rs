//! The keys of a configuration, and what to say of others.

use toml::{Table, Value};

use super::Error;

/// Keys that are absent from the default configuration because absence is their default.
const OPTIONAL_KEYS: [&str; 3] = ["data.image_size", "data.grayscale", "data.label_column"];

/// Every key that may be said.
pub(super) fn known_keys(defaults: &Table) -> Vec<String> {
    let mut keys = leaves(defaults);
    keys.extend(OPTIONAL_KEYS.map(String::from));
    keys
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

/// The refusal of a key, with the nearest known one.
pub(super) fn unknown_key(place: &str, key: String, known: &[String]) -> Error {
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_string();
    // `distance` for `method.distance` is as near as `metod.distance`.
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
        None => "`liebig distill --print-config` shows every key".into(),
    };
    Error::UnknownKey {
        place: place.into(),
        key,
        hint,
    }
}
