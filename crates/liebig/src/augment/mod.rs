//! Augmentation of images before they enter a network, shared by methods, experts and evaluation.
//!
//! [`Augmentation`] is the user's choice, written as a string:
//!
//! | string | meaning |
//! |---|---|
//! | `none` | the batch is not changed |
//! | `crop_scale_rotate` | Dataset Condensation's own: one of crop, scale and rotate for each image |
//! | `crop_noise` | the same paper's choice for networks with batch normalisation: one of crop and noise |
//! | `color_crop_cutout_flip_scale_rotate`, `flip_rotate`, … | a [`Strategy`] of differentiable Siamese augmentation (DSA): the operations, joined by `_` |
//! | `dsa:crop_scale_rotate` | a strategy with a prefix, which any strategy may have; only this one needs it, because without it the string means Dataset Condensation's own |
//! | `rand:color_crop_cutout_flip_scale_rotate` | one operation of the strategy, or none, drawn for each image: stronger, after RandAugment (Cubuk et al., 2020) |
//! | `all:crop_flip_cutout` | all operations of the strategy in this order, with parameters for each image |
//! | `autoaugment` | a sub-policy of AutoAugment's CIFAR-10 policy for each batch (Cubuk et al., 2019), as DC-BENCH has it |
//!
//! Training batches go through [`Augmentation::batch`]. Matching methods draw a transformation with
//! [`Strategy::draw`] and apply it to real and synthetic images alike; a [`Draw`] is differentiable to any
//! order:
//!
//! ```
//! use liebig::augment::{Mode, Sharing, Strategy};
//! use liebig_grad::{Tensor, cpu, grad};
//!
//! # fn main() -> Result<(), liebig_grad::Error> {
//! let mut rng = liebig_data::stream(0, "example", 0);
//! let draw = Strategy::default().draw(Mode::Single, Sharing::Siamese, (32, 32), &mut rng);
//! let real = draw.apply(&Tensor::ones(&[8, 3, 32, 32], liebig_grad::DType::F32, &cpu()))?;
//! let pixels = Tensor::ones(&[2, 3, 32, 32], liebig_grad::DType::F32, &cpu()).requires_grad();
//! let synthetic = draw.apply(&pixels)?; // the same transformation
//! let gradient = grad(&synthetic.sum()?, &[&pixels], false)?;
//! assert_eq!(gradient[0].shape(), [2, 3, 32, 32]);
//! # Ok(())
//! # }
//! ```
//!
//! DSA and the strengths of its operations are those of Zhao and Bilen, "Dataset Condensation with Differentiable
//! Siamese Augmentation", ICML 2021. It works on normalised images, and gaps are filled with zeros. Scale and
//! rotate place -1 and 1 at the *centres* of the outermost pixels (PyTorch's `align_corners=True`): the framework
//! version behind the published results had no other behaviour, and later work in the field sets it explicitly.
//! PyTorch's current default is the outer edges, which changes the images slightly.

mod auto_augment;
mod color;
mod condensation;
mod crop;
mod cutout;
mod draw;
mod dsa;
mod error;
mod flip;
mod geometry;
#[cfg(test)]
pub(crate) mod matching_tests;
mod operation;
mod parameters;
mod planes;
mod rand_augment;
mod rotate;
mod scale;
mod text;

pub use color::Color;
pub use crop::Crop;
pub use cutout::Cutout;
pub use draw::Draw;
pub use dsa::{Mode, Strategy};
pub use error::Error;
pub use flip::Flip;
pub use operation::Operation;
pub use parameters::{Parameters, Sharing};
pub use rotate::Rotate;
pub use scale::Scale;

use liebig_data::{SampleShape, Space};
use liebig_grad::Tensor;
use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use condensation::{Change, Changes};
use planes::Planes;

