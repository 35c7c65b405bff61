//! One operation for each image, after RandAugment (Cubuk et al., "RandAugment: Practical automated data augmentation with a
//! reduced search space", 2020) with one operation, which DC-BENCH evaluates with. The operations and their strengths are
//! those of differentiable Siamese augmentation, not RandAugment's fourteen.

use rand::{Rng, RngExt};

use super::planes::Planes;
use super::{Error, Sharing, Strategy, Transformation};

/// Transforms every image by one operation of the strategy or by none, each with the same probability.
pub(super) fn batch(
    strategy: &Strategy,
    planes: Planes,
    mut values: Vec<f32>,
    rng: &mut impl Rng,
) -> Result<Vec<f32>, Error> {
    let operations = strategy.operations();
    let size = (planes.height, planes.width);
    for image in values.chunks_exact_mut(planes.len()) {
        let chosen = rng.random_range(0..=operations.len());
        if let Some(operation) = operations.get(chosen) {
            let drawn = Transformation::Draw(operation.draw(Sharing::PerImage(1), size, rng));
            image.copy_from_slice(&planes.apply(&drawn, image.to_vec())?);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_image_has_an_operation_of_its_own_or_none() {
        let planes = Planes {
            channels: 1,
            height: 6,
            width: 6,
        };
        let image: Vec<f32> = (0..36).map(|value| value as f32).collect();
        let strategy: Strategy = "flip_crop".parse().unwrap();
        let mut rng = liebig_data::stream(0, "test", 0);
        let all = batch(&strategy, planes, image.repeat(300), &mut rng).unwrap();
        let same = all.chunks(36).filter(|made| *made == image).count();
        let mirrored = |made: &&[f32]| made[0] == 5.0 && made[35] == 30.0;
        let flipped = all.chunks(36).filter(mirrored).count();
        // A third each; half of the flips do nothing, and a crop may shift by nothing.
        assert!((120..220).contains(&same), "{same}");
        assert!((25..80).contains(&flipped), "{flipped}");
        assert!(same + flipped < 280);
        let again = batch(
            &strategy,
            planes,
            image.repeat(300),
            &mut liebig_data::stream(0, "test", 0),
        );
        assert_eq!(again.unwrap(), all);
    }
}
