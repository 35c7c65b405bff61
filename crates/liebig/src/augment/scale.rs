//! Width and height stretched or shrunk.

use liebig_grad::{Error, Tap, Tensor};
use rand::{Rng, RngExt};

use super::Parameters;
use super::geometry::{Geometry, bilinear, middle, resample};
use super::parameters::Transform;

/// The largest factor; the smallest is its inverse.
const RATIO: f64 = 1.2;

/// Samples the image bilinearly at positions whose distance from the middle is multiplied by the factor: below 1 the
/// content grows, above 1 it shrinks and gaps are filled with zeros. The factors for width and height are drawn
/// separately, each uniform in 1/1.2 to 1.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The factor along the width.
    pub x: f64,
    /// The factor along the height.
    pub y: f64,
}

impl Transform for Scale {
    fn draw(_: (usize, usize), rng: &mut impl Rng) -> Self {
        let mut factor = || rng.random_range(1.0 / RATIO..RATIO);
        let (x, y) = (factor(), factor());
        Self { x, y }
    }

    fn apply(parameters: &Parameters<Self>, x: &Tensor) -> Result<Tensor, Error> {
        resample(parameters, x)
    }
}

impl Geometry<4> for Scale {
    fn taps(&self, height: usize, width: usize) -> impl Fn(usize, usize) -> [Tap; 4] + Sync {
        let place = |factor: f64, side: usize| {
            move |at: usize| middle(side) + factor * (at as f64 - middle(side))
        };
        let (row_of, column_of) = (place(self.y, height), place(self.x, width));
        move |row, column| bilinear(row_of(row), column_of(column), height, width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_factors_fill_their_range() {
        let mut rng = liebig_data::stream(0, "test", 0);
        let draws: Vec<Scale> = (0..4000).map(|_| Scale::draw((8, 8), &mut rng)).collect();
        for of in [|draw: &Scale| draw.x, |draw: &Scale| draw.y] {
            let (low, high) = (1.0 / RATIO, RATIO);
            assert!(draws.iter().all(|draw| (low..high).contains(&of(draw))));
            assert!(draws.iter().any(|draw| of(draw) < low + 0.001));
            assert!(draws.iter().any(|draw| of(draw) > high - 0.001));
        }
        assert!(
            draws
                .iter()
                .all(|draw| draw.x.to_bits() != draw.y.to_bits())
        );
    }
}
