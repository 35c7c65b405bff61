//! The aim of a set that poisons training: networks mistake one class for another.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::class_names;
use crate::config::Error as ConfigError;

/// Networks are to take samples of one class for another (Wang et al., "Dataset Distillation", 2018). Written `3->8`; each
/// class by name or label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Poison {
    from: String,
    to: String,
}

impl Poison {
    /// The labels of the class that is mistaken and of the one that it is taken for.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a class that is not there.
    pub fn labels(&self, names: &[String]) -> Result<(u32, u32), ConfigError> {
        let label = |class: &str| {
            class_names::find(names, class).ok_or_else(|| ConfigError::OutOfRange {
                key: "method.poison".into(),
                value: class.into(),
                rule: format!("expected one of the classes {}", class_names::words(names)),
            })
        };
        Ok((label(&self.from)?, label(&self.to)?))
    }
}

impl FromStr for Poison {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("->").unwrap_or_default();
        let [from, to] = [from, to].map(|class| class.trim().to_owned());
        match from.is_empty() || to.is_empty() {
            true => Err(format!(
                "`{text}` does not name two classes; expected CLASS->CLASS, such as 3->8"
            )),
            false => Ok(Self { from, to }),
        }
    }
}

impl fmt::Display for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}->{}", self.from, self.to)
    }
}

impl TryFrom<String> for Poison {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Poison> for String {
    fn from(poison: Poison) -> Self {
        poison.to_string()
    }
}

impl JsonSchema for Poison {
    fn schema_name() -> Cow<'static, str> {
        "Poison".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-range": "CLASS->CLASS, by name or label" })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn classes_are_found_by_name_or_label() {
        let names = ["cat", "dog", "frog"].map(String::from);
        let poison: Poison = " cat -> 2 ".parse().unwrap();
        assert_eq!(poison.to_string(), "cat->2");
        assert_eq!(poison.labels(&names).unwrap(), (0, 2));
        let poison: Poison = "cat->3".parse().unwrap();
        let error = poison.labels(&names).unwrap_err().to_string();
        assert!(error.contains("cat, dog, frog"), "{error}");
    }

    #[test]
    fn one_class_is_refused() {
        for text in ["", "3", "3-8", "3->", "->8"] {
            let error = text.parse::<Poison>().unwrap_err();
            assert!(error.contains("CLASS->CLASS"), "{error}");
        }
    }
}
