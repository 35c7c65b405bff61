//! Columns moved down, each further than the one before.

use super::image::Image;

/// The content of a column is moved up by `factor` pixels for each pixel from the left edge.
pub(super) fn apply(image: &mut Image<'_>, factor: f64) {
    image.move_pixels(|row, column| (row + factor * (column + 0.5), column));
}
