//! The values of each channel stretched to the whole range.

use super::image::Image;

/// The lowest value of each channel becomes 0 and the highest 255; a channel of one value stays.
pub(super) fn apply(image: &mut Image<'_>) {
    image.map_channels(|values| {
        let low = values.iter().copied().min().unwrap_or(0);
        let high = values.iter().copied().max().unwrap_or(0);
        std::array::from_fn(|value| match high > low {
            true => {
                let scale = 255.0 / (f32::from(high) - f32::from(low));
                ((value as f32 - f32::from(low)) * scale).clamp(0.0, 255.0) as u8
            }
            false => value as u8,
        })
    });
}
