//! A set as one picture: one row per class, in label order, with pixels in the original colours.

mod canvas;

use std::path::Path;

use liebig_data::{Dataset, SampleShape, Space, Split, stream};
use rand::seq::IndexedRandom;

use crate::artefact::Artefact;
use crate::synthetic::Parameterization;
use canvas::Canvas;

/// Pixels between two tiles and around them.
const GAP: usize = 2;
/// Small tiles are enlarged by a whole factor to about this many pixels.
const TILE: usize = 64;
/// The most bytes of a picture.
const LARGEST: usize = 1 << 29;
/// Longer names of classes are cut off.
const LONGEST_NAME: usize = 24;
/// The shade between tiles.
const BACKGROUND: u8 = 255;

/// Why a set could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The samples are not images.
    #[error("a set of {0} cannot be drawn\nhint: only sets of images can be drawn")]
    NotImages(SampleShape),
    /// The number of values or labels does not match the shape.
    #[error(
        "{0} values and {1} labels do not make samples of {2}\nhint: give one label per sample"
    )]
    Mismatch(usize, usize, SampleShape),
    /// The space does not match the samples.
    #[error(transparent)]
    Space(#[from] liebig_data::Error),
    /// A picture that no viewer would open.
    #[error(
        "a picture of {0}x{1} pixels is too large\nhint: draw a set with fewer samples in its largest class"
    )]
    TooLarge(usize, usize),
    /// The encoder failed.
    #[error("{0}\nhint: the picture may be too large")]
    Encode(#[from] image::ImageError),
    /// A file system error.
    #[error("{0}\nhint: check the path and its permissions")]
    Io(#[from] std::io::Error),
}

/// Draws samples `[n, C, H, W]`, row major, in `space`, after converting them to pixels clamped to [0, 1].
///
/// Grey for one channel, colour for three, otherwise the mean of the channels in grey. Returns the bytes of a PNG file.
///
/// # Errors
/// [`Error::NotImages`], [`Error::Mismatch`], [`Error::Encode`].
pub fn png(
    values: &[f32],
    classes: &[u32],
    shape: SampleShape,
    space: &Space,
) -> Result<Vec<u8>, Error> {
    draw(values, classes, shape, space, &|_| "")
}

/// Draws some samples of each class of a split, chosen by `seed`, with the names of the classes. Returns the bytes of a
/// PNG file.
///
/// # Errors
/// As for [`png`].
pub fn samples_of(
    dataset: &Dataset,
    split: &Split,
    per_class: usize,
    seed: u64,
) -> Result<Vec<u8>, Error> {
    let mut chosen = Vec::new();
    for (class, indices) in (0..).zip(split.class_indices(dataset.class_names.len())) {
        let mut rng = stream(seed, "shown samples", class);
        let mut some: Vec<usize> = indices.sample(&mut rng, per_class).copied().collect();
        some.sort_unstable();
        chosen.extend(some);
    }
    let classes: Vec<u32> = chosen.iter().map(|&index| split.labels()[index]).collect();
    let (shape, space) = (dataset.shape, &dataset.space);
    if !matches!(shape, SampleShape::Image { .. }) {
        return Err(Error::NotImages(shape));
    }
    let name = |class: u32| dataset.class_names[class as usize].as_str();
    draw(&split.batch(&chosen, space), &classes, shape, space, &name)
}

/// Draws rows of as many samples each, `rows` of them one after the other, from left to right. Returns the bytes of a PNG file.
///
/// # Errors
/// As for [`png`].
pub fn rows(
    values: &[f32],
    rows: usize,
    shape: SampleShape,
    space: &Space,
) -> Result<Vec<u8>, Error> {
    let count = values.len() / shape.len().max(1);
    let columns = (count / rows.max(1)).max(1);
    let places: Vec<u32> = (0..count).map(|place| (place / columns) as u32).collect();
    png(values, &places, shape, space)
}

fn draw<'a>(
    values: &[f32],
    classes: &[u32],
    shape: SampleShape,
    space: &Space,
    name: &dyn Fn(u32) -> &'a str,
) -> Result<Vec<u8>, Error> {
    let SampleShape::Image { channels, .. } = shape else {
        return Err(Error::NotImages(shape));
    };
    if values.len() != classes.len().saturating_mul(shape.len())
        || values.is_empty()
        || space.normalization.mean.len() != channels
        || space.normalization.std.len() != channels
    {
        return Err(Error::Mismatch(values.len(), classes.len(), shape));
    }
    let mut raw = values.to_vec();
    space.leave(shape, &mut raw)?;
    draw_raw(&raw, classes, shape, name)
}

