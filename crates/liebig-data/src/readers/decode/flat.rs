//! Grey or RGB of 8 bits from every type of pixel that the decoders give.

use image::DynamicImage;

use crate::Rgb;

/// Interleaved pixels of 1 (grey) or 3 (RGB) channels.
#[derive(Debug)]
pub(super) struct Flat {
    pub channels: usize,
    pub width: usize,
    pub height: usize,
    /// `[H, W, C]`
    pub pixels: Vec<u8>,
    /// Whether any pixel was transparent, which is on the background now.
    pub transparent: bool,
}

impl Flat {
    /// 16 bits are rounded to 8, and what is transparent is put on the background.
    pub fn of(image: DynamicImage, background: Rgb) -> Result<Self, String> {
        let (width, height) = (image.width() as usize, image.height() as usize);
        let flat = |channels, pixels, transparent| Self {
            channels,
            width,
            height,
            pixels,
            transparent,
        };
        let Rgb([red, green, blue]) = background;
        let opaque = |channels, pixels| Ok(flat(channels, pixels, false));
        Ok(match image {
            DynamicImage::ImageLuma8(image) => return opaque(1, image.into_raw()),
            DynamicImage::ImageRgb8(image) => return opaque(3, image.into_raw()),
            DynamicImage::ImageLuma16(image) => return opaque(1, to_8_bits(&image)),
            DynamicImage::ImageRgb16(image) => return opaque(3, to_8_bits(&image)),
            DynamicImage::ImageRgb32F(image) => return opaque(3, from_floats(&image)?),
            DynamicImage::ImageLumaA8(image) => {
                let pixels = image.into_raw();
                let alpha = |pixel: &[u8]| pixel[1];
                match pixels.chunks_exact(2).all(|pixel| alpha(pixel) == u8::MAX) {
                    true => flat(
                        1,
                        pixels.chunks_exact(2).map(|pixel| pixel[0]).collect(),
                        false,
                    ),
                    false => {
                        // A background with a colour makes the image coloured.
                        let over =
                            |pixel: &[u8]| background.0.map(|back| blend(pixel[0], back, pixel[1]));
                        flat(3, pixels.chunks_exact(2).flat_map(over).collect(), true)
                    }
                }
            }
            DynamicImage::ImageLumaA16(image) => {
                let transparent = image.chunks_exact(2).any(|pixel| pixel[1] != u16::MAX);
                let over =
                    |pixel: &[u16]| background.0.map(|back| blend_16(pixel[0], back, pixel[1]));
                match transparent {
                    false => flat(
                        1,
                        image.chunks_exact(2).map(|pixel| round(pixel[0])).collect(),
                        false,
                    ),
                    true => flat(3, image.chunks_exact(2).flat_map(over).collect(), true),
                }
            }
            DynamicImage::ImageRgba8(image) => {
                let mut pixels = image.into_raw();
                let transparent = flatten_rgba(&mut pixels, [red, green, blue]);
                flat(3, pixels, transparent)
            }
            DynamicImage::ImageRgba16(image) => {
                let transparent = image.chunks_exact(4).any(|pixel| pixel[3] != u16::MAX);
                let mut pixels = Vec::with_capacity(width * height * 3);
                for pixel in image.chunks_exact(4) {
                    let over =
                        |channel: usize| blend_16(pixel[channel], background.0[channel], pixel[3]);
                    pixels.extend([over(0), over(1), over(2)]);
                }
                flat(3, pixels, transparent)
            }
            other => {
                return Err(format!(
                    "pixels of the type {:?} cannot be read",
                    other.color()
                ));
            }
        })
    }
}

impl Flat {
    /// With colours for grey values.
    pub fn looked_up(self, palette: &[[u8; 3]; 256]) -> Self {
        let colours = self
            .pixels
            .iter()
            .flat_map(|&value| palette[usize::from(value)]);
        Self {
            channels: 3,
            pixels: colours.collect(),
            ..self
        }
    }
}

/// Puts RGBA on a background, in place, and tells whether anything was transparent.
fn flatten_rgba(pixels: &mut Vec<u8>, background: [u8; 3]) -> bool {
    let mut transparent = false;
    let count = pixels.len() / 4;
    for index in 0..count {
        let [red, green, blue, alpha] = [0, 1, 2, 3].map(|channel| pixels[4 * index + channel]);
        let mut colour = [red, green, blue];
        if alpha != u8::MAX {
            transparent = true;
            for (value, back) in colour.iter_mut().zip(background) {
                *value = blend(*value, back, alpha);
            }
        }
        pixels[3 * index..3 * index + 3].copy_from_slice(&colour);
    }
    pixels.truncate(3 * count);
    transparent
}

/// A value on a background, rounded to the nearest.
fn blend(value: u8, background: u8, alpha: u8) -> u8 {
    let [value, background, alpha] = [value, background, alpha].map(u32::from);
    ((value * alpha + background * (255 - alpha) + 127) / 255) as u8
}

