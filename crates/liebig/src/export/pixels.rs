//! Samples as bytes.

use liebig_data::SampleShape;

use crate::Error;
use crate::set::SmallSet;

/// Images of a set, each value a byte.
pub(super) struct Pixels {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// `[n, C, H, W]`, row major.
    values: Vec<u8>,
    /// The number of values below 0 or above 1, and of all.
    pub outside: (usize, usize),
    /// The lowest and the highest value before they were cut off.
    pub range: (f32, f32),
}

impl Pixels {
    /// The nearest bytes, cut off below 0 and above 255.
    pub fn of(set: &SmallSet) -> Result<Self, Error> {
        let raw = set.raw_values()?;
        let SampleShape::Image {
            channels,
            height,
            width,
        } = set.shape
        else {
            return Err(super::Error::Shape {
                format: "images",
                shape: set.shape,
            }
            .into());
        };
        // What rounds to a byte is not outside.
        let half = 0.5 / 255.0;
        let inside = -half..=1.0 + half;
        let outside = raw.iter().filter(|value| !inside.contains(*value)).count();
        let range = raw
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), &value| {
                (low.min(value), high.max(value))
            });
        let byte = |value: &f32| (value * 255.0).round().clamp(0.0, 255.0) as u8;
        Ok(Self {
            channels,
            height,
            width,
            values: raw.iter().map(byte).collect(),
            outside: (outside, raw.len()),
            range,
        })
    }

    /// Every image, `[H, W, C]`, row major.
    pub fn interleaved(&self) -> impl Iterator<Item = Vec<u8>> {
        let plane = self.height * self.width;
        self.values
            .chunks_exact((self.channels * plane).max(1))
            .map(move |image| {
                (0..plane)
                    .flat_map(|place| image.iter().skip(place).step_by(plane).copied())
                    .collect()
            })
    }
}
