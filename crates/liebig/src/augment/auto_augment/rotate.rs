//! A rotation around the middle.

use super::image::Image;

/// The content is rotated anticlockwise by so many degrees.
pub(super) fn apply(image: &mut Image<'_>, degrees: f64) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let middle = |side: usize| (side as f64 - 1.0) / 2.0;
    let (row, column) = (middle(image.planes.height), middle(image.planes.width));
    image.move_pixels(|y, x| {
        let (y, x) = (y - row, x - column);
        (row + sin * x + cos * y, column + cos * x - sin * y)
    });
}
