//! What methods that train a network on the set, step by step, have in common.

use liebig_data::SampleShape;
use liebig_nn::TrainingSteps;
use rand_chacha::ChaCha8Rng;

use crate::Error;
use crate::augment::{Augmentation, Mode, Sharing};

/// Steps on augmented samples: one operation of the strategy for each step, with parameters for each sample, drawn from the
/// stream that `stream` gives for the step.
pub(crate) fn augmented<'a>(
    steps: TrainingSteps<'a>,
    strategy: &'a Augmentation,
    shape: SampleShape,
    stream: impl Fn(usize) -> ChaCha8Rng + Send + Sync + 'a,
) -> TrainingSteps<'a> {
    let Augmentation::Dsa(strategy) = strategy else {
        return steps;
    };
    let [_, height, width] = shape.planes();
    steps.with_transform(move |step, x| {
        let sharing = Sharing::PerImage(x.shape()[0]);
        let draw = strategy.draw(Mode::Single, sharing, (height, width), &mut stream(step));
        draw.apply(x)
    })
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
