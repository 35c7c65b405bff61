//! Darker or brighter.

use super::image::Image;

/// Every value is multiplied by the factor.
pub(super) fn apply(image: &mut Image<'_>, factor: f64) {
    image.blend(factor, |_, _| 0.0);
}
