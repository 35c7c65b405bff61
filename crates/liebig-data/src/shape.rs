//! The shape of one sample.

use std::fmt;

/// The shape of one sample: an image, or a row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleShape {
    /// An image, stored plane by plane (CHW).
    Image {
        /// 1 (grey) or 3 (RGB).
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
    /// Values in one sample: `C * H * W`, or the number of features.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.groups() * self.group_len()
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

    /// Values in one group: `H * W` pixels, or 1.
    pub(crate) const fn group_len(&self) -> usize {
        match *self {
            Self::Image { height, width, .. } => height * width,
            Self::Table { .. } => 1,
        }
    }
}

impl fmt::Display for SampleShape {
    /// `3x32x32` for images (CHW), `13` for a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image {
                channels,
                height,
                width,
            } => write!(f, "{channels}x{height}x{width}"),
            Self::Table { features } => write!(f, "{features}"),
        }
    }
}
