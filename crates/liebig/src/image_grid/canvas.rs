//! A picture in memory that text can be written on.

use std::convert::Infallible;

use embedded_graphics::Drawable;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_15::FONT_6X13;
use embedded_graphics::pixelcolor::{Gray8, GrayColor};
use embedded_graphics::text::{Baseline, Text};
use image::{ColorType, ImageEncoder};

/// Pixels of a letter.
const LETTER: (usize, usize) = (6, 13);
/// The shade of text.
const INK: u8 = 0;

/// Rows of pixels with one value (grey) or three (colour) each.
pub(super) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub colours: usize,
    pub pixels: Vec<u8>,
}

impl Canvas {
    pub fn new(width: usize, height: usize, colours: usize, shade: u8) -> Self {
        Self {
            width,
            height,
            colours,
            pixels: vec![shade; width * height * colours],
        }
    }

    /// Width and height of a line of text, in pixels.
    pub fn size_of(text: &str) -> (usize, usize) {
        (text.chars().count() * LETTER.0, LETTER.1)
    }

    /// Writes a line of text whose left upper corner is at (`left`, `top`). Letters that the font lacks become `?`.
    pub fn write(&mut self, text: &str, left: usize, top: usize) {
        let at = Point::new(coordinate(left), coordinate(top));
        let style = MonoTextStyle::new(&FONT_6X13, Gray8::new(INK));
        let drawn = Text::with_baseline(text, at, style, Baseline::Top).draw(self);
        let Ok(_) = drawn;
    }

    /// The picture as a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, image::ImageError> {
        let colour_type = match self.colours {
            3 => ColorType::Rgb8,
            _ => ColorType::L8,
        };
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut bytes = Vec::new();
        image::codecs::png::PngEncoder::new(&mut bytes).write_image(
            &self.pixels,
            side(self.width),
            side(self.height),
            colour_type.into(),
        )?;
        Ok(bytes)
    }
}

fn coordinate(pixels: usize) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        Size::new(side(self.width), side(self.height))
    }
}

impl DrawTarget for Canvas {
    type Color = Gray8;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = Pixel<Gray8>>,
    {
        for Pixel(at, colour) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(at.x), usize::try_from(at.y)) else {
                continue;
            };
            if x < self.width && y < self.height {
                let place = (y * self.width + x) * self.colours;
                self.pixels[place..place + self.colours].fill(colour.luma());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_where_it_fits() {
        let mut canvas = Canvas::new(20, 16, 3, 255);
        canvas.write("A?", 2, 1);
        let inked = |x: usize| (0..16).any(|y| canvas.pixels[(y * 20 + x) * 3] == INK);
        assert!((2..8).any(inked) && (8..14).any(inked));
        assert!(!inked(0) && !(14..20).any(inked));
        assert_eq!(Canvas::size_of("A?"), (12, 13));
        // Beyond the edge it is cut off.
        canvas.write("long text", 10, 10);
    }
}
