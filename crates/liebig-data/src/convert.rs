//! Brings image splits to the size and the channels that were asked for.

use std::path::Path;

use rayon::prelude::*;

use crate::picture::Picture;
use crate::split::Sample;
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

/// Converts every image of a split to `target`; in parallel, in order. A split that has this shape stays as it is.
///
/// The caller checks that there is memory for both the split and its conversion.
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
    ) = (found, target)
    else {
        return Ok(split);
    };
    if found == target {
        return Ok(split);
    }
    let convert_one = |(index, converted): (usize, &mut [u8])| {
        let Sample::Pixels(pixels) = split.raw(index) else {
            return Err("not an image".to_owned());
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
        converted.copy_from_slice(&picture.resized(to_height, to_width)?.pixels);
        Ok(())
    };
    let mut pixels = vec![0; split.len() * target.len()];
    let outcomes: Vec<Result<(), String>> = pixels
        .par_chunks_exact_mut(target.len())
        .enumerate()
        .map(convert_one)
        .collect();
    for outcome in outcomes {
        outcome.map_err(|reason| Error::Image {
            path: path.into(),
            reason,
        })?;
    }
    Split::images(target, pixels, split.labels().to_vec())?.in_groups(split.groups().cloned())
}
