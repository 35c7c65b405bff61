//! Tells what a file is from its first bytes.

use std::fmt;
use std::io::Read;

use flate2::read::GzDecoder;
use image::ImageFormat;

/// A kind of image file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Jpeg,
    Png,
    Gif,
    WebP,
    Bmp,
    Tiff,
    /// PBM, PGM, PPM and PAM.
    Pnm,
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Image(Kind),
    /// An image of a kind that cannot be read.
    Unreadable(&'static str),
    /// No image; what it is instead, if that can be told.
    Other(String),
}

/// How many of a file's first bytes [`Content::of`] looks at, at most.
pub(crate) const HEAD: usize = 512;

impl Kind {
    pub fn format(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Gif => ImageFormat::Gif,
            Self::WebP => ImageFormat::WebP,
            Self::Bmp => ImageFormat::Bmp,
            Self::Tiff => ImageFormat::Tiff,
            Self::Pnm => ImageFormat::Pnm,
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        Some(match bytes {
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Self::Png,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Self::Gif,
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Self::WebP,
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Self::Tiff,
            [b'P', b'1'..=b'7', space, ..] if space.is_ascii_whitespace() || *space == b'#' => {
                Self::Pnm
            }
            // Two letters are little; the length of the header that follows has few values.
            [b'B', b'M', ..] if bytes.len() > 14 && BMP_HEADERS.contains(&bytes[14]) => Self::Bmp,
            _ => return None,
        })
    }
}

const BMP_HEADERS: &[u8] = &[12, 16, 40, 52, 56, 64, 108, 124];

impl fmt::Display for Kind {
    /// The name as people write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Pnm => "PNM",
        })
    }
}

impl Content {
    /// Told from a file's first bytes: [`HEAD`] of them, or all if there are fewer.
    pub fn of(bytes: &[u8]) -> Self {
        if let Some(kind) = Kind::of(bytes) {
            return Self::Image(kind);
        }
        if let Some(name) = unreadable(bytes) {
            return Self::Unreadable(name);
        }
        Self::Other(other(&bytes[..bytes.len().min(HEAD)]))
    }
}

/// Kinds of images that exist but are not read.
fn unreadable(bytes: &[u8]) -> Option<&'static str> {
    let brand = (bytes.get(4..8) == Some(b"ftyp")).then(|| bytes.get(8..12));
    match brand {
        Some(Some(b"avif" | b"avis")) => return Some("AVIF"),
        Some(Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1")) => {
            return Some("HEIC");
        }
        _ => {}
    }
    const MAGIC: &[(&[u8], &str)] = &[
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x4f\xff\x51", "JPEG 2000"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\xff\x0a", "JPEG XL"),
        (b"8BPS", "Photoshop"),
        (b"\x76\x2f\x31\x01", "OpenEXR"),
        (b"#?RADIANCE", "Radiance HDR"),
        (b"DDS ", "DDS"),
        (b"\0\0\x01\0", "ICO"),
        (b"qoif", "QOI"),
        (b"<svg", "SVG"),
    ];
    let known = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic));
    known.map(|(_, name)| *name)
}

/// What the bytes of a file that is no image look like.
fn other(head: &[u8]) -> String {
    if head.is_empty() {
        return "an empty file (0 bytes)".into();
    }
    if head.iter().all(|&byte| byte == 0) {
        return "nothing but zeros, as an interrupted download leaves them".into();
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        let mut inside = Vec::new();
        // What is cut off at the end of the head does not matter.
        let _ = GzDecoder::new(head).take(64).read_to_end(&mut inside);
        return match Kind::of(&inside) {
            Some(kind) => format!("a gzipped {kind}; unpack it with `gzip -d`"),
            None => "a gzip file".into(),
        };
    }
    const MAGIC: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "a zip archive"),
        (b"%PDF", "a PDF"),
        (b"\0\x05\x16\x07", "an AppleDouble file of macOS"),
        (b"\x89HDF", "an HDF5 file"),
        (b"\x93NUMPY", "a NumPy array"),
        (
            b"version https://git-lfs",
            "a Git LFS pointer; fetch the file itself with `git lfs pull`",
        ),
    ];
    if let Some((_, name)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return (*name).into();
    }
    let text = head.trim_ascii_start().to_ascii_lowercase();
    if text.starts_with(b"<!doctype html") || text.starts_with(b"<html") {
        return "an HTML page".into();
    }
    if text.starts_with(b"<?xml") {
        return "an XML file".into();
    }
    let printable = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    match head.iter().all(printable) {
        true => "a text file".into(),
        false => {
            let first: Vec<String> = head
                .iter()
                .take(8)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("no known kind of image; it starts with {}", first.join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_image_is_told() {
        let told = |bytes: &[u8], expected: &str| {
            let Content::Other(what) = Content::of(bytes) else {
                unreachable!("no image: {bytes:?}");
            };
            assert!(what.contains(expected), "{what}");
        };
        told(b"", "empty file (0 bytes)");
        told(&[0; 900], "nothing but zeros");
        told(b" \n<!DOCTYPE html><html>", "HTML");
        told(
            b"version https://git-lfs.github.com/spec/v1\n",
            "git lfs pull",
        );
        told(b"PK\x03\x04...", "zip");
        told(b"BM and more text", "a text file");
        told(b"P9 is not PNM", "a text file");
        told(b"\x01\x02\xfe", "starts with 01 02 fe");
        let mut gzipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut gzipped, b"\xff\xd8\xff\xe0 and so on").unwrap_or_default();
        told(&gzipped.finish().unwrap_or_default(), "a gzipped JPEG");
    }

    #[test]
    fn images_that_cannot_be_read_are_known_by_name() {
        assert_eq!(
            Content::of(b"\0\0\0\x18ftypheic\0\0\0\0mif1"),
            Content::Unreadable("HEIC")
        );
        assert_eq!(
            Content::of(b"\0\0\0\x18ftypavif"),
            Content::Unreadable("AVIF")
        );
    }
}
