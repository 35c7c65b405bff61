//! Blurred or sharper.

use super::image::Image;

/// The differences of every value from the mean of its neighbourhood, in which it counts five times, are multiplied by the
/// factor. The outermost pixels stay.
pub(super) fn apply(image: &mut Image<'_>, factor: f64) {
    let (height, width) = (image.planes.height, image.planes.width);
    let before = image.pixels.to_vec();
    image.blend(factor, |at, in_plane| {
        let (row, column) = (in_plane / width, in_plane % width);
        let inside = |place: usize, side: usize| place > 0 && place + 1 < side;
        if !inside(row, height) || !inside(column, width) {
            return f32::from(before[at]);
        }
        let rows = [at - width, at, at + width];
        let around = rows.iter().flat_map(|middle| middle - 1..=middle + 1);
        let sum: f32 = around.map(|at| f32::from(before[at])).sum();
        ((sum + 4.0 * f32::from(before[at])) / 13.0).round_ties_even()
    });
}
