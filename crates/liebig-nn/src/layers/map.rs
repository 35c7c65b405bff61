//! The shape of a feature map.

use crate::Input;

/// Height, width and channels of a feature map. Sizes saturate: one that is too large for `usize` makes
/// a network that is too large to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Map {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

impl Map {
    /// Number of values.
    pub fn numel(self) -> usize {
        let pixels = self.height.saturating_mul(self.width);
        pixels.saturating_mul(self.channels)
    }

    /// The map with other sides; `None` where nothing is left of one.
    pub fn resized(self, side: impl Fn(usize) -> Option<usize>) -> Option<Self> {
        let side = |size| side(size).filter(|&size| size > 0);
        Some(Self {
            height: side(self.height)?,
            width: side(self.width)?,
            ..self
        })
    }

    /// Its shape `[height, width, channels]`.
    pub fn shape(self) -> Vec<usize> {
        vec![self.height, self.width, self.channels]
    }
}

impl From<Input> for Map {
    fn from(input: Input) -> Self {
        Self {
            height: input.height,
            width: input.width,
            channels: input.channels,
        }
    }
}
