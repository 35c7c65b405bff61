//! Strategies of differentiable Siamese augmentation (Zhao and Bilen, ICML 2021).

use rand::{Rng, RngExt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Draw, Operation, Sharing};

/// The operations that an augmentation draws from, in order: at least one, each at most once. Written
/// as their names joined by `_`. Default `color_crop_cutout_flip_scale_rotate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Strategy(Vec<Operation>);

/// How many of a strategy's operations a draw applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One, each with the same probability: the published default.
    #[default]
    Single,
    /// All, in the strategy's order.
    Multiple,
}

impl Default for Strategy {
    /// All six operations: `color_crop_cutout_flip_scale_rotate`.
    fn default() -> Self {
        Self(Operation::ALL.to_vec())
    }
}

impl Strategy {
    /// `operations` must hold at least one, and none twice.
    pub(super) fn of_distinct(operations: Vec<Operation>) -> Self {
        Self(operations)
    }

    /// The published strategy for a dataset: all six operations, without flip for the digits of
    /// `mnist`, `svhn` and the built-in `strokes`, because a mirrored digit is not a digit.
    #[must_use]
    pub fn default_for(dataset: &str) -> Self {
        let mut strategy = Self::default();
        if matches!(dataset, "mnist" | "svhn" | "strokes") {
            strategy.0.retain(|&operation| operation != Operation::Flip);
        }
        strategy
    }

    /// The operations in order.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.0
    }

    /// Draws a transformation of images of `(height, width)` pixels.
    ///
    /// The operation is drawn first ([`Mode::Single`]), then the parameters, operation by operation and, within one,
    /// image by image. How many numbers are taken from `rng` depends only on the arguments and the operation drawn.
    #[must_use]
    pub fn draw(
        &self,
        mode: Mode,
        sharing: Sharing,
        (height, width): (usize, usize),
        rng: &mut impl Rng,
    ) -> Draw {
        let operations = match mode {
            Mode::Single => {
                let chosen = rng.random_range(0..self.0.len());
                &self.0[chosen..=chosen]
            }
            Mode::Multiple => &self.0[..],
        };
        operations
            .iter()
            .map(|operation| operation.draw(sharing, (height, width), rng))
            .fold(Draw::none(), Draw::then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_not_flipped() {
        let of = |dataset| Strategy::default_for(dataset).to_string();
        assert_eq!(of("cifar10"), "color_crop_cutout_flip_scale_rotate");
        assert_eq!(of("mnist"), "color_crop_cutout_scale_rotate");
        assert_eq!(of("svhn"), of("mnist"));
        assert_eq!(of("strokes"), of("mnist"));
    }

    #[test]
    fn single_draws_each_operation_equally_often_and_multiple_all_in_order() {
        let strategy = Strategy::default();
        let mut rng = liebig_data::stream(0, "test", 0);
        let mut counts = [0; 6];
        for _ in 0..6000 {
            let draw = strategy.draw(Mode::Single, Sharing::Siamese, (8, 8), &mut rng);
            let operations = draw.operations();
            assert_eq!(operations.len(), 1);
            let place = |operation| strategy.0.iter().position(|&known| known == operation);
            counts[place(operations[0]).unwrap_or(usize::MAX)] += 1;
        }
        assert!(
            counts.iter().all(|count| (900..1100).contains(count)),
            "{counts:?}"
        );
        let draw = strategy.draw(Mode::Multiple, Sharing::PerImage(3), (8, 8), &mut rng);
        assert_eq!(draw.operations(), strategy.0);
    }
}
