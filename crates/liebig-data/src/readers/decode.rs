//! Decodes JPEG and PNG files.

use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader};
use rayon::prelude::*;

use crate::Error;
use crate::picture::Picture;

/// The height and width that all images share, from their headers; `None` if they differ.
pub(super) fn common_size<'a>(
    files: impl Iterator<Item = &'a PathBuf>,
) -> Result<Option<(usize, usize)>, Error> {
    let files: Vec<&PathBuf> = files.collect();
    let sizes: Vec<Result<(u32, u32), Error>> = files
        .par_iter()
        .map(|path| {
            open(path)?
                .into_dimensions()
                .map_err(|error| unreadable(path, &error))
        })
        .collect();
    let mut common = None;
    for size in sizes {
        let (width, height) = size?;
        if *common.get_or_insert((width, height)) != (width, height) {
            return Ok(None);
        }
    }
    Ok(common.map(|(width, height)| (height as usize, width as usize)))
}

/// All images, decoded in parallel and kept in order. Of several errors, the first in that order is reported.
pub(super) fn decode_all(
    files: &[PathBuf],
    height: usize,
    width: usize,
) -> Result<Vec<Picture>, Error> {
    let pictures: Vec<Result<Picture, Error>> = files
        .par_iter()
        .map(|path| decode(path, height, width))
        .collect();
    pictures.into_iter().collect()
}

fn decode(path: &Path, height: usize, width: usize) -> Result<Picture, Error> {
    let bytes = fs_err::read(path)?;
    let fail = |reason: String| Error::Image {
        path: path.into(),
        reason,
    };
    if jpeg_is_cut_short(&bytes) {
        return Err(fail(format!(
            "the JPEG data ends at byte {} without an end marker",
            bytes.len()
        )));
    }
    let reader = ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format()?;
    let image = reader.decode().map_err(|error| unreadable(path, &error))?;
    let picture = match image {
        DynamicImage::ImageLuma8(gray) => Picture {
            channels: 1,
            height: gray.height() as usize,
            width: gray.width() as usize,
            pixels: gray.into_raw(),
        },
        other => {
            let rgb = other.into_rgb8();
            Picture::from_rgb(rgb.height() as usize, rgb.width() as usize, rgb.as_raw())
        }
    };
    picture.resized(height, width).map_err(fail)
}

/// Whether a JPEG file ends before its end marker. The decoder fills what such a file lacks with grey, so the marker is
/// looked for here, after the last start of a scan. Neither marker can occur within the compressed data.
pub(super) fn jpeg_is_cut_short(bytes: &[u8]) -> bool {
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return false;
    }
    let last_scan = bytes
        .windows(2)
        .rposition(|pair| pair == [0xff, 0xda])
        .unwrap_or(0);
    !bytes[last_scan..]
        .windows(2)
        .any(|pair| pair == [0xff, 0xd9])
}

fn open(path: &Path) -> Result<ImageReader<std::io::BufReader<fs_err::File>>, Error> {
    let file = fs_err::File::open(path)?;
    Ok(ImageReader::new(std::io::BufReader::new(file)).with_guessed_format()?)
}

fn unreadable(path: &Path, error: &image::ImageError) -> Error {
    Error::Image {
        path: path.into(),
        reason: error.to_string(),
    }
}
