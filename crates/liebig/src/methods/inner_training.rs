//! What methods that train a network on the set, step by step, have in common.

use liebig_data::SampleShape;
use liebig_grad::Tensor;
use liebig_nn::TrainingSteps;
use rand_chacha::ChaCha8Rng;

use crate::Error;
use crate::augment::Augmentation;
use crate::config::Error as ConfigError;
use crate::methods::siamese;
use crate::synthetic::Parameterization;

/// Steps on samples as an evaluation sees them: textures are shifted, then augmented with parameters for each sample. What a
/// step draws is from the stream that `stream` gives for it.
pub(crate) fn augmented<'a>(
    steps: TrainingSteps<'a>,
    parameterization: Parameterization,
    augmentation: &'a Augmentation,
    shape: SampleShape,
    stream: impl Fn(usize) -> ChaCha8Rng + Send + Sync + 'a,
) -> TrainingSteps<'a> {
    if parameterization == Parameterization::Pixels && *augmentation == Augmentation::None {
        return steps;
    }
    steps.with_transform(move |step, x| {
        let mut rng = stream(step);
        let x = match parameterization.shifted(shape, x.shape()[0], &mut rng) {
            None => x.clone(),
            Some(places) => moved(x, &places)?,
        };
        augmentation.apply(&x, &mut rng)
    })
}

/// Refuses augmentations that are not differentiable, and image augmentations for tables.
pub(crate) fn check(
    key: &str,
    augmentation: &Augmentation,
    shape: SampleShape,
) -> Result<(), ConfigError> {
    let rule = "but that is not differentiable; expected none, crop_scale_rotate, crop_noise, or a strategy such as color_crop_cutout_flip_scale_rotate, after all: if wanted";
    let usable = augmentation.is_differentiable();
    siamese::check_that(usable, rule, (key, augmentation), shape)
}

/// The values from these places, in the same shape.
fn moved(x: &Tensor, places: &[usize]) -> liebig_grad::Result<Tensor> {
    let flat = x.reshape(&[places.len()])?;
    flat.index_select(0, places)?.reshape(x.shape())
}

/// An error of the training on the set; one of values that are not finite any more says where.
pub(crate) fn diverged(iteration: u64, error: liebig_nn::Error) -> Error {
    match error {
        liebig_nn::Error::Grad(liebig_grad::Error::NotFinite { what, step }) => Error::Diverged {
            iteration,
            what: format!("step {step}: {what}"),
        },
        error => error.into(),
    }
}
