//! One decoded image, and what may be done to it before it becomes a sample.

use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images};

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
    /// From interleaved pixels `[H, W, 3]`.
    pub fn from_rgb(height: usize, width: usize, interleaved: &[u8]) -> Self {
        let plane = |channel| interleaved.iter().skip(channel).step_by(3).copied();
        Self {
            channels: 3,
            height,
            width,
            pixels: (0..3).flat_map(plane).collect(),
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

    /// Stretched or shrunk to `height` x `width`: antialiased bilinear, as torchvision's `Resize` on PIL images.
    /// The aspect ratio follows the new size; nothing is cropped.
    pub fn resized(self, height: usize, width: usize) -> Result<Self, String> {
        if (self.height, self.width) == (height, width) {
            return Ok(self);
        }
        let side = |pixels: usize| u32::try_from(pixels).map_err(|error| error.to_string());
        let (to_width, to_height) = (side(width)?, side(height)?);
        let (from_width, from_height) = (side(self.width)?, side(self.height)?);
        let bilinear =
            ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        let mut resizer = Resizer::new();
        let mut pixels = Vec::with_capacity(self.channels * height * width);
        for channel in 0..self.channels {
            let from =
                images::ImageRef::new(from_width, from_height, self.plane(channel), PixelType::U8)
                    .map_err(|error| error.to_string())?;
            let mut to = images::Image::new(to_width, to_height, PixelType::U8);
            resizer
                .resize(&from, &mut to, &bilinear)
                .map_err(|error| error.to_string())?;
            pixels.extend_from_slice(to.buffer());
        }
        Ok(Self {
            channels: self.channels,
            height,
            width,
            pixels,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
        let picture = Picture::from_rgb(1, 2, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(picture.pixels, [1, 4, 2, 5, 3, 6]);
    }

    #[test]
    fn luma_is_pils() {
        // Values of PIL's `Image.convert("L")` for pure red, green, blue and white.
        let interleaved = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
        assert_eq!(
            Picture::from_rgb(2, 2, &interleaved).to_gray().pixels,
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
        let picture = Picture::from_rgb(2, 2, &[9, 90, 200].repeat(4))
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
}
