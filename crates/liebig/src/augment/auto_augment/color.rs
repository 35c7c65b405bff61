//! Paler or more colourful.

use super::image::Image;

/// The differences of every pixel from its grey are multiplied by the factor; grey images stay.
pub(super) fn apply(image: &mut Image<'_>, factor: f64) {
    if image.planes.channels > 1 {
        let grey = image.grey();
        image.blend(factor, |_, in_plane| f32::from(grey[in_plane]));
    }
}
