//! Black and white exchanged.

use super::image::Image;

/// Every value `x` becomes `255 - x`.
pub(super) fn apply(image: &mut Image<'_>) {
    image.map(|value| 255 - value);
}
