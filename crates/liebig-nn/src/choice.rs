//! Choosing by name, with a suggestion where the name is unknown.

use crate::{Error, Result};

/// The value with the name `name`; `key` is the setting that gives it.
pub(crate) fn choose<T: Copy>(
    kind: &'static str,
    key: &'static str,
    name: &str,
    known: &[(&'static str, T)],
) -> Result<T> {
    if let Some((_, value)) = known.iter().find(|(key, _)| *key == name) {
        return Ok(*value);
    }
    let distance = |key: &str| strsim::damerau_levenshtein(key, &name.to_lowercase());
    let nearest = known.iter().min_by_key(|(key, _)| distance(key));
    let keys: Vec<&str> = known.iter().map(|(key, _)| *key).collect();
    Err(Error::Unknown {
        kind,
        key,
        name: name.to_string(),
        known: keys.join(", "),
        nearest: nearest.map_or("", |(key, _)| key),
    })
}

/// Gives an enum of options its names: `FromStr`, `Display`, serde's traits and a JSON schema.
macro_rules! named {
    ($type:ident, $kind:literal, [$(($name:literal, $value:expr)),+ $(,)?] $(, aliases [$(($alias:literal, $to:expr)),+])?) => {
        impl $type {
            /// All values and their names.
            pub const ALL: &'static [(&'static str, $type)] = &[$(($name, $value)),+];

            /// The name, as written in configurations.
            pub fn name(self) -> &'static str {
                Self::ALL
                    .iter()
                    .find(|(_, value)| *value == self)
                    .map_or("", |(name, _)| name)
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::Error;

            fn from_str(name: &str) -> $crate::Result<Self> {
                $($(if name == $alias {
                    return Ok($to);
                })+)?
                $crate::choice::choose($kind, concat!("model.", $kind), name, Self::ALL)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                name.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($name),+] })
            }
        }
    };
}
pub(crate) use named;
