//! A shift by whole pixels.

use liebig_grad::{Error, Tap, Tensor};
use rand::{Rng, RngExt};

use super::Parameters;
use super::geometry::{Geometry, pixel, resample};
use super::parameters::Transform;

/// The largest shift as a fraction of the side.
const RATIO: f64 = 0.125;

/// Moves the window over the image by whole pixels; the gap is filled with zeros. Each shift is uniform in
/// ±⌊0.125 side + 0.5⌋, which is ±4 at 32 pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop {
    /// How far the window moves down, so that the content moves up; negative for the opposite.
    pub down: i64,
    /// How far the window moves to the right, so that the content moves to the left.
    pub right: i64,
}

impl Transform for Crop {
    fn draw((height, width): (usize, usize), rng: &mut impl Rng) -> Self {
        let mut shift = |side: usize| {
            let most = (RATIO * side as f64 + 0.5).floor() as i64;
            rng.random_range(-most..=most)
        };
        let (down, right) = (shift(height), shift(width));
        Self { down, right }
    }

    fn apply(parameters: &Parameters<Self>, x: &Tensor) -> Result<Tensor, Error> {
        resample(parameters, x)
    }
}

impl Geometry<1> for Crop {
    fn taps(&self, height: usize, width: usize) -> impl Fn(usize, usize) -> [Tap; 1] + Sync {
        let Self { down, right } = *self;
        move |row, column| {
            let (row, column) = (row as i64 + down, column as i64 + right);
            [pixel(row, column, height, width)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shift_is_drawn_and_none_beyond() {
        let mut rng = liebig_data::stream(0, "test", 0);
        // ⌊4.5⌋ = 4 and ⌊1.75⌋ = 1.
        let draws: Vec<Crop> = (0..4000).map(|_| Crop::draw((32, 10), &mut rng)).collect();
        let count = |f: &dyn Fn(&Crop) -> bool| draws.iter().filter(|draw| f(draw)).count();
        for down in -4..=4 {
            assert!((350..540).contains(&count(&|draw| draw.down == down)));
        }
        for right in -1..=1 {
            assert!((1230..1440).contains(&count(&|draw| draw.right == right)));
        }
        assert_eq!(
            count(&|draw| draw.down.abs() > 4 || draw.right.abs() > 1),
            0
        );
    }
}
