//! Less or more contrast.

use super::image::Image;

/// The differences of every value from the mean of the grey image are multiplied by the factor.
pub(super) fn apply(image: &mut Image<'_>, factor: f64) {
    let grey = image.grey();
    let sum: f64 = grey.iter().copied().map(f64::from).sum();
    let mean = (sum / grey.len().max(1) as f64) as f32;
    image.blend(factor, |_, _| mean);
}
