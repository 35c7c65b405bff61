//! What methods that train a network on the set, step by step, have in common.

use liebig_data::SampleShape;
use liebig_grad::Tensor;
use liebig_nn::TrainingSteps;
use rand_chacha::ChaCha8Rng;

use crate::Error;
use crate::augment::{Augmentation, Mode, Sharing};
use crate::synthetic::Parameterization;

/// Steps on samples as an evaluation sees them: textures are shifted, then one operation of the strategy is applied, with
/// parameters for each sample. What a step draws is from the stream that `stream` gives for it.
pub(crate) fn augmented<'a>(
    steps: TrainingSteps<'a>,
    parameterization: Parameterization,
    strategy: &'a Augmentation,
    shape: SampleShape,
    stream: impl Fn(usize) -> ChaCha8Rng + Send + Sync + 'a,
) -> TrainingSteps<'a> {
    let strategy = match strategy {
        Augmentation::Dsa(strategy) => Some(strategy),
        _ => None,
    };
    if parameterization == Parameterization::Pixels && strategy.is_none() {
        return steps;
    }
    let [_, height, width] = shape.planes();
    steps.with_transform(move |step, x| {
        let mut rng = stream(step);
        let x = match parameterization.shifted(shape, x.shape()[0], &mut rng) {
            None => x.clone(),
            Some(places) => moved(x, &places)?,
        };
        let Some(strategy) = strategy else {
            return Ok(x);
        };
        let sharing = Sharing::PerImage(x.shape()[0]);
        strategy
            .draw(Mode::Single, sharing, (height, width), &mut rng)
            .apply(&x)
    })
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
