//! One decoded image, and what may be done to it before it becomes a sample.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

/// An image of bytes, plane by plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// `[C, H, W]`
    pub pixels: Vec<u8>,
}

impl Picture {
    /// From interleaved pixels `[H, W, C]` of 1 or 3 channels.
    pub fn from_interleaved(channels: usize, height: usize, width: usize, pixels: Vec<u8>) -> Self {
        Self {
            channels,
            height,
            width,
            pixels: match channels {
                1 => pixels,
                _ => planes(&pixels),
            },
        }
    }

    fn plane(&self, channel: usize) -> &[u8] {
        let len = self.height * self.width;
        &self.pixels[channel * len..(channel + 1) * len]
    }

    /// Whether all planes are equal.
    pub fn is_gray(&self) -> bool {
        (1..self.channels).all(|channel| self.plane(channel) == self.plane(0))
    }

    /// As one channel: ITU-R 601 luma in fixed point, as PIL's mode `L` (the convention of the field's Python tools).
    pub fn to_gray(&self) -> Self {
        if self.channels == 1 {
            return self.clone();
        }
        let luma = |((&r, &g), &b): ((&u8, &u8), &u8)| {
            let sum = 19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b);
            ((sum + 0x8000) >> 16) as u8
        };
        let (r, g, b) = (self.plane(0), self.plane(1), self.plane(2));
        Self {
            channels: 1,
            pixels: r.iter().zip(g).zip(b).map(luma).collect(),
            ..*self
        }
    }

    /// As three channels; a grey plane is repeated.
    pub fn to_rgb(&self) -> Self {
        if self.channels == 3 {
            return self.clone();
        }
        Self {
            channels: 3,
            pixels: self.pixels.repeat(3),
            ..*self
        }
    }

    /// Writes the pixels of 1 or 3 channels into `place`, which has their length.
    pub fn write(&self, channels: usize, place: &mut [u8]) {
        match (self.channels, channels) {
            (1, 3) => {
                for plane in place.chunks_exact_mut(self.pixels.len()) {
                    plane.copy_from_slice(&self.pixels);
                }
            }
            (3, 1) => place.copy_from_slice(&self.to_gray().pixels),
            _ => place.copy_from_slice(&self.pixels),
        }
    }

    /// Stretched or shrunk to `height` x `width`: antialiased bilinear, as torchvision's `Resize` on PIL images.
    /// The aspect ratio follows the new size; nothing is cropped.
    pub fn resized(self, height: usize, width: usize) -> Result<Self, String> {
        if (self.height, self.width) == (height, width) {
            return Ok(self);
        }
        let (from, to) = ((self.height, self.width), (height, width));
        let mut pixels = Vec::with_capacity(self.channels * height * width);
        for channel in 0..self.channels {
            pixels.extend(resize::<U8>(self.plane(channel), from, to)?);
        }
        Ok(Self {
            channels: self.channels,
            height,
            width,
            pixels,
        })
    }
}

/// The planes of interleaved RGB.
fn planes(interleaved: &[u8]) -> Vec<u8> {
    let len = interleaved.len() / 3;
    let mut planes = vec![0; 3 * len];
    let (red, others) = planes.split_at_mut(len);
    let (green, blue) = others.split_at_mut(len);
    let places = red.iter_mut().zip(green).zip(blue);
    for (pixel, ((red, green), blue)) in interleaved.chunks_exact(3).zip(places) {
        (*red, *green, *blue) = (pixel[0], pixel[1], pixel[2]);
    }
    planes
}

/// Interleaved pixels of 1 or 3 channels, stretched or shrunk from one (height, width) to another as by
/// [`Picture::resized`].
pub(crate) fn resize_interleaved(
    pixels: Vec<u8>,
    channels: usize,
    from: (usize, usize),
    to: (usize, usize),
) -> Result<Vec<u8>, String> {
    match (from == to, channels) {
        (true, _) => Ok(pixels),
        (false, 1) => resize::<U8>(&pixels, from, to),
        (false, _) => resize::<U8x3>(&pixels, from, to),
    }
}

