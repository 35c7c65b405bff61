//! A colour.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// A colour, as text `#rrggbb`, `white`, `grey` or `black`. Default: white.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Rgb(pub [u8; 3]);

const NAMES: &[(&str, [u8; 3])] = &[
    ("white", [255; 3]),
    ("grey", [128; 3]),
    ("gray", [128; 3]),
    ("black", [0; 3]),
];

impl Default for Rgb {
    fn default() -> Self {
        Self([255; 3])
    }
}

impl fmt::Display for Rgb {
    /// The name, or `#rrggbb`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(_, colour)| *colour == self.0) {
            Some((name, _)) => f.write_str(name),
            None => {
                let [red, green, blue] = self.0;
                write!(f, "#{red:02x}{green:02x}{blue:02x}")
            }
        }
    }
}

impl FromStr for Rgb {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Setting {
            setting: "data.background",
            found: text.into(),
            expected: "white, grey, black or a colour such as #ff8800",
        };
        if let Some((_, colour)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(Self(*colour));
        }
        let digits = text.strip_prefix('#').ok_or_else(wrong)?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16)
            .map_err(|_| wrong())?
            .to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl From<Rgb> for String {
    fn from(colour: Rgb) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Rgb {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        for (text, colour) in [
            ("white", [255; 3]),
            ("black", [0; 3]),
            ("grey", [128; 3]),
            ("#ff8000", [255, 128, 0]),
        ] {
            let read: Rgb = text.parse().unwrap();
            assert_eq!(read, Rgb(colour));
            assert_eq!(read.to_string(), text);
        }
        assert_eq!("#FFFFFF".parse::<Rgb>().unwrap(), Rgb::default());
        for wrong in ["", "#", "#12345", "#1234567", "#12345g", "#+12345", "pink"] {
            let message = wrong.parse::<Rgb>().unwrap_err().to_string();
            assert!(message.contains("data.background") && message.contains("hint: "));
        }
    }
}
