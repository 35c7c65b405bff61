//! A network in one word, with its options.

use liebig_nn::{Input, ModelChoice};
use serde_json::Value;

use crate::Error;
use crate::config::Error as ConfigError;

/// The network that `convnet` or `convnet:width=64:norm=batch` names: its default options, but for those that are given.
///
/// ```
/// let input = liebig::Input { channels: 1, height: 28, width: 28 };
/// let narrow = liebig::model_spec("convnet:width=32", input)?;
/// let toml = toml::to_string(&narrow)?;
/// assert!(toml.contains("width = 32"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Network`] for an unknown network, [`Error::Config`] for an unknown option or a value that it does not take.
pub fn model_spec(text: &str, input: Input) -> Result<ModelChoice, Error> {
    let (name, options) = text.split_once(':').unwrap_or((text, ""));
    let model = ModelChoice::default_for(name, input)?;
    if options.is_empty() {
        return Ok(model);
    }
    let refuse = |rule: String| ConfigError::OutOfRange {
        key: "models".into(),
        value: text.into(),
        rule,
    };
    let mut table = serde_json::to_value(&model).map_err(|error| refuse(error.to_string()))?;
    for option in options.split(':') {
        let (key, value) = option
            .split_once('=')
            .ok_or_else(|| refuse("expected NAME:OPTION=VALUE, such as convnet:width=64".into()))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        table[key.trim()] = value;
    }
    serde_json::from_value(table).map_err(|error| refuse(error.to_string()).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const INPUT: Input = Input {
        channels: 3,
        height: 32,
        width: 32,
    };

    #[test]
    fn options_replace_the_defaults() {
        let plain = model_spec("convnet", INPUT).unwrap();
        assert_eq!(plain, ModelChoice::default_for("convnet", INPUT).unwrap());
        let narrow = model_spec("convnet:width=32:norm=batch", INPUT).unwrap();
        let value = serde_json::to_value(narrow).unwrap();
        assert_eq!(
            (&value["width"], &value["norm"]),
            (&32.into(), &"batch".into())
        );
        assert_eq!(value["depth"], 3);
    }

    #[test]
    fn what_is_not_there_is_refused() {
        for (text, part) in [
            ("convnot", "convnet"),
            ("convnet:width", "convnet:width=64"),
            ("convnet:wide=3", "wide"),
            ("convnet:width=x", "width"),
            ("convnet:norm=none2", "norm"),
        ] {
            let message = model_spec(text, INPUT).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }
}
