//! Height and width of an image: `32` or `32x48`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Height and width in pixels, 1 to 4096 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSize {
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
}

impl std::str::FromStr for ImageSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |text: &str| match text.parse() {
            Ok(pixels @ 1..=4096) => Ok(pixels),
            _ => Err(format!(
                "`{text}` is not the size of an image, expected 32 or 32x48 (height x width), 1 to 4096 pixels"
            )),
        };
        let (height, width) = text.split_once('x').unwrap_or((text, text));
        Ok(Self {
            height: side(height)?,
            width: side(width)?,
        })
    }
}

impl std::fmt::Display for ImageSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}", self.height, self.width)
    }
}

impl Serialize for ImageSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ImageSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => text,
            toml::Value::Integer(side) => side.to_string(),
            other => other.to_string(),
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_side_is_a_square() {
        assert_eq!(
            "32".parse(),
            Ok(ImageSize {
                height: 32,
                width: 32
            })
        );
        assert_eq!(
            "28x36".parse(),
            Ok(ImageSize {
                height: 28,
                width: 36
            })
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "x", "0", "32x", "-3", "32x0", "5000", "1x2x3"] {
            assert!(text.parse::<ImageSize>().is_err(), "{text}");
        }
    }
}
