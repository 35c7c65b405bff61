//! What all images of a dataset are brought to.

use rayon::prelude::*;

use super::many::ImageFiles;
use super::{Decoded, decode, size_of};
use crate::{LoadOptions, SampleShape};

/// Height and width that images of different sizes are brought to if no size is asked for.
const DEFAULT_SIZE: (usize, usize) = (32, 32);
/// So many images are looked at to guess the size and the channels of all.
const SAMPLE: usize = 16;
/// So many bytes hold the header of an image, except if its metadata are large.
const HEADER: u64 = 256 << 10;

/// What all images are brought to. It is guessed from a few and corrected if others are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub size: (usize, usize),
    pub channels: usize,
    /// Whether every image must have this size already.
    pub one_size: bool,
    /// Whether every image must be grey.
    pub all_grey: bool,
    /// Whether the images have different sizes and none was asked for.
    pub mixed: bool,
}

impl Plan {
    /// For the size that is asked for, or the default; nothing else is known.
    fn new(options: &LoadOptions) -> Self {
        Self {
            size: options.image_size.unwrap_or(DEFAULT_SIZE),
            channels: if options.grayscale == Some(false) {
                3
            } else {
                1
            },
            one_size: false,
            all_grey: options.grayscale.is_none(),
            mixed: false,
        }
    }

    /// Whether there are colours is asked again, as faint ones may not outlive resizing.
    pub fn with_mixed_sizes(options: &LoadOptions) -> Self {
        Self {
            mixed: true,
            ..Self::new(options)
        }
    }

    pub fn with_colours(self) -> Self {
        Self {
            channels: 3,
            all_grey: false,
            ..self
        }
    }

    pub fn shape(self) -> SampleShape {
        SampleShape::Image {
            channels: self.channels,
            height: self.size.0,
            width: self.size.1,
        }
    }
}

/// A plan from a few images that lie far apart.
pub(super) fn guess(files: &dyn ImageFiles, options: &LoadOptions) -> Plan {
    let decoded = |index: usize, size: Option<(usize, usize)>| {
        let bytes = files.bytes(index).ok()?;
        decode(&bytes, size, options.background).ok()
    };
    // The size of each, and whether it is grey. The images themselves may be large.
    let look = |index: usize| {
        let Decoded { picture, facts } = decoded(index, None)?;
        Some((index, facts.size, picture.is_gray()))
    };
    let count = files.len().min(SAMPLE);
    let sample = (0..count).into_par_iter();
    let mut sample: Vec<_> = sample
        .filter_map(|index| look(index * files.len() / count))
        .collect();
    if sample.is_empty() {
        sample.extend((0..files.len()).into_par_iter().find_map_first(look));
    }
    let mut plan = Plan::new(options);
    if let (None, Some((_, size, _))) = (options.image_size, sample.first()) {
        (plan.size, plan.one_size) = (*size, true);
        if sample.iter().any(|(_, size, _)| *size != plan.size) {
            plan = Plan::with_mixed_sizes(options);
        }
    }
    // Colours may be too faint to outlive resizing.
    let stays_coloured = |&(index, _, grey): &(usize, _, bool)| {
        let resized = || decoded(index, Some(plan.size));
        !grey && resized().is_some_and(|image| !image.picture.is_gray())
    };
    match plan.all_grey && sample.iter().any(stays_coloured) {
        true => plan.with_colours(),
        false => plan,
    }
}

/// Whether any header says another size.
pub(super) fn sizes_differ(files: &dyn ImageFiles, size: (usize, usize)) -> bool {
    let differs = |index: usize| {
        let head = files.head(index, HEADER).ok()?;
        Some(size_of(&head).ok()? != size)
    };
    (0..files.len())
        .into_par_iter()
        .any(|index| differs(index) == Some(true))
}
