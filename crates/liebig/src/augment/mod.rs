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
use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use condensation::Change;
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
        mut values: Vec<f32>,
        shape: SampleShape,
        space: &Space,
        rng: &mut impl Rng,
    ) -> Result<Vec<f32>, Error> {
        let changes: &[Change] = match self {
            Self::None => return Ok(values),
            Self::CropScaleRotate => &[Change::Crop, Change::Scale, Change::Rotate],
            Self::CropNoise => &[Change::Crop, Change::Noise],
            Self::Dsa(_) | Self::Rand(_) | Self::All(_) | Self::AutoAugment => &[],
        };
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
        let mode = match self {
            Self::Dsa(strategy) => Some((strategy, Mode::Single)),
            Self::All(strategy) => Some((strategy, Mode::Multiple)),
            _ => None,
        };
        if let Some((strategy, mode)) = mode {
            let sharing = Sharing::PerImage(images);
            let draw = strategy.draw(mode, sharing, (height, width), rng);
            return planes.apply(&draw, values);
        }
        if let Self::Rand(strategy) = self {
            return rand_augment::batch(strategy, planes, values, rng);
        }
        if *self == Self::AutoAugment {
            return auto_augment::batch(planes, space, values, rng);
        }
        planes.augment(changes, &mut values, rng);
        Ok(values)
    }
}
