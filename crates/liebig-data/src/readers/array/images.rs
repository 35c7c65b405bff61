//! Arrays of images as pixels.

use super::notes::notes;
use super::scale::{Quantiser, Range, Scale, Unfit};
use super::stream::{Samples, Stopped, Targets};
use super::{Array, Axes, Element, Kind, named};
use crate::memory::{HINT_SMALLER, MemoryLimit};
use crate::{Error, Layout, LoadOptions, Note, Rgb, SampleShape};

/// The images of one array.
pub(super) struct Images<'a> {
    pub array: &'a Array,
    targets: &'a Targets,
    pub element: Element,
    pub axes: Axes,
    offsets: Option<Vec<usize>>,
    /// One for each of the targets' outputs, all channels as stored.
    pixels: Vec<Vec<u8>>,
}

/// What was read: the shape and the pixels of every output of every array, in this order.
pub(crate) type Read<T> = (Vec<(SampleShape, Vec<T>)>, Vec<Note>);

/// Reads arrays of images, the first of which are those to train on, with one scale for all.
pub(crate) fn read_images(
    arrays: &[(&Array, Targets)],
    options: &LoadOptions,
    memory: MemoryLimit,
) -> Result<Read<u8>, Error> {
    let mut all = open(arrays, options, memory)?;
    let (scale, ranges) = fill(&mut all)?;
    check_ranges(&all, scale, &ranges)?;
    let notes = notes(&all, scale, &ranges, options);
    let mut splits = Vec::new();
    for images in all {
        let (height, width) = match options.transpose {
            true => (images.axes.width, images.axes.height),
            false => (images.axes.height, images.axes.width),
        };
        for mut pixels in images.pixels {
            let mut channels = images.axes.channels;
            if channels == 4 {
                composite(&mut pixels, height * width, options.background);
                channels = 3;
            }
            let shape = SampleShape::Image {
                channels,
                height,
                width,
            };
            splits.push((shape, pixels));
        }
    }
    Ok((splits, notes))
}

/// Tells the axes, checks that there is memory, and takes it.
fn open<'a>(
    arrays: &'a [(&Array, Targets)],
    options: &LoadOptions,
    memory: MemoryLimit,
) -> Result<Vec<Images<'a>>, Error> {
    let mut all: Vec<Images<'a>> = Vec::new();
    let mut needed = 0_u64;
    for (array, targets) in arrays {
        let element = array.element()?;
        let layout = all.first().map(|first| first.axes.layout);
        let axes = Axes::of(&array.dims, layout.or(options.layout)).map_err(|reason| {
            let hint = "image arrays are [N, H, W], [N, H, W, C] or [N, C, H, W] with 1, 3 or 4 channels; `data.layout` (nhw, nhwc or nchw) decides where both are possible";
            array.wrong(format!("{array}: {reason}"), hint)
        })?;
        needed = needed.saturating_add((array.samples() as u64).saturating_mul(axes.len() as u64));
        let reordered = options.transpose || array.fortran || axes.layout == Layout::Nhwc;
        if reordered && axes.len() > 1 {
            needed = needed.saturating_add(axes.len() as u64 * size_of::<usize>() as u64);
        }
        let what = || format!("{array}: images");
        memory.check(&array.shown(), needed, what, HINT_SMALLER)?;
        all.push(Images {
            array,
            targets,
            element,
            offsets: None,
            axes,
            pixels: Vec::new(),
        });
    }
    for images in &mut all {
        images.offsets = images.axes.offsets(options.transpose, images.array.fortran);
        let len = images.axes.len();
        let lens = images.targets.lens().iter();
        images.pixels = lens.map(|samples| vec![0; samples * len]).collect();
    }
    Ok(all)
}

/// Fills in the pixels by the first scale that all arrays fit, and says what the range of each was.
fn fill(all: &mut [Images<'_>]) -> Result<(Scale, Vec<Range>), Error> {
    let kind = all.first().map_or(Kind::U8, |first| first.element.kind);
    let scales = Scale::of(kind);
    for images in all.iter() {
        if Scale::of(images.element.kind) != scales {
            let reason = format!("{}, but the training images are {kind}", images.array);
            return Err(images
                .array
                .wrong(reason, "save all splits with one type, best uint8"));
        }
    }
    let mut beyond = 0;
    'scales: for &scale in scales {
        let mut ranges = Vec::new();
        for (at, images) in all.iter_mut().enumerate() {
            match images.fill(scale) {
                Ok(range) => ranges.push(range),
                Err(Stopped::Refused(Unfit::Beyond)) => {
                    beyond = at;
                    continue 'scales;
                }
                Err(Stopped::Refused(unfit)) => return Err(images.unfit(unfit)),
                Err(Stopped::Failed(error)) => return Err(error),
            }
        }
        return Ok((scale, ranges));
    }
    Err(all[beyond].unfit(Unfit::Beyond))
}

