//! A rotation around the middle.

use liebig_grad::{Error, Tap, Tensor};
use rand::{Rng, RngExt};

use super::Parameters;
use super::geometry::{Geometry, bilinear, middle, resample};
use super::parameters::Transform;

/// Maximum rotation in degrees, in either direction.
const DEGREES: f64 = 15.0;

/// A bilinear rotation around the middle of the image; gaps are filled with zeros. The angle is uniform in -15 to 15
/// degrees.
///
/// Distances are measured in pixels, so an image that is not square is rotated without shear; for square images
/// this is the same as a rotation in coordinates from -1 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotate {
    /// The angle; the content is rotated anticlockwise if it is positive.
    pub degrees: f64,
}

impl Transform for Rotate {
    fn draw(_: (usize, usize), rng: &mut impl Rng) -> Self {
        Self {
            degrees: rng.random_range(-DEGREES..DEGREES),
        }
    }

    fn apply(parameters: &Parameters<Self>, x: &Tensor) -> Result<Tensor, Error> {
        resample(parameters, x)
    }
}

impl Geometry<4> for Rotate {
    fn taps(&self, height: usize, width: usize) -> impl Fn(usize, usize) -> [Tap; 4] + Sync {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (middle_row, middle_column) = (middle(height), middle(width));
        move |row, column| {
            let (y, x) = (row as f64 - middle_row, column as f64 - middle_column);
            let row = middle_row + sin * x + cos * y;
            let column = middle_column + cos * x - sin * y;
            bilinear(row, column, height, width)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::augment::Draw;
    use liebig_grad::cpu;

    #[test]
    fn the_angle_fills_its_range() {
        let mut rng = liebig_data::stream(0, "test", 0);
        let angles = (0..4000).map(|_| Rotate::draw((8, 8), &mut rng).degrees);
        let angles: Vec<f64> = angles.collect();
        assert!(angles.iter().all(|angle| (-15.0..15.0).contains(angle)));
        assert!(angles.iter().any(|&angle| angle < -14.9));
        assert!(angles.iter().any(|&angle| angle > 14.9));
    }

    /// A quarter of a turn of an image that is not square keeps distances: a pixel beside the middle comes
    /// above it.
    #[test]
    fn a_quarter_turn_is_anticlockwise_and_measured_in_pixels() {
        let mut values = vec![0.0; 5 * 3];
        values[2 * 3 + 2] = 1.0; // middle row, right of the middle
        let x = Tensor::from_vec(values, &[1, 1, 5, 3], &cpu()).unwrap();
        let turned = Draw::rotate(90.0).apply(&x).unwrap().to_vec().unwrap();
        for (place, value) in turned.into_iter().enumerate() {
            let expected = if place == 3 + 1 { 1.0 } else { 0.0 }; // one row above the middle
            assert!((value - expected).abs() < 1e-6, "{place}: {value}");
        }
    }
}
