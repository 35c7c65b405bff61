//! Brightness, saturation and contrast.

use liebig_grad::{Error, Tensor};
use rand::{Rng, RngExt};

use super::Parameters;
use super::parameters::Transform;
use super::planes::constant;

/// Changes brightness, then saturation, then contrast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Color {
    /// Added to every value. Uniform in -0.5 to 0.5; 0 changes nothing.
    pub brightness: f64,
    /// The factor for a pixel's differences from its mean over the channels. Uniform in 0 to 2; 1 changes nothing,
    /// and no value changes an image of one channel.
    pub saturation: f64,
    /// The factor for the differences from the mean of the whole image. Uniform in 0.5 to 1.5; 1 changes nothing.
    pub contrast: f64,
}

impl Transform for Color {
    fn draw(_: (usize, usize), rng: &mut impl Rng) -> Self {
        let mut uniform = || rng.random::<f64>();
        Self {
            brightness: uniform() - 0.5,
            saturation: 2.0 * uniform(),
            contrast: uniform() + 0.5,
        }
    }

    fn apply(parameters: &Parameters<Self>, x: &Tensor) -> Result<Tensor, Error> {
        let mut x = match parameters.map(|color| color.brightness) {
            Parameters::Siamese(brightness) => x.add_scalar(brightness)?,
            Parameters::PerImage(all) => x.add(&column(&all, x)?)?,
        };
        if x.shape()[1] > 1 {
            let mean = x.mean_dims(&[1], true)?;
            x = stretch(&x, &mean, &parameters.map(|color| color.saturation))?;
        }
        let mean = x.mean_dims(&[1, 2, 3], true)?;
        stretch(&x, &mean, &parameters.map(|color| color.contrast))
    }
}

/// `(x - mean) factor + mean`.
fn stretch(x: &Tensor, mean: &Tensor, factor: &Parameters<f64>) -> Result<Tensor, Error> {
    let distance = x.sub(mean)?;
    let stretched = match factor {
        Parameters::Siamese(factor) => distance.mul_scalar(*factor)?,
        Parameters::PerImage(all) => distance.mul(&column(all, x)?)?,
    };
    stretched.add(mean)
}

/// One value for each image, `[n, 1, 1, 1]`.
fn column(values: &[f64], like: &Tensor) -> Result<Tensor, Error> {
    constant(values.to_vec(), &[values.len(), 1, 1, 1], like)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_fill_their_ranges() {
        let mut rng = liebig_data::stream(0, "test", 0);
        let draws: Vec<Color> = (0..4000).map(|_| Color::draw((8, 8), &mut rng)).collect();
        let fills = |low: f64, high: f64, of: fn(&Color) -> f64| {
            let edge = (high - low) / 500.0;
            draws.iter().all(|draw| (low..high).contains(&of(draw)))
                && draws.iter().any(|draw| of(draw) < low + edge)
                && draws.iter().any(|draw| of(draw) > high - edge)
        };
        assert!(fills(-0.5, 0.5, |draw| draw.brightness));
        assert!(fills(0.0, 2.0, |draw| draw.saturation));
        assert!(fills(0.5, 1.5, |draw| draw.contrast));
    }
}
