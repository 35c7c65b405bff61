//! Settings as described by their types: one JSON schema provides both the printed list and the check of every range.

use schemars::Schema;
use serde::Serialize;
use serde_json::Value as Json;
use toml::{Table, Value};

use crate::config::Error;

/// Upper limit for whole numbers, so that products of sizes cannot overflow.
const LARGEST_WHOLE: i64 = 1 << 32;

/// The description of one setting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// The key, such as `method.lr_img`.
    pub key: String,
    /// What it does.
    pub about: String,
    /// The default value; `None` if the setting is absent by default.
    pub default: Option<Json>,
    /// The accepted values, such as `1 or more` or `noise, real`.
    pub range: String,
    /// The source of the default, if it is published.
    pub source: Option<String>,
}

/// The settings of a type, by key.
#[must_use]
pub fn list(prefix: &str, schema: &Schema, defaults: &Json) -> Vec<Setting> {
    properties(schema)
        .map(|(name, property)| Setting {
            key: format!("{prefix}{name}"),
            about: about(property),
            // A value that is left out because it is the default is in the schema alone.
            default: defaults
                .get(name)
                .or_else(|| property.get("default"))
                .filter(|value| !value.is_null())
                .cloned(),
            range: range(property, schema),
            source: text(property, SOURCE).or_else(|| text(root(schema), SOURCE)),
        })
        .collect()
}

/// Refuses numbers outside the ranges that the schema states.
///
/// # Errors
/// [`Error::OutOfRange`] for the first such number.
pub fn check(prefix: &str, schema: &Schema, table: &Table) -> Result<(), Error> {
    for (name, property) in properties(schema) {
        let Some(value) = table.get(name) else {
            continue;
        };
        let bounds = Bounds::of(property);
        let holds = match *value {
            Value::Integer(whole) => bounds.hold(whole as f64),
            Value::Float(number) => number.is_finite() && bounds.hold(number),
            _ => true,
        };
        let (holds, rule) = match *value {
            // A seed is not a size.
            Value::Integer(whole) if holds && whole > LARGEST_WHOLE && name != "seed" => {
                (false, format!("expected at most {LARGEST_WHOLE}"))
            }
            _ => (holds, format!("expected {}", bounds.describe())),
        };
        if !holds {
            return Err(Error::OutOfRange {
                key: format!("{prefix}{name}"),
                value: value.to_string(),
                rule,
            });
        }
    }
    Ok(())
}

/// The keyword for the source of a default; a type's source holds for all its settings without one.
const SOURCE: &str = "x-source";

/// The keyword for the accepted values of a text.
const RANGE: &str = "x-range";

fn properties(schema: &Schema) -> impl Iterator<Item = (&String, &Json)> {
    let properties = root(schema).get("properties").and_then(Json::as_object);
    properties.into_iter().flatten()
}

/// The schema of the type; that of a transparent wrapper is a reference to the inner one.
fn root(schema: &Schema) -> &Json {
    definition(schema.as_value(), schema)
}

fn text(property: &Json, keyword: &str) -> Option<String> {
    property.get(keyword)?.as_str().map(String::from)
}

fn about(property: &Json) -> String {
    text(property, "description")
        .unwrap_or_default()
        .replace('\n', " ")
}

/// The definition that a property refers to, or the property itself.
fn definition<'a>(property: &'a Json, schema: &'a Schema) -> &'a Json {
    let reference = property.get("$ref").and_then(Json::as_str);
    let name = reference.and_then(|reference| reference.strip_prefix("#/$defs/"));
    name.and_then(|name| schema.get("$defs")?.get(name))
        .unwrap_or(property)
}

fn range(property: &Json, schema: &Schema) -> String {
    let names = names(definition(property, schema), schema);
    if !names.is_empty() {
        return names.join(", ");
    }
    let bounds = Bounds::of(property);
    match kind(definition(property, schema)) {
        "integer" | "number" => bounds.describe(),
        "boolean" => "true, false".into(),
        "array" => "a list".into(),
        _ => text(definition(property, schema), RANGE)
            .or_else(|| text(property, RANGE))
            .unwrap_or_else(|| "text".into()),
    }
}

/// The type, without `null`.
fn kind(property: &Json) -> &str {
    match property.get("type") {
        Some(Json::String(kind)) => kind,
        Some(Json::Array(kinds)) => kinds
            .iter()
            .filter_map(Json::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or_default(),
        _ => "",
    }
}

/// The names of an enumeration: its own, or those of all its alternatives.
fn names(definition: &Json, schema: &Schema) -> Vec<String> {
    let name = |value: &Json| value.as_str().map(String::from);
    if let Some(values) = definition.get("enum").and_then(Json::as_array) {
        return values.iter().filter_map(name).collect();
    }
    if let Some(value) = definition.get("const") {
        return name(value).into_iter().collect();
    }
    let alternatives = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| definition.get(key)?.as_array());
    alternatives
        .into_iter()
        .flatten()
        .flat_map(|one| names(self::definition(one, schema), schema))
        .collect()
}

