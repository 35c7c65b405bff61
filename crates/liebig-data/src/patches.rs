//! The patches that pictures are cut into.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;

/// Square patches, cut out of every picture at equal distances.
///
/// As text `SIZE/STRIDE/CONTENT`, such as `32/16/0.2`. Without the content it is 0, without the stride it is the size:
/// `32` cuts pictures into tiles that do not overlap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patches {
    /// Height and width, 1 to 4096 pixels.
    pub size: usize,
    /// Pixels from one patch to the next, to the right and downwards, 1 to 4096.
    pub stride: usize,
    /// Patches are left out if a smaller share of their pixels, 0 to 1, is brighter than a tenth of white.
    pub min_content: f64,
}

const MAX_SIDE: usize = 4096;
const EXPECTED: &str = "SIZE, SIZE/STRIDE or SIZE/STRIDE/CONTENT such as 32/16/0.2: size and stride from 1 to 4096 pixels, content from 0 to 1";

impl Patches {
    /// Refuses values that are out of range for every picture.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let side = 1..=MAX_SIDE;
        let good = side.contains(&self.size)
            && side.contains(&self.stride)
            && (0.0..=1.0).contains(&self.min_content);
        match good {
            true => Ok(()),
            false => Err(wrong(self.to_string())),
        }
    }

    /// The upper left corners `(y, x)` of the patches of a picture, row by row. The first is at `(0, 0)`; what is left at
    /// the right and below, if the stride does not divide it, is in no patch.
    ///
    /// # Errors
    /// [`Error::Setting`] if a patch is larger than the picture.
    pub(crate) fn corners(
        &self,
        (height, width): (usize, usize),
    ) -> Result<Vec<(usize, usize)>, Error> {
        let (Some(down), Some(right)) =
            (height.checked_sub(self.size), width.checked_sub(self.size))
        else {
            return Err(Error::Setting {
                setting: "data.patches",
                found: format!("{self} for pictures of {height}x{width}"),
                expected: "patches that are not larger than the pictures (`data.image_size`)",
            });
        };
        let stride = self.stride.max(1);
        let rows = (0..=down).step_by(stride);
        let corners = rows.flat_map(|y| (0..=right).step_by(stride).map(move |x| (y, x)));
        Ok(corners.collect())
    }
}

fn wrong(found: String) -> Error {
    Error::Setting {
        setting: "data.patches",
        found,
        expected: EXPECTED,
    }
}

impl fmt::Display for Patches {
    /// `32/16/0.2`, and shorter without content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.size, self.stride)?;
        match self.min_content == 0.0 {
            true => Ok(()),
            false => write!(f, "/{}", self.min_content),
        }
    }
}

impl FromStr for Patches {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || wrong(text.into());
        let parts: Vec<&str> = text.split('/').map(str::trim).collect();
        let side = |text: &str| text.parse::<usize>().map_err(|_| wrong());
        let (size, stride, min_content) = match parts[..] {
            [size] => (size, size, "0"),
            [size, stride] => (size, stride, "0"),
            [size, stride, content] => (size, stride, content),
            _ => return Err(wrong()),
        };
        let patches = Self {
            size: side(size)?,
            stride: side(stride)?,
            min_content: min_content.parse().map_err(|_| wrong())?,
        };
        patches.check().map_err(|_| wrong())?;
        Ok(patches)
    }
}

impl Serialize for Patches {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Patches {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a text such as 32/16/0.2")]
        enum Written {
            Size(u64),
            Text(String),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Size(size) => size.to_string(),
            Written::Text(text) => text,
        };
        // Whoever reads the setting says its name and gives a hint.
        let wrong =
            |_| serde::de::Error::custom(format!("`{text}` was given, expected {EXPECTED}"));
        text.parse().map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn patches(text: &str) -> Patches {
        text.parse().unwrap()
    }

    #[test]
    fn patches_are_read_and_written() {
        let full = Patches {
            size: 32,
            stride: 16,
            min_content: 0.2,
        };
        assert_eq!(patches("32/16/0.2"), full);
        assert_eq!(full.to_string(), "32/16/0.2");
        assert_eq!(patches("8"), patches("8/8/0"));
        assert_eq!(patches("8/2").to_string(), "8/2");
        for (json, expected) in [("\"32/16/0.2\"", full), ("8", patches("8"))] {
            assert_eq!(serde_json::from_str::<Patches>(json).unwrap(), expected);
        }
        assert_eq!(serde_json::to_string(&full).unwrap(), "\"32/16/0.2\"");
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for wrong in [
            "",
            "0",
            "32/0",
            "5000",
            "32/5000",
            "32/16/1.1",
            "32/16/-0.1",
            "32/16/NaN",
            "a",
            "32x16",
            "32/16/0.2/1",
            "-4",
            "8.5",
        ] {
            let message = wrong.parse::<Patches>().unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("data.patches: {wrong} was given, expected SIZE"))
                    && message.contains("\nhint: "),
                "{message}"
            );
        }
        assert!(serde_json::from_str::<Patches>("[32]").is_err());
        let message = serde_json::from_str::<Patches>("\"a\"")
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("`a` was given, expected SIZE"),
            "{message}"
        );
    }

    #[test]
    fn corners_lie_a_stride_apart_inside_the_picture() {
        assert_eq!(
            patches("2/3").corners((6, 5)).unwrap(),
            [(0, 0), (0, 3), (3, 0), (3, 3)]
        );
        assert_eq!(patches("4/1").corners((4, 5)).unwrap(), [(0, 0), (0, 1)]);
        assert_eq!(patches("32/16").corners((128, 128)).unwrap().len(), 49);
        let message = patches("8/4/0.5").corners((28, 7)).unwrap_err().to_string();
        assert!(
            message.contains("8/4/0.5 for pictures of 28x7") && message.contains("data.image_size"),
            "{message}"
        );
    }
}
