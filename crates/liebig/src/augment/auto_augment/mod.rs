//! AutoAugment with the policy that was found on CIFAR-10 (Cubuk et al., "AutoAugment: Learning Augmentation Strategies from
//! Data", CVPR 2019), as DC-BENCH evaluates with it.
//!
//! Each batch gets one of 25 sub-policies, each of two operations with a probability; all of its images are changed alike,
//! since DC-BENCH gives torchvision's implementation whole batches. Operations work on bytes: samples are brought
//! back to pixels, clipped and rounded to bytes (DC-BENCH cuts off fractions, which darkens real images by one at random),
//! changed, and normalised again. Strengths are torchvision's. Pixels that come from outside are black. The policy stays
//! that of CIFAR-10, whatever the dataset.

mod auto_contrast;
mod brightness;
mod color;
mod contrast;
mod equalize;
mod image;
mod invert;
mod operation;
mod policy;
mod posterize;
mod rotate;
mod sharpness;
mod shear;
mod solarize;
#[cfg(test)]
mod tests;
mod translate;

use liebig_data::{SampleShape, Space};
use rand::Rng;

use super::Error;
use super::planes::Planes;
use image::Image;

/// Changes every image by the same drawn sub-policy. `values` is `[n, C, H, W]` in the space.
pub(super) fn batch(
    planes: Planes,
    space: &Space,
    mut values: Vec<f32>,
    rng: &mut impl Rng,
) -> Result<Vec<f32>, Error> {
    let shape = SampleShape::Image {
        channels: planes.channels,
        height: planes.height,
        width: planes.width,
    };
    let of_space = |error: liebig_data::Error| Error::Space(error.to_string());
    space.leave(shape, &mut values).map_err(of_space)?;
    let operations = policy::draw(planes, rng);
    let mut pixels: Vec<u8> = values
        .iter()
        .map(|value| (255.0 * value.clamp(0.0, 1.0)).round() as u8)
        .collect();
    for pixels in pixels.chunks_exact_mut(planes.len()) {
        let mut image = Image { planes, pixels };
        for operation in &operations {
            operation.apply(&mut image);
        }
    }
    for (value, pixel) in values.iter_mut().zip(pixels) {
        *value = f32::from(pixel) / 255.0;
    }
    space.enter(shape, &mut values).map_err(of_space)?;
    Ok(values)
}
