//! Siamese augmentation of a matching step: real and synthetic samples go through the same transformation, and the
//! gradient is propagated back through it to the synthetic ones (Zhao & Bilen, ICML 2021).

use liebig_data::SampleShape;
use liebig_grad::{Tensor, vjp};
use rand::Rng;

use crate::augment::{Augmentation, Draw, Mode, Sharing, Strategy};
use crate::config::Error as ConfigError;
use crate::set::samples;
use crate::task::TrainingSet;
use crate::{Error, Facts};

/// One transformation for all samples of a matching step; `None` changes nothing.
pub(crate) struct Siamese(Option<Draw>);

#[cfg(test)]
impl From<Draw> for Siamese {
    fn from(draw: Draw) -> Self {
        Self(Some(draw))
    }
}

/// The published strategy for a dataset; `none` for tables.
pub(crate) fn strategy(facts: &Facts) -> Augmentation {
    match facts.shape {
        SampleShape::Image { .. } => Augmentation::Dsa(Strategy::default_for(&facts.dataset)),
        SampleShape::Table { .. } => Augmentation::None,
    }
}

/// Refuses augmentations that are not Siamese, and image augmentations for tables.
pub(crate) fn check(
    key: &str,
    augmentation: &Augmentation,
    shape: SampleShape,
) -> Result<(), ConfigError> {
    let siamese = matches!(augmentation, Augmentation::Dsa(_));
    let rule = "but must be none or a strategy such as color_crop_cutout_flip_scale_rotate";
    check_that(siamese, rule, (key, augmentation), shape)
}

/// Refuses an augmentation that is not `usable`, by the rule, and image augmentations for tables.
pub(crate) fn check_that(
    usable: bool,
    rule: &str,
    (key, augmentation): (&str, &Augmentation),
    shape: SampleShape,
) -> Result<(), ConfigError> {
    let rule = match (augmentation, shape) {
        (Augmentation::None, _) => return Ok(()),
        (_, SampleShape::Image { .. }) if usable => return Ok(()),
        (_, SampleShape::Table { .. }) if usable => "but tables cannot be augmented",
        _ => rule,
    };
    Err(ConfigError::OutOfRange {
        key: key.into(),
        value: augmentation.to_string(),
        rule: rule.into(),
    })
}

impl Siamese {
    /// Draws one operation of the strategy and its parameters.
    pub fn draw(augmentation: &Augmentation, shape: SampleShape, rng: &mut impl Rng) -> Self {
        let Augmentation::Dsa(strategy) = augmentation else {
            return Self(None);
        };
        let [_, height, width] = shape.planes();
        Self(Some(strategy.draw(
            Mode::Single,
            Sharing::Siamese,
            (height, width),
            rng,
        )))
    }

    /// The samples after the transformation.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor, Error> {
        match &self.0 {
            Some(draw) => Ok(draw.apply(x)?),
            None => Ok(x.clone()),
        }
    }

    /// Transforms real samples and synthetic ones `x`, and propagates the gradient that `pull` computes back to `x`.
    pub fn pull(
        &self,
        real: &Tensor,
        x: &Tensor,
        pull: impl FnOnce(&Tensor, &Tensor) -> Result<(f64, Tensor), Error>,
    ) -> Result<(f64, Tensor), Error> {
        if self.0.is_none() {
            return pull(real, x);
        }
        let x = x.requires_grad();
        let transformed = self.apply(&x)?;
        let (loss, gradient) = pull(&self.apply(real)?, &transformed.detach())?;
        Ok((loss, back(&transformed, &gradient, &x)?))
    }
}

/// The gradient with respect to `x`, from that with respect to the transformed samples.
pub(crate) fn back(transformed: &Tensor, gradient: &Tensor, x: &Tensor) -> Result<Tensor, Error> {
    Ok(vjp(&[transformed], &[gradient], &[x], false)?.remove(0))
}

/// A batch for training, each sample transformed with its own parameters.
pub(crate) fn augmented(
    augmentation: &Augmentation,
    x: Tensor,
    train: &TrainingSet<'_>,
    rng: &mut impl Rng,
) -> Result<Tensor, Error> {
    if *augmentation == Augmentation::None {
        return Ok(x);
    }
    let shape = train.shape();
    samples(
        augmentation.batch(x.to_vec()?, shape, train.space(), rng)?,
        shape,
        &x.device(),
    )
}