/// Antialiased bilinear. One pixel type is compiled at a time: the library's own choice at run time would compile all of
/// them, which takes minutes.
fn resize<P: PixelTrait>(
    pixels: &[u8],
    (height, width): (usize, usize),
    (to_height, to_width): (usize, usize),
) -> Result<Vec<u8>, String> {
    let side = |pixels: usize| u32::try_from(pixels).map_err(|error| error.to_string());
    let from = TypedImageRef::<P>::from_buffer(side(width)?, side(height)?, pixels)
        .map_err(|error| error.to_string())?;
    let mut resized = vec![0; to_height * to_width * P::size()];
    let mut to = TypedImage::<P>::from_buffer(side(to_width)?, side(to_height)?, &mut resized)
        .map_err(|error| error.to_string())?;
    let bilinear = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new()
        .resize_typed(&from, &mut to, &bilinear)
        .map_err(|error| error.to_string())?;
    Ok(resized)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn gray(height: usize, width: usize, pixels: &[u8]) -> Picture {
        Picture {
            channels: 1,
            height,
            width,
            pixels: pixels.to_vec(),
        }
    }

    #[test]
    fn interleaved_pixels_become_planes() {
        let picture = Picture::from_interleaved(3, 1, 2, vec![1, 2, 3, 4, 5, 6]);
        assert_eq!(picture.pixels, [1, 4, 2, 5, 3, 6]);
    }

    #[test]
    fn luma_is_pils() {
        // Values of PIL's `Image.convert("L")` for pure red, green, blue and white.
        let interleaved = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
        assert_eq!(
            Picture::from_interleaved(3, 2, 2, interleaved.to_vec())
                .to_gray()
                .pixels,
            [76, 150, 29, 255]
        );
    }

    #[test]
    fn halving_averages_with_the_triangle_filter() {
        // Weights of the antialiased triangle at scale 2, edge renormalised: (3, 3, 1) / 7 and its mirror image.
        let halved = gray(1, 4, &[0, 70, 140, 210]).resized(1, 2).unwrap();
        assert_eq!(halved.pixels, [50, 160]);
    }

    #[test]
    fn height_and_width_are_not_confused() {
        let tall = gray(4, 2, &[10, 200, 10, 200, 10, 200, 10, 200])
            .resized(2, 2)
            .unwrap();
        assert_eq!((tall.height, tall.width), (2, 2));
        assert_eq!(tall.pixels, [10, 200, 10, 200]);
    }

    #[test]
    fn planes_are_resized_apart() {
        let picture = Picture::from_interleaved(3, 2, 2, [9, 90, 200].repeat(4))
            .resized(3, 5)
            .unwrap();
        assert_eq!(picture.pixels, [[9; 15], [90; 15], [200; 15]].concat());
    }

    #[test]
    fn grey_survives_the_round_trip_through_rgb() {
        let picture = gray(2, 2, &[0, 1, 128, 255]);
        assert!(picture.to_rgb().is_gray());
        assert_eq!(picture.to_rgb().to_gray(), picture);
    }

    #[test]
    fn pixels_are_written_in_the_channels_asked_for() {
        let written = |picture: &Picture, channels: usize| {
            let mut place = vec![0; 2 * channels];
            picture.write(channels, &mut place);
            place
        };
        let grey = gray(1, 2, &[5, 9]);
        assert_eq!(written(&grey, 1), [5, 9]);
        assert_eq!(written(&grey, 3), [5, 9, 5, 9, 5, 9]);
        let red = Picture::from_interleaved(3, 1, 2, vec![255, 0, 0, 0, 0, 255]);
        assert_eq!(written(&red, 3), [255, 0, 0, 0, 0, 255]);
        assert_eq!(written(&red, 1), [76, 29]);
    }

    proptest! {
        #[test]
        fn planes_and_interleaved_pixels_are_resized_alike(
            height in 1_usize..40,
            width in 1_usize..40,
            to in (1_usize..40, 1_usize..40),
            seed in any::<u64>(),
        ) {
            use rand::RngExt;
            let mut rng = crate::random::stream(seed, "pixels", 0);
            let pixels: Vec<u8> = (0..3 * height * width).map(|_| rng.random()).collect();
            let interleaved = resize_interleaved(pixels.clone(), 3, (height, width), to).unwrap();
            let planes = Picture::from_interleaved(3, height, width, pixels);
            let planes = planes.resized(to.0, to.1).unwrap();
            prop_assert_eq!(Picture::from_interleaved(3, to.0, to.1, interleaved), planes);
        }
    }
}
