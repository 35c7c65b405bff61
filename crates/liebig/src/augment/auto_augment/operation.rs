//! The operations of the policy, with their strengths.

use rand::{Rng, RngExt};

use super::image::Image;
use super::{
    auto_contrast, brightness, color, contrast, equalize, invert, posterize, rotate, sharpness,
    shear, solarize, translate,
};
use crate::augment::planes::Planes;

/// The highest of the ten levels of strength.
const LEVELS: f64 = 9.0;

/// An operation of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AutoContrast,
    Brightness,
    Color,
    Contrast,
    Equalize,
    Invert,
    Posterize,
    Rotate,
    Sharpness,
    ShearY,
    Solarize,
    TranslateX,
    TranslateY,
}

/// An operation as it was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Operation {
    pub kind: Kind,
    /// Degrees, pixels, a factor, bits or a threshold; 0 for operations without.
    pub strength: f64,
}

impl Operation {
    /// An operation at a level from 0 to 9 for images of a size; where that has two directions, one is drawn.
    pub fn draw(kind: Kind, level: u8, planes: Planes, rng: &mut impl Rng) -> Self {
        let sign = if rng.random::<bool>() { 1.0 } else { -1.0 };
        Self {
            kind,
            strength: strength(kind, level, planes, sign),
        }
    }

    pub fn apply(self, image: &mut Image<'_>) {
        let strength = self.strength;
        match self.kind {
            Kind::AutoContrast => auto_contrast::apply(image),
            Kind::Brightness => brightness::apply(image, strength),
            Kind::Color => color::apply(image, strength),
            Kind::Contrast => contrast::apply(image, strength),
            Kind::Equalize => equalize::apply(image),
            Kind::Invert => invert::apply(image),
            Kind::Posterize => posterize::apply(image, strength as u32),
            Kind::Rotate => rotate::apply(image, strength),
            Kind::Sharpness => sharpness::apply(image, strength),
            Kind::ShearY => shear::apply(image, strength),
            Kind::Solarize => solarize::apply(image, strength),
            Kind::TranslateX => translate::apply(image, 0.0, strength),
            Kind::TranslateY => translate::apply(image, strength, 0.0),
        }
    }
}

/// The strength of a level, of which there are ten from none to the most; `sign` is 1 or -1.
pub(super) fn strength(kind: Kind, level: u8, planes: Planes, sign: f64) -> f64 {
    let share = f64::from(level) / LEVELS;
    match kind {
        Kind::AutoContrast | Kind::Equalize | Kind::Invert => 0.0,
        Kind::Brightness | Kind::Color | Kind::Contrast | Kind::Sharpness => {
            1.0 + sign * 0.9 * share
        }
        Kind::Posterize => 8.0 - (4.0 * share).round_ties_even(),
        Kind::Rotate => sign * 30.0 * share,
        Kind::ShearY => sign * 0.3 * share,
        Kind::Solarize => 255.0 * (1.0 - share),
        Kind::TranslateX => sign * moved(planes.width, share),
        Kind::TranslateY => sign * moved(planes.height, share),
    }
}

/// Whole pixels: at most 150 of 331.
fn moved(side: usize, share: f64) -> f64 {
    (150.0 / 331.0 * side as f64 * share).trunc()
}