/// Draws pixels in 0..=1, `[n, C, H, W]`.
fn draw_raw<'a>(
    raw: &[f32],
    classes: &[u32],
    shape: SampleShape,
    name: &dyn Fn(u32) -> &'a str,
) -> Result<Vec<u8>, Error> {
    let SampleShape::Image {
        channels,
        height,
        width,
    } = shape
    else {
        return Err(Error::NotImages(shape));
    };
    let rows = rows_by_class(classes);
    let names: Vec<String> = rows
        .iter()
        .map(|(class, _)| name(*class).chars().take(LONGEST_NAME).collect())
        .collect();
    let text = names.iter().map(|name| Canvas::size_of(name).0).max();
    let margin = text.map_or(0, |width| if width > 0 { width + GAP } else { 0 });
    let columns = rows.iter().map(|(_, row)| row.len()).max().unwrap_or(1);
    let colours = if channels == 3 { 3 } else { 1 };
    let side = |count: usize, side: usize| {
        count
            .saturating_mul(side.saturating_add(GAP))
            .saturating_add(GAP)
    };
    let size = |scale: usize| {
        (
            side(columns, width.saturating_mul(scale)).saturating_add(margin),
            side(rows.len(), height.saturating_mul(scale)),
        )
    };
    let bytes =
        |(width, height): (usize, usize)| width.saturating_mul(height).saturating_mul(colours);
    let mut scale = (TILE / height.max(width)).max(1);
    while scale > 1 && bytes(size(scale)) > LARGEST {
        scale -= 1;
    }
    let (grid_width, grid_height) = size(scale);
    if bytes(size(scale)) > LARGEST {
        return Err(Error::TooLarge(grid_width, grid_height));
    }
    let mut canvas = Canvas::new(grid_width, grid_height, colours, BACKGROUND);
    for (row, ((_, samples), name)) in rows.iter().zip(&names).enumerate() {
        let top = GAP + row * (height * scale + GAP);
        let middle = (height * scale).saturating_sub(Canvas::size_of(name).1) / 2;
        canvas.write(name, GAP, top + middle);
        for (column, &sample) in samples.iter().enumerate() {
            let image = &raw[sample * shape.len()..][..shape.len()];
            let left = margin + GAP + column * (width * scale + GAP);
            for y in 0..height * scale {
                for x in 0..width * scale {
                    let place = ((top + y) * grid_width + left + x) * colours;
                    let source = (y / scale) * width + x / scale;
                    let pixel = &mut canvas.pixels[place..place + colours];
                    for (colour, value) in pixel.iter_mut().enumerate() {
                        let picked = if channels == colours {
                            colour..colour + 1
                        } else {
                            0..channels
                        };
                        *value = shade(image, picked, height * width, source);
                    }
                }
            }
        }
    }
    Ok(canvas.png()?)
}

/// Draws an artefact into a PNG file.
///
/// # Errors
/// Every variant of [`Error`].
pub fn write(artefact: &Artefact, path: &Path) -> Result<(), Error> {
    Ok(crate::atomic::write(path, &of(artefact)?)?)
}

