//! An image file between its header and its pixels.

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits, RgbImage};

use super::flat::Flat;
use super::kind::{Content, Kind};
use super::stored::{Colour, Stored};
use super::{Decoded, Facts, jpeg, tiff};
use crate::Rgb;
use crate::memory::bytes as in_words;
use crate::picture::{Picture, resize_interleaved};

/// The most pixels that an image may have: what PIL takes for an attack, 2/3 of 2^28.
const MAX_PIXELS: u64 = 178_956_970;
/// The most bytes that one image may take while it is decoded, its file included.
const MAX_BYTES: u64 = 768 << 20;
/// Images that take more than this are decoded one at a time, whatever the number of threads.
const LARGE: u64 = 64 << 20;
static LARGE_ONES: Mutex<()> = Mutex::new(());

/// A file whose header is read.
pub(super) struct Opened<'a> {
    bytes: &'a [u8],
    decoder: Box<dyn ImageDecoder + 'a>,
    stored: Stored,
    orientation: Orientation,
    /// The colours of a TIFF file whose values are decoded as if they were grey.
    palette: Option<Box<tiff::Palette>>,
    /// An estimate of what decoding takes.
    needed: u64,
}

impl<'a> Opened<'a> {
    /// Reads the header. The error is the reason why the file cannot be read.
    pub fn new(bytes: &'a [u8]) -> Result<Self, String> {
        let kind = match Content::of(bytes) {
            Content::Image(kind) => kind,
            Content::Unreadable(name) => {
                return Err(format!(
                    "{name} images cannot be read; convert it to PNG or JPEG"
                ));
            }
            Content::Other(what) => return Err(what),
        };
        let jpeg = match kind {
            Kind::Jpeg => Some(jpeg::frame(bytes)?),
            Kind::WebP => {
                check_webp(bytes)?;
                None
            }
            _ => None,
        };
        let mut limits = Limits::no_limits();
        limits.max_alloc = Some(MAX_BYTES);
        let (content, palette) = match kind {
            Kind::Tiff => tiff::without_palette(bytes).unzip(),
            _ => (None, None),
        };
        let content = content.unwrap_or(Cow::Borrowed(bytes));
        let mut reader = ImageReader::with_format(Cursor::new(content), kind.format());
        reader.limits(limits);
        let mut decoder = reader
            .into_decoder()
            .map_err(|error| reason(bytes, &error))?;
        let mut stored = Stored::of(bytes, kind, jpeg, &decoder);
        if palette.is_some() {
            stored.colour = Colour::Palette;
        }
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(format!("{width}x{height} pixels"));
        }
        if pixels > MAX_PIXELS {
            return Err(format!(
                "{width}x{height} pixels, but at most {MAX_PIXELS} in total are decoded"
            ));
        }
        let per_pixel = u64::from(decoder.color_type().bytes_per_pixel());
        // Buffers of the decoders beside their output.
        let extra = match (kind, jpeg) {
            (Kind::Jpeg, Some(frame)) if frame.progressive => 2 * u64::from(frame.components),
            (Kind::WebP, _) => 8,
            (Kind::Gif, _) => 4,
            (Kind::Tiff, _) => per_pixel + 3,
            _ => 0,
        };
        let to_bytes = if per_pixel > 4 { 4 } else { 0 };
        let needed = bytes.len() as u64 + pixels * (per_pixel + extra + to_bytes);
        if needed > MAX_BYTES {
            return Err(format!(
                "{width}x{height} pixels take {} to decode, but at most {} are allowed",
                in_words(needed),
                in_words(MAX_BYTES)
            ));
        }
        // Reading a JPEG's metadata takes another pass over its header.
        let orientation = match jpeg.is_some_and(|frame| !frame.has_exif) {
            true => Orientation::NoTransforms,
            false => decoder.orientation().unwrap_or(Orientation::NoTransforms),
        };
        Ok(Self {
            bytes,
            decoder: Box::new(decoder),
            stored,
            orientation,
            palette,
            needed,
        })
    }

    /// Whether height and width change their places when the image is turned upright.
    fn lies_on_its_side(&self) -> bool {
        matches!(
            self.orientation,
            Orientation::Rotate90
                | Orientation::Rotate270
                | Orientation::Rotate90FlipH
                | Orientation::Rotate270FlipH
        )
    }

    /// Height and width of the upright image.
    pub fn size(&self) -> (usize, usize) {
        let (width, height) = self.decoder.dimensions();
        let (width, height) = (width as usize, height as usize);
        match self.lies_on_its_side() {
            true => (width, height),
            false => (height, width),
        }
    }

    /// See [`decode`](super::decode).
    pub fn decode(self, size: Option<(usize, usize)>, background: Rgb) -> Result<Decoded, String> {
        let _turn = (self.needed > LARGE)
            .then(|| LARGE_ONES.lock().unwrap_or_else(PoisonError::into_inner));
        let upright = self.size();
        let on_its_side = self.lies_on_its_side();
        if self.stored.kind == Kind::Jpeg && jpeg::is_cut_short(self.bytes) {
            let end = self.bytes.len();
            return Err(format!(
                "cut short: the JPEG data end at byte {end} without an end marker"
            ));
        }
        let image =
            DynamicImage::from_decoder(self.decoder).map_err(|error| reason(self.bytes, &error))?;
        let flat = Flat::of(image, background)?;
        let Flat {
            channels,
            width,
            height,
            pixels,
            transparent,
        } = match &self.palette {
            Some(palette) => flat.looked_up(palette),
            None => flat,
        };
        // Resized before it is turned, which is less work and takes no second large image.
        let (to_height, to_width) = match (size, on_its_side) {
            (None, _) => (height, width),
            (Some(size), false) => size,
            (Some((height, width)), true) => (width, height),
        };
        let pixels = resize_interleaved(pixels, channels, (height, width), (to_height, to_width))?;
        let (pixels, (height, width)) = match self.orientation {
            Orientation::NoTransforms => (pixels, (to_height, to_width)),
            turn => turned(pixels, channels, (to_height, to_width), turn)?,
        };
        Ok(Decoded {
            picture: Picture::from_interleaved(channels, height, width, pixels),
            facts: Facts {
                stored: self.stored,
                size: upright,
                transparent,
                turned: self.orientation != Orientation::NoTransforms,
            },
        })
    }
}