impl Images<'_> {
    fn samples(&self) -> Samples<'_> {
        Samples {
            array: self.array,
            element: self.element,
            len: self.axes.len(),
            offsets: self.offsets.as_deref(),
        }
    }

    fn fill(&mut self, scale: Scale) -> Result<Range, Stopped<Unfit>> {
        let mut quantiser = Quantiser::new(self.element, scale);
        let mut pixels = std::mem::take(&mut self.pixels);
        let read = self
            .samples()
            .read(self.targets, &mut pixels, |block, bytes| {
                quantiser.convert(block, bytes)
            });
        self.pixels = pixels;
        read.map(|()| quantiser.range)
    }

    /// The range of all values, for a message.
    fn range(&self) -> Result<Range, Error> {
        let (mut numbers, mut range) = (Vec::new(), Range::default());
        let values = self.array.samples() * self.axes.len();
        let read = self
            .array
            .blocks(values, self.element.kind.size(), |_, block| {
                numbers.clear();
                self.element.decode(block, &mut numbers);
                range = range.and(Range::of(&numbers));
                Ok::<(), ()>(())
            });
        match read {
            Err(Stopped::Failed(error)) => Err(error),
            _ => Ok(range),
        }
    }

    fn unfit(&self, unfit: Unfit) -> Error {
        if unfit == Unfit::NotFinite {
            let reason = format!("{}: some of its values are NaN or infinite", self.array);
            return self
                .array
                .wrong(reason, "images are numbers from 0 to 1 or from 0 to 255");
        }
        let range = match self.range() {
            Ok(range) => range,
            Err(error) => return error,
        };
        let expected = match Scale::of(self.element.kind) {
            [Scale::Unit, ..] => "0 to 1 or 0 to 255",
            [.., Scale::Sixteen] => "0 to 65535",
            _ => "0 to 255",
        };
        self.array.wrong(
            format!("{}: its values are {range}, expected {expected}", self.array),
            "these may be images that were normalised: save them as they were before, best as uint8",
        )
    }
}

/// Refuses floats of which one split is in [0, 1] and another in [0, 255].
fn check_ranges(all: &[Images<'_>], scale: Scale, ranges: &[Range]) -> Result<(), Error> {
    let is_float = |images: &&Images<'_>| Scale::of(images.element.kind)[0] == Scale::Unit;
    let dark = |range: &&Range| range.max * 255.0 < 255.5;
    if scale != Scale::Bytes || all.first().filter(is_float).is_none() {
        return Ok(());
    }
    let Some(at) = ranges.iter().position(|range| dark(&range)) else {
        return Ok(());
    };
    let other = ranges.iter().position(|range| !dark(&range)).unwrap_or(0);
    Err(all[at].array.wrong(
        format!(
            "{}: its values are {}, but those of {} are {}",
            all[at].array,
            ranges[at],
            named(all[other].array),
            ranges[other]
        ),
        "bring all splits to the same range",
    ))
}

/// Lays images of four planes (RGB and alpha) on a background, in place: three planes of `plane` values remain of each.
fn composite(pixels: &mut Vec<u8>, plane: usize, background: Rgb) {
    let samples = pixels.len() / (4 * plane);
    for sample in 0..samples {
        for at in 0..plane {
            let from = 4 * plane * sample + at;
            let alpha = u32::from(pixels[from + 3 * plane]);
            for (channel, behind) in background.0.into_iter().enumerate() {
                let colour = u32::from(pixels[from + channel * plane]);
                let laid = colour * alpha + u32::from(behind) * (255 - alpha);
                // Never ahead of what is still to be read: places in a plane are the same, and planes only move forward.
                pixels[3 * plane * sample + channel * plane + at] = ((laid + 127) / 255) as u8;
            }
        }
    }
    pixels.truncate(3 * plane * samples);
    pixels.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn transparent_pixels_show_the_background() {
        // Two samples of 1x2: opaque and clear; half and clear.
        let mut pixels = vec![
            10, 20, 30, 40, 50, 60, 255, 0, 100, 200, 100, 200, 100, 200, 128, 0,
        ];
        composite(&mut pixels, 2, Rgb([255, 0, 1]));
        assert_eq!(pixels, [10, 255, 30, 0, 50, 1, 177, 255, 50, 0, 51, 1]);
    }
}
