//! A shift by whole pixels.

use super::image::Image;

/// The content is moved down and to the right.
pub(super) fn apply(image: &mut Image<'_>, down: f64, right: f64) {
    image.move_pixels(|row, column| (row - down, column - right));
}
