//! Images as PNG files.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::Error;
use super::pixels::Pixels;

/// The bytes of a PNG file for every image: grey for one channel, colour for three.
pub(super) fn files(pixels: &Pixels) -> Result<Vec<Vec<u8>>, Error> {
    let colour = match pixels.channels {
        1 => ExtendedColorType::L8,
        _ => ExtendedColorType::Rgb8,
    };
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let (height, width) = (side(pixels.height), side(pixels.width));
    pixels
        .interleaved()
        .map(|image| {
            let mut bytes = Vec::new();
            PngEncoder::new(&mut bytes).write_image(&image, width, height, colour)?;
            Ok(bytes)
        })
        .collect()
}
