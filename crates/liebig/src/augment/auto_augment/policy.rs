//! The policy that was found on CIFAR-10.

use rand::{Rng, RngExt};

use super::operation::Kind::{
    AutoContrast, Brightness, Color, Contrast, Equalize, Invert, Posterize, Rotate, Sharpness,
    ShearY, Solarize, TranslateX, TranslateY,
};
use super::operation::{Kind, Operation};
use crate::augment::planes::Planes;

/// An operation, its probability, and its level, which some operations do not mind.
type Part = (Kind, f64, u8);

/// The sub-policies of table 7 of the paper.
pub(super) const SUB_POLICIES: [[Part; 2]; 25] = [
    [(Invert, 0.1, 7), (Contrast, 0.2, 6)],
    [(Rotate, 0.7, 2), (TranslateX, 0.3, 9)],
    [(Sharpness, 0.8, 1), (Sharpness, 0.9, 3)],
    [(ShearY, 0.5, 8), (TranslateY, 0.7, 9)],
    [(AutoContrast, 0.5, 8), (Equalize, 0.9, 2)],
    [(ShearY, 0.2, 7), (Posterize, 0.3, 7)],
    [(Color, 0.4, 3), (Brightness, 0.6, 7)],
    [(Sharpness, 0.3, 9), (Brightness, 0.7, 9)],
    [(Equalize, 0.6, 5), (Equalize, 0.5, 1)],
    [(Contrast, 0.6, 7), (Sharpness, 0.6, 5)],
    [(Color, 0.7, 7), (TranslateX, 0.5, 8)],
    [(Equalize, 0.3, 7), (AutoContrast, 0.4, 8)],
    [(TranslateY, 0.4, 3), (Sharpness, 0.2, 6)],
    [(Brightness, 0.9, 6), (Color, 0.2, 8)],
    [(Solarize, 0.5, 2), (Invert, 0.0, 3)],
    [(Equalize, 0.2, 0), (AutoContrast, 0.6, 0)],
    [(Equalize, 0.2, 8), (Equalize, 0.6, 4)],
    [(Color, 0.9, 9), (Equalize, 0.6, 6)],
    [(AutoContrast, 0.8, 4), (Solarize, 0.2, 8)],
    [(Brightness, 0.1, 3), (Color, 0.7, 0)],
    [(Solarize, 0.4, 5), (AutoContrast, 0.9, 3)],
    [(TranslateY, 0.9, 9), (TranslateY, 0.7, 9)],
    [(AutoContrast, 0.9, 2), (Solarize, 0.8, 3)],
    [(Equalize, 0.8, 8), (Invert, 0.1, 3)],
    [(TranslateY, 0.7, 9), (AutoContrast, 0.9, 1)],
];

/// Draws a sub-policy, and of it the operations that are done, in their order.
pub(super) fn draw(planes: Planes, rng: &mut impl Rng) -> Vec<Operation> {
    let parts = SUB_POLICIES[rng.random_range(0..SUB_POLICIES.len() as u32) as usize];
    let drawn = parts.map(|(kind, probability, level)| {
        let done = rng.random::<f64>() < probability;
        let operation = Operation::draw(kind, level, planes, rng);
        done.then_some(operation)
    });
    drawn.into_iter().flatten().collect()
}
