//! Choosing by name, with a suggestion where the name is unknown.

use crate::{Error, Result};

/// The value that goes by `name`.
pub(crate) fn choose<T: Copy>(
    kind: &'static str,
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
        name: name.to_string(),
        known: keys.join(", "),
        nearest: nearest.map_or("", |(key, _)| key),
    })
}

/// Gives an enum of options its names, `FromStr` and `Display`.
macro_rules! named {
    ($type:ty, $kind:literal, [$(($name:literal, $value:expr)),+ $(,)?] $(, aliases [$(($alias:literal, $to:expr)),+])?) => {
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
                $crate::choice::choose($kind, name, Self::ALL)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(crate) use named;
