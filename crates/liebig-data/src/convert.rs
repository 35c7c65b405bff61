//! Brings image splits to the size and the channels that were asked for.

use std::path::Path;

use rayon::prelude::*;

use crate::picture::Picture;
use crate::split::{Sample, Values};
use crate::{Error, LoadOptions, SampleShape, Split};

/// The shape that `options` ask for, given the shape found.
pub(crate) fn target_shape(found: SampleShape, options: &LoadOptions) -> SampleShape {
    match found {
        SampleShape::Image {
            channels,
            height,
            width,
        } => {
            let (height, width) = options.image_size.unwrap_or((height, width));
            let channels = match options.grayscale {
                Some(true) => 1,
                Some(false) => 3,
                None => channels,
            };
            SampleShape::Image {
                channels,
                height,
                width,
            }
        }
        SampleShape::Table { .. } => found,
    }
}

/// Converts every image of a split to `target`; in parallel, in order.
pub(crate) fn convert(split: Split, target: SampleShape, path: &Path) -> Result<Split, Error> {
    let found = split.shape();
    let (
        SampleShape::Image {
            channels,
            height,
            width,
        },
        SampleShape::Image {
            channels: to_channels,
            height: to_height,
            width: to_width,
        },
        Values::Pixels(_),
    ) = (found, target, split.values())
    else {
        return Ok(split);
    };
    if found == target {
        return Ok(split);
    }
    let converted: Vec<Result<Picture, String>> = (0..split.len())
        .into_par_iter()
        .map(|index| {
            let Sample::Pixels(pixels) = split.raw(index) else {
                return Err("not an image".into());
            };
            let picture = Picture {
                channels,
                height,
                width,
                pixels: pixels.to_vec(),
            };
            let picture = if to_channels == 1 {
                picture.to_gray()
            } else {
                picture.to_rgb()
            };
            picture.resized(to_height, to_width)
        })
        .collect();
    let mut pixels = Vec::with_capacity(split.len() * target.len());
    for picture in converted {
        let picture = picture.map_err(|reason| Error::Image {
            path: path.into(),
            reason,
        })?;
        pixels.extend_from_slice(&picture.pixels);
    }
    Ok(Split::images(target, pixels, split.labels().to_vec()))
}