/// Turns an interleaved image; gives its new height and width too.
fn turned(
    pixels: Vec<u8>,
    channels: usize,
    (height, width): (usize, usize),
    turn: Orientation,
) -> Result<(Vec<u8>, (usize, usize)), String> {
    let (width, height) = (width as u32, height as u32);
    let image = match channels {
        1 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, pixels).map(DynamicImage::from),
    };
    let mut image = image.ok_or("its pixels do not fill its size")?;
    image.apply_orientation(turn);
    let size = (image.height() as usize, image.width() as usize);
    Ok((image.into_bytes(), size))
}

/// The decoder's error, or what lies behind it.
fn reason(bytes: &[u8], error: &ImageError) -> String {
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            format!("cut short: the data end at byte {}", bytes.len())
        }
        ImageError::Unsupported(error) => match tiff::pixel_type(bytes) {
            Some(pixels) => format!("a TIFF of {pixels}, which cannot be read; convert it to PNG"),
            None => format!("{error}; convert it to an ordinary PNG or JPEG"),
        },
        ImageError::Limits(_) => format!("it takes more than {} to decode", in_words(MAX_BYTES)),
        error => error.to_string(),
    }
}

/// Refuses chunks that are longer than the file. The decoder would make room for them first.
fn check_webp(bytes: &[u8]) -> Result<(), String> {
    let length = |at: usize| {
        let digits = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes([digits[0], digits[1], digits[2], digits[3]]) as usize)
    };
    let whole = length(4).map_or(0, |length| length + 8);
    let mut at = 12;
    while at < whole.min(bytes.len()) {
        let end = length(at + 4).map(|length| at + 8 + length);
        let Some(end) = end.filter(|&end| end <= bytes.len()) else {
            return Err(format!(
                "cut short: the WebP data end at byte {}",
                bytes.len()
            ));
        };
        at = end + end % 2;
    }
    Ok(())
}
