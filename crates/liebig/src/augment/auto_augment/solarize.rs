//! Bright values inverted.

use super::image::Image;

/// Every value of the threshold or more, `x`, becomes `255 - x`.
pub(super) fn apply(image: &mut Image<'_>, threshold: f64) {
    image.map(|value| match f64::from(value) >= threshold {
        true => 255 - value,
        false => value,
    });
}
