//! How an image is stored in its file.

use std::fmt;

use image::{ExtendedColorType, ImageDecoder};

use super::jpeg::Frame;
use super::kind::Kind;
use super::tiff;

/// How an image is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stored {
    pub kind: Kind,
    pub colour: Colour,
    /// Bits of a sample, or of a number in the palette.
    pub bits: u8,
    /// Whether the file has further images after the one that is read: frames or pages.
    pub more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Colour {
    Grey,
    GreyAlpha,
    Rgb,
    RgbAlpha,
    Palette,
    /// Also YCCK.
    Cmyk,
}

impl Stored {
    /// Told from the file's header and its decoder.
    pub fn of(bytes: &[u8], kind: Kind, jpeg: Option<Frame>, decoder: &impl ImageDecoder) -> Self {
        let (colour, bits) = match (kind, jpeg) {
            (Kind::Jpeg, Some(frame)) => {
                let colour = match frame.components {
                    1 => Colour::Grey,
                    3 => Colour::Rgb,
                    _ => Colour::Cmyk,
                };
                (colour, frame.bits)
            }
            (Kind::Png, _) => png(bytes).unwrap_or((Colour::Rgb, 8)),
            (Kind::Gif, _) => (Colour::Palette, 8),
            (Kind::Bmp, _) => bmp(bytes).unwrap_or((Colour::Rgb, 8)),
            (Kind::Pnm, _) if matches!(bytes, [b'P', b'1' | b'4', ..]) => (Colour::Grey, 1),
            _ => of_type(decoder.original_color_type()),
        };
        let more = match kind {
            Kind::Png => png_is_animated(bytes),
            Kind::Gif => gif_frames(bytes) > 1,
            Kind::WebP => {
                bytes.get(12..16) == Some(b"VP8X")
                    && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
            }
            Kind::Tiff => tiff::has_more_pages(bytes),
            Kind::Jpeg | Kind::Bmp | Kind::Pnm => false,
        };
        Self {
            kind,
            colour,
            bits,
            more,
        }
    }
}

impl fmt::Display for Stored {
    /// `PNG of 8-bit RGB`, `animated GIF of 8-bit palette (first frame)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = match (self.more, self.kind) {
            (false, _) => ("", ""),
            (true, Kind::Tiff) => ("", " (first page)"),
            (true, _) => ("animated ", " (first frame)"),
        };
        let colour = match self.colour {
            Colour::Grey => "grey",
            Colour::GreyAlpha => "grey + alpha",
            Colour::Rgb => "RGB",
            Colour::RgbAlpha => "RGB + alpha",
            Colour::Palette => "palette",
            Colour::Cmyk => "CMYK",
        };
        write!(
            f,
            "{before}{} of {}-bit {colour}{after}",
            self.kind, self.bits
        )
    }
}

fn of_type(colour: ExtendedColorType) -> (Colour, u8) {
    use ExtendedColorType as Type;
    let kind = match colour {
        Type::A8 | Type::L1 | Type::L2 | Type::L4 | Type::L8 | Type::L16 => Colour::Grey,
        Type::La1 | Type::La2 | Type::La4 | Type::La8 | Type::La16 => Colour::GreyAlpha,
        Type::Rgba1 | Type::Rgba2 | Type::Rgba4 | Type::Rgba8 | Type::Rgba16 | Type::Rgba32F => {
            Colour::RgbAlpha
        }
        Type::Cmyk8 | Type::Cmyk16 => Colour::Cmyk,
        _ => Colour::Rgb,
    };
    let samples = u16::from(colour.channel_count()).max(1);
    (
        kind,
        u8::try_from(colour.bits_per_pixel() / samples).unwrap_or(0),
    )
}

/// From the first chunk, which has a fixed place.
fn png(bytes: &[u8]) -> Option<(Colour, u8)> {
    let colour = match bytes.get(25)? {
        0 => Colour::Grey,
        2 => Colour::Rgb,
        3 => Colour::Palette,
        4 => Colour::GreyAlpha,
        _ => Colour::RgbAlpha,
    };
    Some((colour, bytes[24]))
}

/// Whether there is an animation's chunk before the image data.
fn png_is_animated(bytes: &[u8]) -> bool {
    let mut at = 8;
    while let Some(&[a, b, c, d, ref name @ ..]) = bytes.get(at..at + 8) {
        match name {
            b"acTL" => return true,
            b"IDAT" | b"IEND" => return false,
            _ => {}
        }
        at = at.saturating_add(12 + u32::from_be_bytes([a, b, c, d]) as usize);
    }
    false
}

fn bmp(bytes: &[u8]) -> Option<(Colour, u8)> {
    let at = if bytes.get(14)? == &12 { 24 } else { 28 };
    Some(match bytes.get(at)? {
        bits @ 1..=8 => (Colour::Palette, *bits),
        16 => (Colour::Rgb, 5),
        _ => (Colour::Rgb, 8),
    })
}

/// The number of frames, counted up to two.
fn gif_frames(bytes: &[u8]) -> usize {
    // A colour table's length from the byte that says whether there is one.
    let table = |flags: u8| match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    };
    let count = |bytes: &[u8]| {
        let mut at = 13 + table(*bytes.get(10)?);
        let mut frames = 0;
        while frames < 2 {
            match bytes.get(at)? {
                // An extension: its label, then blocks.
                0x21 => at += 2,
                0x2c => {
                    frames += 1;
                    // The local colour table, and the byte before the compressed blocks.
                    at += 10 + table(*bytes.get(at + 9)?) + 1;
                }
                _ => return Some(frames),
            }
            // Blocks, each behind its length, up to an empty one.
            loop {
                let length = usize::from(*bytes.get(at)?);
                at += 1 + length;
                if length == 0 {
                    break;
                }
            }
        }
        Some(frames)
    };
    count(bytes).unwrap_or(1)
}
