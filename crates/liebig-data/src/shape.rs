//! The shape of one sample.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The shape of one sample: an image, or a row of a table.
///
/// As JSON: `{"kind":"image","channels":3,"height":32,"width":32}` or `{"kind":"table","features":13}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum SampleShape {
    /// An image, stored plane by plane (CHW).
    Image {
        /// 1 (grey) or 3 (RGB) when read from files; arrays in memory may have any number.
        channels: usize,
        /// In pixels.
        height: usize,
        /// In pixels.
        width: usize,
    },
    /// A row of numeric features.
    Table {
        /// Columns without the label.
        features: usize,
    },
}

impl SampleShape {
    /// Values in one sample: `C * H * W`, or the number of features. A product beyond `usize::MAX` is `usize::MAX`.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.groups().saturating_mul(self.group_len())
    }

    /// Whether a sample holds no value at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many groups of values share a mean and a standard deviation: channels, or columns.
    #[must_use]
    pub const fn groups(&self) -> usize {
        match *self {
            Self::Image { channels, .. } => channels,
            Self::Table { features } => features,
        }
    }

    /// Values in one group: `H * W` pixels, or 1. Saturates as [`len`](Self::len) does.
    pub(crate) const fn group_len(&self) -> usize {
        match *self {
            Self::Image { height, width, .. } => height.saturating_mul(width),
            Self::Table { .. } => 1,
        }
    }

    /// The dimensions of one sample in an array: `[C, H, W]`, or `[F]`.
    #[must_use]
    pub fn dims(&self) -> Vec<usize> {
        match *self {
            Self::Image {
                channels,
                height,
                width,
            } => vec![channels, height, width],
            Self::Table { features } => vec![features],
        }
    }

    /// The sample as planes: `[C, H, W]`. A table's row is an image of one line, `[1, 1, F]`.
    #[must_use]
    pub const fn planes(&self) -> [usize; 3] {
        match *self {
            Self::Image {
                channels,
                height,
                width,
            } => [channels, height, width],
            Self::Table { features } => [1, 1, features],
        }
    }
}

impl fmt::Display for SampleShape {
    /// `3x32x32` for images (CHW), `13 features` for a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image {
                channels,
                height,
                width,
            } => write!(f, "{channels}x{height}x{width}"),
            Self::Table { features: 1 } => write!(f, "1 feature"),
            Self::Table { features } => write!(f, "{features} features"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const IMAGE: SampleShape = SampleShape::Image {
        channels: 3,
        height: 4,
        width: 5,
    };
    const TABLE: SampleShape = SampleShape::Table { features: 13 };

    #[test]
    fn both_kinds_have_dimensions_planes_and_a_name() {
        assert_eq!((IMAGE.len(), TABLE.len()), (60, 13));
        assert_eq!((IMAGE.groups(), TABLE.groups()), (3, 13));
        assert_eq!((IMAGE.dims(), TABLE.dims()), (vec![3, 4, 5], vec![13]));
        assert_eq!((IMAGE.planes(), TABLE.planes()), ([3, 4, 5], [1, 1, 13]));
        let one = SampleShape::Table { features: 1 };
        let names = [IMAGE, TABLE, one].map(|shape| shape.to_string());
        assert_eq!(names, ["3x4x5", "13 features", "1 feature"]);
    }

    #[test]
    fn the_length_saturates() {
        let huge = SampleShape::Image {
            channels: usize::MAX,
            height: usize::MAX,
            width: 2,
        };
        assert_eq!(huge.len(), usize::MAX);
        assert!(!huge.is_empty());
    }

    #[test]
    fn json_names_the_kind_and_refuses_other_fields() {
        let image = r#"{"kind":"image","channels":3,"height":4,"width":5}"#;
        let table = r#"{"kind":"table","features":13}"#;
        assert_eq!(serde_json::to_string(&IMAGE).unwrap(), image);
        assert_eq!(serde_json::to_string(&TABLE).unwrap(), table);
        assert_eq!(serde_json::from_str::<SampleShape>(image).unwrap(), IMAGE);
        assert_eq!(serde_json::from_str::<SampleShape>(table).unwrap(), TABLE);
        for wrong in [
            r#"{"kind":"table","features":13,"width":1}"#,
            r#"{"kind":"row","features":13}"#,
            r#"{"features":13}"#,
            r#"{"kind":"table","features":-1}"#,
        ] {
            assert!(
                serde_json::from_str::<SampleShape>(wrong).is_err(),
                "{wrong}"
            );
        }
    }
}