/// The same for 16 bits on a background of 8, rounded once.
fn blend_16(value: u16, background: u8, alpha: u16) -> u8 {
    let [value, alpha] = [value, alpha].map(u64::from);
    let sum = value * alpha + u64::from(background) * 257 * (65_535 - alpha);
    ((sum + 65_535 * 257 / 2) / (65_535 * 257)) as u8
}

/// 0 to 65535 as 0 to 255, rounded to the nearest.
fn round(value: u16) -> u8 {
    ((u32::from(value) + 128) / 257) as u8
}

fn to_8_bits(values: &[u16]) -> Vec<u8> {
    values.iter().map(|&value| round(value)).collect()
}

/// Only values from 0 to 1 have a known meaning.
fn from_floats(values: &[f32]) -> Result<Vec<u8>, String> {
    match values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
        Some(value) => Err(format!(
            "a floating-point pixel of {value}, expected 0 to 1"
        )),
        None => Ok(values
            .iter()
            .map(|value| (value * 255.0).round() as u8)
            .collect()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use image::{ImageBuffer, LumaA, Rgb as Pixel, RgbImage, Rgba};

    use super::*;

    const GREEN: Rgb = Rgb([0, 200, 0]);

    #[test]
    fn sixteen_bits_are_rounded_to_the_nearest_of_eight() {
        for value in 0..=u16::MAX {
            let exact = (f64::from(value) * 255.0 / 65_535.0).round();
            assert_eq!(f64::from(round(value)), exact, "{value}");
        }
    }

    #[test]
    fn blending_is_exact() {
        for alpha in 0..=255_u8 {
            for (value, back) in [(0, 255), (255, 0), (7, 93), (200, 200), (1, 0)] {
                let share = f64::from(alpha) / 255.0;
                let exact = f64::from(value) * share + f64::from(back) * (1.0 - share);
                assert!((f64::from(blend(value, back, alpha)) - exact).abs() <= 0.5 + 1e-9);
                let deep = blend_16(u16::from(value) * 257, back, u16::from(alpha) * 257);
                assert!((f64::from(deep) - exact).abs() <= 0.5 + 1e-9);
            }
        }
    }

    #[test]
    fn transparent_pixels_are_on_the_background() {
        let image =
            ImageBuffer::from_raw(3, 1, vec![255, 0, 255, 0, 9, 8, 7, 255, 255, 0, 255, 51]);
        let flat = Flat::of(DynamicImage::ImageRgba8(image.unwrap()), GREEN).unwrap();
        assert_eq!((flat.channels, flat.transparent), (3, true));
        assert_eq!(flat.pixels, [0, 200, 0, 9, 8, 7, 51, 160, 51]);
        let image = ImageBuffer::<Rgba<u16>, _>::from_raw(1, 1, vec![65_535, 0, 65_535, 13_107]);
        let flat = Flat::of(DynamicImage::ImageRgba16(image.unwrap()), GREEN).unwrap();
        assert_eq!(flat.pixels, [51, 160, 51]);
    }

    #[test]
    fn grey_with_alpha_stays_grey_unless_the_background_shows() {
        let image = ImageBuffer::<LumaA<u8>, _>::from_raw(2, 1, vec![10, 255, 20, 255]);
        let flat = Flat::of(DynamicImage::ImageLumaA8(image.unwrap()), GREEN).unwrap();
        assert_eq!(
            (flat.channels, flat.transparent, &flat.pixels[..]),
            (1, false, &[10, 20][..])
        );
        let image = ImageBuffer::<LumaA<u8>, _>::from_raw(2, 1, vec![10, 255, 20, 0]);
        let flat = Flat::of(DynamicImage::ImageLumaA8(image.unwrap()), GREEN).unwrap();
        assert_eq!((flat.channels, flat.transparent), (3, true));
        assert_eq!(flat.pixels, [10, 10, 10, 0, 200, 0]);
        let deep = |alpha| ImageBuffer::<LumaA<u16>, _>::from_raw(1, 1, vec![2570, alpha]).unwrap();
        let of = |alpha| Flat::of(DynamicImage::ImageLumaA16(deep(alpha)), GREEN).unwrap();
        assert_eq!(of(u16::MAX).pixels, [10]);
        assert_eq!(of(0).pixels, [0, 200, 0]);
    }

    #[test]
    fn floats_are_taken_only_from_0_to_1() {
        let image = |value| {
            let image = ImageBuffer::<Pixel<f32>, _>::from_raw(1, 1, vec![0.0, value, 1.0]);
            Flat::of(DynamicImage::ImageRgb32F(image.unwrap()), GREEN)
        };
        assert_eq!(image(0.5).unwrap().pixels, [0, 128, 255]);
        for wrong in [1.5, -0.1, f32::NAN, f32::INFINITY] {
            assert!(image(wrong).unwrap_err().contains("expected 0 to 1"));
        }
    }

    #[test]
    fn opaque_bytes_are_not_touched() {
        let image = RgbImage::from_raw(1, 1, vec![1, 2, 3]).unwrap();
        let flat = Flat::of(image.into(), GREEN).unwrap();
        assert_eq!(flat.pixels, [1, 2, 3]);
    }
}