/// Draws an artefact: the bytes of a PNG file.
///
/// # Errors
/// As for [`png`].
pub fn of(artefact: &Artefact) -> Result<Vec<u8>, Error> {
    let set = &artefact.set;
    match set.parameterization {
        Parameterization::Pixels => png(&set.values, &artefact.classes(), set.shape, &set.space),
        canvas => {
            let mut raw = set.values.clone();
            set.space.leave(set.shape, &mut raw)?;
            let (raw, shape, classes) = canvas.pictures(raw, set.shape, artefact.classes());
            draw_raw(&raw, &classes, shape, &|_| "")
        }
    }
}

/// The indices of the samples of each class that has any, in class order.
fn rows_by_class(classes: &[u32]) -> Vec<(u32, Vec<usize>)> {
    let mut rows = std::collections::BTreeMap::<u32, Vec<usize>>::new();
    for (sample, &class) in classes.iter().enumerate() {
        rows.entry(class).or_default().push(sample);
    }
    rows.into_iter().collect()
}

/// The mean of the picked channels of one pixel, as a byte.
fn shade(image: &[f32], channels: std::ops::Range<usize>, plane: usize, pixel: usize) -> u8 {
    let count = channels.len() as f32;
    let raw: f32 = channels.map(|channel| image[channel * plane + pixel]).sum();
    (raw / count * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use liebig_data::Normalization;

    use super::*;

    fn space(channels: usize) -> Space {
        Space::from(Normalization {
            mean: vec![0.5; channels],
            std: vec![0.25; channels],
            known: false,
        })
    }

    #[test]
    fn classes_are_rows_and_pixels_are_as_seen() {
        let shape = SampleShape::Image {
            channels: 1,
            height: 64,
            width: 64,
        };
        // Class 1 first, to see that rows follow classes; 2 is mean + 2 std = 1, -2 is 0, 100 is clamped.
        let values: Vec<f32> = [2.0, -2.0, 100.0]
            .iter()
            .flat_map(|&value| vec![value; 64 * 64])
            .collect();
        let bytes = png(&values, &[1, 0, 1], shape, &space(1)).unwrap();
        let grid = image::load_from_memory(&bytes).unwrap().into_luma8();
        assert_eq!(grid.dimensions(), (2 + 2 * 66, 2 + 2 * 66));
        assert_eq!(grid.get_pixel(2, 2).0, [0]);
        assert_eq!(grid.get_pixel(2, 68).0, [255]);
        assert_eq!(grid.get_pixel(68, 68).0, [255]);
        assert_eq!(grid.get_pixel(68, 2).0, [BACKGROUND]);
    }

    #[test]
    fn colours_keep_their_planes_and_small_tiles_are_enlarged() {
        let shape = SampleShape::Image {
            channels: 3,
            height: 1,
            width: 2,
        };
        let values = [2.0, 0.0, -2.0, -2.0, -2.0, 2.0];
        let bytes = png(&values, &[0], shape, &space(3)).unwrap();
        let grid = image::load_from_memory(&bytes).unwrap().into_rgb8();
        assert_eq!(grid.dimensions(), (2 + 64 + 2, 2 + 32 + 2));
        assert_eq!(grid.get_pixel(2, 2).0, [255, 0, 0]);
        assert_eq!(grid.get_pixel(2 + 63, 2 + 31).0, [128, 0, 255]);
    }

    #[test]
    fn a_table_has_no_picture() {
        let error = png(
            &[0.0; 4],
            &[0],
            SampleShape::Table { features: 4 },
            &space(4),
        )
        .unwrap_err();
        assert!(matches!(error, Error::NotImages(_)));
    }

    #[test]
    fn values_that_make_no_sample_are_refused() {
        let shape = SampleShape::Image {
            channels: 1,
            height: 2,
            width: 2,
        };
        for (values, classes) in [(3, 1), (4, 2), (0, 0)] {
            let error = png(&vec![0.0; values], &vec![0; classes], shape, &space(1)).unwrap_err();
            assert!(matches!(error, Error::Mismatch(..)));
        }
    }
}
