//! The values of each channel spread evenly.

use super::image::Image;

/// Every value becomes the share of the channel's pixels that are darker, in 255 steps; the brightest pixels are not counted
/// for the size of a step. A channel with fewer than 255 others stays.
pub(super) fn apply(image: &mut Image<'_>) {
    image.map_channels(|values| {
        let mut counts = [0_usize; 256];
        for &value in values {
            counts[usize::from(value)] += 1;
        }
        let brightest = counts.iter().rev().find(|count| **count > 0);
        let step = (values.len() - brightest.copied().unwrap_or(0)) / 255;
        let mut darker = 0;
        std::array::from_fn(|value| {
            let before = darker;
            darker += counts[value];
            match step {
                0 => value as u8,
                step => ((before + step / 2) / step).min(255) as u8,
            }
        })
    });
}
