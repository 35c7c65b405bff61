//! Left and right swapped.

use liebig_grad::{Error, Tap, Tensor};
use rand::{Rng, RngExt};

use super::Parameters;
use super::geometry::{Geometry, resample};
use super::parameters::Transform;

/// The probability that an image is mirrored.
const PROBABILITY: f64 = 0.5;

/// Swaps left and right, with probability 0.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// Whether left and right are swapped; otherwise the image does not change.
    pub mirrored: bool,
}

impl Transform for Flip {
    fn draw(_: (usize, usize), rng: &mut impl Rng) -> Self {
        Self {
            mirrored: rng.random_bool(PROBABILITY),
        }
    }

    fn apply(parameters: &Parameters<Self>, x: &Tensor) -> Result<Tensor, Error> {
        match parameters {
            Parameters::Siamese(Flip { mirrored: false }) => Ok(x.clone()),
            _ => resample(parameters, x),
        }
    }
}

impl Geometry<1> for Flip {
    fn taps(&self, _: usize, width: usize) -> impl Fn(usize, usize) -> [Tap; 1] + Sync {
        let mirrored = self.mirrored;
        move |row, column| {
            let column = if mirrored { width - 1 - column } else { column };
            [Tap {
                source: row * width + column,
                weight: 1.0,
            }]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_images_are_mirrored() {
        let mut rng = liebig_data::stream(0, "test", 0);
        let mirrored = (0..4000).filter(|_| Flip::draw((8, 8), &mut rng).mirrored);
        assert!((1900..2100).contains(&mirrored.count()));
    }
}