/// The bounds of a number.
#[derive(Clone, Copy, Debug, Default)]
struct Bounds {
    least: Option<f64>,
    more_than: Option<f64>,
    most: Option<f64>,
    less_than: Option<f64>,
}

impl Bounds {
    fn of(property: &Json) -> Self {
        let number = |key: &str| property.get(key).and_then(Json::as_f64);
        Self {
            least: number("minimum"),
            more_than: number("exclusiveMinimum"),
            most: number("maximum"),
            less_than: number("exclusiveMaximum"),
        }
    }

    fn hold(self, value: f64) -> bool {
        self.least.is_none_or(|least| value >= least)
            && self.more_than.is_none_or(|bound| value > bound)
            && self.most.is_none_or(|most| value <= most)
            && self.less_than.is_none_or(|bound| value < bound)
    }

    fn describe(self) -> String {
        let lower = match (self.more_than, self.least) {
            (Some(0.0), _) => Some("a positive number".to_string()),
            (Some(bound), _) => Some(format!("more than {bound}")),
            (None, Some(least)) => Some(format!("{least} or more")),
            (None, None) => None,
        };
        match (self.least, self.most, self.less_than, lower) {
            (Some(least), Some(most), _, _) if self.more_than.is_none() => {
                format!("{least} to {most}")
            }
            (_, Some(most), _, Some(lower)) => format!("{lower}, at most {most}"),
            (_, None, Some(bound), Some(lower)) => format!("{lower}, below {bound}"),
            (_, Some(most), _, None) => format!("at most {most}"),
            (_, None, Some(bound), None) => format!("below {bound}"),
            (_, None, None, Some(lower)) => lower,
            (_, None, None, None) => "a number".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use schemars::{JsonSchema, schema_for};

    use super::*;

    #[derive(Serialize, JsonSchema)]
    #[allow(dead_code)]
    struct Example {
        /// Steps. Default 3.
        #[schemars(range(min = 1))]
        steps: usize,
        /// A share.
        #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
        share: f64,
        /// A rate.
        #[schemars(extend("exclusiveMinimum" = 0.0))]
        rate: f64,
        /// How.
        mode: Mode,
        #[schemars(range(min = 0, max = 5), extend("default" = 4))]
        whole: u32,
    }

    #[derive(Serialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[allow(dead_code)]
    enum Mode {
        /// The first.
        Noise,
        /// The second.
        Real,
    }

    #[derive(Serialize, JsonSchema)]
    #[serde(transparent)]
    #[allow(dead_code)]
    struct Transparent(Example);

    fn refused(assignment: &str) -> Option<String> {
        let table = toml::from_str(assignment).unwrap();
        let result = check("method.", &schema_for!(Example), &table);
        result.err().map(|error| error.to_string())
    }

    #[test]
    fn settings_are_listed_with_ranges_and_names() {
        let defaults = serde_json::json!({"steps": 3, "mode": "noise"});
        let settings = list("method.", &schema_for!(Example), &defaults);
        let of = |key: &str| settings.iter().find(|setting| setting.key == key).unwrap();
        let steps = of("method.steps");
        assert_eq!(
            (steps.about.as_str(), steps.range.as_str()),
            ("Steps. Default 3.", "1 or more")
        );
        assert_eq!(steps.default, Some(serde_json::json!(3)));
        assert_eq!(of("method.share").range, "0 or more, below 1");
        assert_eq!(of("method.rate").range, "a positive number");
        assert_eq!(of("method.mode").range, "noise, real");
        assert_eq!(of("method.whole").range, "0 to 5");
        assert_eq!(of("method.rate").default, None);
        assert_eq!(of("method.whole").default, Some(serde_json::json!(4)));
    }

    #[test]
    fn a_transparent_type_has_the_settings_of_the_one_it_holds() {
        let inner = list("method.", &schema_for!(Example), &Json::Null);
        assert_eq!(
            list("method.", &schema_for!(Transparent), &Json::Null),
            inner
        );
        assert_eq!(inner.len(), 5);
        let table = toml::from_str("steps = 0").unwrap();
        assert!(check("method.", &schema_for!(Transparent), &table).is_err());
    }

    #[test]
    fn numbers_outside_of_their_range_are_refused() {
        for good in [
            "steps = 1",
            "share = 0.0",
            "rate = 1e-9",
            "whole = 5",
            "mode = \"real\"",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
        for (bad, part) in [
            ("steps = 0", "method.steps is 0, expected 1 or more"),
            ("steps = 5000000000", "expected at most 4294967296"),
            ("share = 1.0", "expected 0 or more, below 1"),
            ("share = -0.1", "expected 0 or more, below 1"),
            ("share = nan", "expected 0 or more, below 1"),
            ("rate = 0.0", "expected a positive number"),
            ("rate = inf", "expected a positive number"),
            ("whole = 6", "expected 0 to 5"),
        ] {
            let message = refused(bad).unwrap_or_default();
            assert!(message.contains(part), "{bad}: {message}");
        }
    }
}