/// The augmentation of a training batch: `none`, `crop_scale_rotate`, `crop_noise`, `autoaugment`, or operations of differentiable
/// Siamese augmentation joined by `_`, such as `color_crop_cutout_flip_scale_rotate`; after `rand:` one of them for each
/// image, after `all:` all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("x-range" = "none, crop_scale_rotate, crop_noise, autoaugment, or operations of DSA joined by _, after rand: or all: if wanted"))]
pub enum Augmentation {
    /// No augmentation; the only choice for tables.
    #[default]
    None,
    /// One of crop, scale and rotate for each image: Dataset Condensation's own for MNIST (Zhao, Mopuri and Bilen,
    /// ICLR 2021).
    CropScaleRotate,
    /// One of crop and noise for each image: from the same paper, for networks with batch normalisation.
    CropNoise,
    /// One operation of the strategy for each batch, with parameters per image.
    Dsa(Strategy),
    /// One operation of the strategy or none, drawn for each image.
    Rand(Strategy),
    /// All operations of the strategy, with parameters per image.
    All(Strategy),
    /// A sub-policy of AutoAugment's policy for CIFAR-10 for each batch (Cubuk et al., CVPR 2019), on images rounded to
    /// bytes.
    AutoAugment,
}

impl Augmentation {
    /// Augments a training batch `[n, C, H, W]`, row major and in the space, with parameters per image and without a
    /// graph. DSA draws one operation for the batch ([`Mode::Single`]). Randomness is drawn in the order of the
    /// images, so the result is the same for every number of threads.
    ///
    /// # Errors
    /// [`Error::Table`] for anything except `none` on a table, [`Error::Length`] if the values are not a whole number
    /// of samples, [`Error::Space`] if the space is not one for the shape.
    pub fn batch(
        &self,
        values: Vec<f32>,
        shape: SampleShape,
        space: &Space,
        rng: &mut impl Rng,
    ) -> Result<Vec<f32>, Error> {
        if *self == Self::None {
            return Ok(values);
        }
        let SampleShape::Image {
            channels,
            height,
            width,
        } = shape
        else {
            return Err(Error::Table {
                augmentation: self.to_string(),
            });
        };
        let images = values.len() / shape.len().max(1);
        if images * shape.len() != values.len() {
            return Err(Error::Length {
                values: values.len(),
                shape,
            });
        }
        if images == 0 {
            return Ok(values);
        }
        let planes = Planes {
            channels,
            height,
            width,
        };
        if let Some(drawn) = self.draw(images, planes, rng) {
            return planes.apply(&drawn, values);
        }
        if let Self::Rand(strategy) = self {
            return rand_augment::batch(strategy, planes, values, rng);
        }
        auto_augment::batch(planes, space, values, rng)
    }

    /// A differentiable transformation of a batch, with parameters for each image; `None` for `none` and for what is not
    /// differentiable.
    fn draw(&self, images: usize, planes: Planes, rng: &mut impl Rng) -> Option<Transformation> {
        let (size, sharing) = ((planes.height, planes.width), Sharing::PerImage(images));
        let mut change = |kinds| Changes::draw(kinds, images, planes, rng);
        Some(match self {
            Self::None | Self::Rand(_) | Self::AutoAugment => return None,
            Self::CropScaleRotate => {
                Transformation::Changes(change(&[Change::Crop, Change::Scale, Change::Rotate]))
            }
            Self::CropNoise => Transformation::Changes(change(&[Change::Crop, Change::Noise])),
            Self::Dsa(strategy) => {
                Transformation::Draw(strategy.draw(Mode::Single, sharing, size, rng))
            }
            Self::All(strategy) => {
                Transformation::Draw(strategy.draw(Mode::Multiple, sharing, size, rng))
            }
        })
    }

    /// Transforms images `[n, C, H, W]`, with parameters for each and a graph if `x` is tracked; what is not differentiable
    /// ([`is_differentiable`](Self::is_differentiable)) leaves them as they are.
    pub(crate) fn apply(
        &self,
        x: &Tensor,
        rng: &mut impl Rng,
    ) -> Result<Tensor, liebig_grad::Error> {
        let &[images, channels, height, width] = x.shape() else {
            return Ok(x.clone());
        };
        let planes = Planes {
            channels,
            height,
            width,
        };
        self.draw(images, planes, rng)
            .map_or_else(|| Ok(x.clone()), |drawn| drawn.apply(x))
    }

    /// Whether a gradient with respect to the images goes back through it.
    pub(crate) const fn is_differentiable(&self) -> bool {
        !matches!(self, Self::Rand(_) | Self::AutoAugment)
    }
}

/// A transformation of a batch that is drawn.
enum Transformation {
    Draw(Draw),
    Changes(Changes),
}

impl Transformation {
    fn apply(&self, x: &Tensor) -> Result<Tensor, liebig_grad::Error> {
        match self {
            Self::Draw(draw) => draw.apply(x),
            Self::Changes(changes) => changes.apply(x),
        }
    }
}
