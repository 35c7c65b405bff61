//! What is learnt, and how samples are decoded from it.

use liebig_data::SampleShape;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// What the samples are decoded from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Parameterization {
    /// The samples themselves are learnt.
    #[default]
    Pixels,
    /// Textures: each `side * side` samples after one another are the tiles of one picture, row by row, whose opposite edges
    /// belong together. Networks train on it after a random shift, by which what leaves at one edge comes in at the
    /// opposite one (the textures of Cazenavette et al., CVPR 2022).
    Canvas {
        /// Tiles in a row of the picture, and rows.
        side: usize,
    },
}

impl Parameterization {
    /// Samples that belong together.
    #[must_use]
    pub fn tiles(self) -> usize {
        match self {
            Self::Pixels => 1,
            Self::Canvas { side } => side.saturating_mul(side),
        }
    }

    /// A random shift, the same for all pictures: for each value of `samples` samples after it, where it was before. `None`
    /// where nothing is shifted.
    pub(crate) fn shifted(
        self,
        shape: SampleShape,
        samples: usize,
        rng: &mut impl Rng,
    ) -> Option<Vec<usize>> {
        let Self::Canvas { side } = self else {
            return None;
        };
        let [_, height, width] = shape.planes();
        let mut below = |count: usize| rng.random_range(0..(count * side).max(1) as u64) as usize;
        let shift = (below(height), below(width));
        Some(self.places(shape, samples, shift))
    }

    /// For each value of the samples after a shift by so many rows and columns, where it was before.
    fn places(
        self,
        shape: SampleShape,
        samples: usize,
        (down, right): (usize, usize),
    ) -> Vec<usize> {
        let side = match self {
            Self::Pixels => 1,
            Self::Canvas { side } => side.max(1),
        };
        let [channels, height, width] = shape.planes();
        let (len, tiles) = (channels * height * width, side * side);
        let mut places = Vec::with_capacity(samples * len);
        for sample in 0..samples {
            let (picture, tile) = (sample / tiles, sample % tiles);
            let (top, left) = (tile / side * height, tile % side * width);
            for channel in 0..channels {
                for row in 0..height {
                    let y = (top + row + down) % (side * height);
                    for column in 0..width {
                        let x = (left + column + right) % (side * width);
                        let tile = y / height * side + x / width;
                        let within = (channel * height + y % height) * width + x % width;
                        places.push((picture * tiles + tile) * len + within);
                    }
                }
            }
        }
        places
    }

    /// Whole pictures from raw values, with their shape and classes.
    pub(crate) fn pictures(
        self,
        raw: Vec<f32>,
        shape: SampleShape,
        classes: Vec<u32>,
    ) -> (Vec<f32>, SampleShape, Vec<u32>) {
        let (
            Self::Canvas { side },
            SampleShape::Image {
                channels,
                height,
                width,
            },
        ) = (self, shape)
        else {
            return (raw, shape, classes);
        };
        let whole = SampleShape::Image {
            channels,
            height: side * height,
            width: side * width,
        };
        let mut pictures = vec![0.0; raw.len()];
        // A picture is a single tile of its own size.
        let tiles = self.tiles().max(1);
        for (tile, values) in raw.chunks_exact(shape.len().max(1)).enumerate() {
            let (picture, place) = (tile / tiles, tile % tiles);
            let (top, left) = (place / side * height, place % side * width);
            for (index, &value) in values.iter().enumerate() {
                let (channel, row) = (index / (height * width), index / width % height);
                let y = top + row;
                let x = left + index % width;
                let within = (channel * side * height + y) * side * width + x;
                pictures[picture * whole.len() + within] = value;
            }
        }
        let classes = classes.into_iter().step_by(tiles).collect();
        (pictures, whole, classes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const SHAPE: SampleShape = SampleShape::Image {
        channels: 2,
        height: 2,
        width: 3,
    };
    const CANVAS: Parameterization = Parameterization::Canvas { side: 2 };

    /// Two pictures of four tiles; every value says where it is.
    fn tiles() -> Vec<f32> {
        (0..8 * 12).map(|value| value as f32).collect()
    }

    #[test]
    fn a_shift_of_the_tiles_is_a_shift_of_the_picture() {
        let shift = (1, 4);
        let places = CANVAS.places(SHAPE, 8, shift);
        let shifted: Vec<f32> = places.iter().map(|&place| tiles()[place]).collect();
        let classes = vec![0, 0, 0, 0, 1, 1, 1, 1];
        let (before, whole, kept) = CANVAS.pictures(tiles(), SHAPE, classes.clone());
        let (after, _, _) = CANVAS.pictures(shifted, SHAPE, classes);
        assert_eq!(kept, [0, 1]);
        let [channels, height, width] = whole.planes();
        assert_eq!([channels, height, width], [2, 4, 6]);
        for plane in 0..2 * channels {
            for y in 0..height {
                for x in 0..width {
                    let at = |y: usize, x: usize| (plane * height + y % height) * width + x % width;
                    assert_eq!(after[at(y, x)], before[at(y + shift.0, x + shift.1)]);
                }
            }
        }
        let mut sorted = places;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..8 * 12).collect::<Vec<_>>());
    }

    #[test]
    fn pixels_stay_where_they_are() {
        let mut rng = liebig_data::stream(0, "x", 0);
        assert!(
            Parameterization::Pixels
                .shifted(SHAPE, 8, &mut rng)
                .is_none()
        );
        let zero = CANVAS.places(SHAPE, 8, (0, 0));
        assert_eq!(zero, (0..8 * 12).collect::<Vec<_>>());
        let (raw, shape, classes) = Parameterization::Pixels.pictures(tiles(), SHAPE, vec![0; 8]);
        assert_eq!((raw, shape, classes.len()), (tiles(), SHAPE, 8));
    }
}
