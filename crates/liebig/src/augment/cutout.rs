//! A square set to zero.

use liebig_grad::{Error, Tap, Tensor};
use rand::{Rng, RngExt};

use super::Parameters;
use super::geometry::{Geometry, resample};
use super::parameters::Transform;

/// The side of the square as a fraction of the image's.
const RATIO: f64 = 0.5;

/// Sets a rectangle of half the image's height and width, rounded half up, to zero. Its centre is uniform in the
/// image (for even sides also one pixel beyond the last), so it may lie partly outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cutout {
    /// Row of the centre, 0 to height, or to height - 1 if the square's side is odd.
    pub row: usize,
    /// Column of the centre, likewise.
    pub column: usize,
}

/// The side of the square in an image with the given side.
fn size(side: usize) -> usize {
    (RATIO * side as f64 + 0.5).floor() as usize
}

impl Transform for Cutout {
    fn draw((height, width): (usize, usize), rng: &mut impl Rng) -> Self {
        let mut centre = |side: usize| rng.random_range(0..=side - size(side) % 2);
        let (row, column) = (centre(height), centre(width));
        Self { row, column }
    }

    fn apply(parameters: &Parameters<Self>, x: &Tensor) -> Result<Tensor, Error> {
        resample(parameters, x)
    }
}

impl Geometry<1> for Cutout {
    fn taps(&self, height: usize, width: usize) -> impl Fn(usize, usize) -> [Tap; 1] + Sync {
        let cut = |centre: usize, side: usize| {
            let size = size(side);
            (centre.saturating_sub(size / 2))..(centre + size).saturating_sub(size / 2)
        };
        let (rows, columns) = (cut(self.row, height), cut(self.column, width));
        move |row, column| {
            let inside = rows.contains(&row) && columns.contains(&column);
            [Tap {
                source: row * width + column,
                weight: if inside { 0.0 } else { 1.0 },
            }]
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::augment::Draw;
    use liebig_grad::{DType, cpu};

    #[test]
    fn every_centre_is_drawn_and_none_beyond() {
        let mut rng = liebig_data::stream(0, "test", 0);
        // Sides of the square: 4, which is even, and 5.
        let draws: Vec<Cutout> = (0..4000).map(|_| Cutout::draw((8, 9), &mut rng)).collect();
        let count = |f: &dyn Fn(&Cutout) -> bool| draws.iter().filter(|draw| f(draw)).count();
        for centre in 0..=8 {
            assert!((350..540).contains(&count(&|draw| draw.row == centre)));
            assert!((350..540).contains(&count(&|draw| draw.column == centre)));
        }
    }

    #[test]
    fn the_square_is_clipped_at_the_borders() {
        let ones = Tensor::ones(&[1, 1, 8, 9], DType::F32, &cpu());
        let zeros = |row, column| {
            let cut = Draw::cutout(row, column).apply(&ones).unwrap();
            let values = cut.to_vec().unwrap();
            values.iter().filter(|&&value| value == 0.0).count()
        };
        assert_eq!(zeros(4, 4), 4 * 5);
        assert_eq!(zeros(0, 0), 2 * 3);
        assert_eq!(zeros(8, 8), 2 * 3);
    }
}
