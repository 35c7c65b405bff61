//! The text form of augmentations and strategies, for users and files.

use std::fmt;
use std::str::FromStr;

use super::{Augmentation, Error, Operation, Strategy};

/// The prefix that any strategy may have.
const PREFIX: &str = "dsa:";
/// The prefix of a strategy of which each image gets one operation or none.
const RAND: &str = "rand:";
/// The prefix of a strategy of which each image gets all operations.
const ALL: &str = "all:";
/// AutoAugment.
const AUTO: &str = "autoaugment";
/// A strategy that needs the prefix, because its operations alone mean something else.
const CROP_SCALE_ROTATE: &str = "crop_scale_rotate";

impl FromStr for Augmentation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "none" => Ok(Self::None),
            CROP_SCALE_ROTATE => Ok(Self::CropScaleRotate),
            "crop_noise" => Ok(Self::CropNoise),
            AUTO => Ok(Self::AutoAugment),
            _ => match (text.strip_prefix(RAND), text.strip_prefix(ALL)) {
                (Some(strategy), _) => strategy.parse().map(Self::Rand),
                (_, Some(strategy)) => strategy.parse().map(Self::All),
                _ => text.parse().map(Self::Dsa),
            },
        }
    }
}

impl fmt::Display for Augmentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::CropScaleRotate => f.write_str(CROP_SCALE_ROTATE),
            Self::CropNoise => f.write_str("crop_noise"),
            Self::AutoAugment => f.write_str(AUTO),
            Self::Dsa(strategy) => {
                let operations = strategy.to_string();
                if operations == CROP_SCALE_ROTATE {
                    f.write_str(PREFIX)?;
                }
                f.write_str(&operations)
            }
            Self::Rand(strategy) => write!(f, "{RAND}{strategy}"),
            Self::All(strategy) => write!(f, "{ALL}{strategy}"),
        }
    }
}

impl FromStr for Strategy {
    type Err = Error;

    /// The operations' names joined by `_`, with or without `dsa:` before them.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut operations = Vec::new();
        for name in text.strip_prefix(PREFIX).unwrap_or(text).split('_') {
            let known = Operation::ALL;
            let Some(&operation) = known.iter().find(|operation| operation.name() == name) else {
                return Err(unknown(text, name));
            };
            if operations.contains(&operation) {
                return Err(Error::Repeated {
                    text: text.to_string(),
                    operation: operation.name(),
                });
            }
            operations.push(operation);
        }
        Ok(Self::of_distinct(operations))
    }
}

fn unknown(text: &str, name: &str) -> Error {
    let names = || Operation::ALL.iter().map(|operation| operation.name());
    let distance = |known: &&str| strsim::damerau_levenshtein(known, &name.to_lowercase());
    Error::Unknown {
        text: text.to_string(),
        operation: name.to_string(),
        known: names().collect::<Vec<_>>().join(", "),
        nearest: names().min_by_key(distance).unwrap_or_default(),
    }
}

impl fmt::Display for Strategy {
    /// The operations' names joined by `_`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.operations().iter().map(|op| op.name()).collect();
        f.write_str(&names.join("_"))
    }
}

/// Conversions to and from owned strings, for serde.
macro_rules! as_string {
    ($($type:ty),+) => {$(
        impl TryFrom<String> for $type {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> String {
                value.to_string()
            }
        }
    )+};
}

as_string!(Augmentation, Strategy);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_string_comes_back() {
        for text in [
            "none",
            "crop_scale_rotate",
            "crop_noise",
            "color_crop_cutout_flip_scale_rotate",
            "dsa:crop_scale_rotate",
            "scale_crop_rotate",
            "flip",
            "rand:flip_crop",
            "all:crop_flip_cutout",
            "autoaugment",
        ] {
            let augmentation: Augmentation = text.parse().unwrap();
            assert_eq!(augmentation.to_string(), text);
            let json = serde_json::to_string(&augmentation).unwrap();
            assert_eq!(json, format!("{text:?}"));
            let read: Augmentation = serde_json::from_str(&json).unwrap();
            assert_eq!(read, augmentation);
        }
    }

    #[test]
    fn the_prefix_makes_a_strategy_of_dcs_own_and_changes_no_other() {
        let own = "crop_scale_rotate".parse::<Augmentation>().unwrap();
        assert_eq!(own, Augmentation::CropScaleRotate);
        let strategy: Strategy = "crop_scale_rotate".parse().unwrap();
        assert_eq!(
            "dsa:crop_scale_rotate".parse::<Augmentation>().unwrap(),
            Augmentation::Dsa(strategy)
        );
        assert_eq!(
            "dsa:flip_color".parse::<Augmentation>().unwrap(),
            "flip_color".parse().unwrap()
        );
    }

    #[test]
    fn what_is_unknown_or_twice_is_refused_with_what_is_known() {
        let error = "color_cutuot".parse::<Augmentation>().unwrap_err();
        let message = error.to_string();
        for part in [
            "\"cutuot\"",
            "none, crop_scale_rotate, crop_noise",
            "color, crop, cutout, flip, scale, rotate",
            "did you mean cutout?",
        ] {
            assert!(message.contains(part), "{message}");
        }
        for text in [
            "",
            "dsa:",
            "None",
            "flip_",
            "flip__crop",
            "dsa:none",
            "crop_noise_flip",
        ] {
            let result = text.parse::<Augmentation>();
            assert!(matches!(result, Err(Error::Unknown { .. })), "{text}");
        }
        let result = "flip_crop_flip".parse::<Augmentation>();
        assert!(matches!(
            result,
            Err(Error::Repeated {
                operation: "flip",
                ..
            })
        ));
        let error = serde_json::from_str::<Augmentation>("\"blur\"").unwrap_err();
        assert!(error.to_string().contains("there is no operation \"blur\""));
    }

    #[test]
    fn the_schema_is_a_string() {
        let schema = schemars::schema_for!(Augmentation);
        assert_eq!(schema.get("type").unwrap(), "string");
        let schema = schemars::schema_for!(Strategy);
        assert_eq!(schema.get("type").unwrap(), "string");
    }
}
