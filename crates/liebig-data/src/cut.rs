//! Cuts the pictures of a split into patches.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use crate::memory::{HINT_RESIZE, MemoryLimit};
use crate::split::Sample;
use crate::{Error, Groups, Note, NoteKind, Patches, SampleShape, Split};

/// Pixels above this are content: a tenth of white.
const DARK: u8 = 25;

/// What is worth keeping of one picture: places in the list of corners.
struct Kept {
    full: Vec<usize>,
    /// The place with most content (the first of equals), and the number of its bright pixels.
    fullest: (usize, u32),
}

/// Cuts every picture of the splits, which have the same shape and these names; patches have the picture's label and patient.
///
/// Patches with too little content are left out, but of the pictures of a patient with one label, the patch with most
/// content stays in any case. Without patients, every picture is a patient of its own.
///
/// # Errors
/// [`Error::Setting`] for a table and for patches larger than the pictures, [`Error::TooLarge`].
pub(crate) fn cut(
    splits: Vec<(&'static str, &mut Split)>,
    patches: &Patches,
    place: &Path,
    memory: MemoryLimit,
) -> Result<Vec<Note>, Error> {
    let (mut all, mut stayed, mut rescued, mut taken) = (0, 0, 0, 0);
    let mut before = None;
    for (name, split) in splits {
        before = Some(split.shape());
        all += split.len() * corners(split.shape(), patches)?.len();
        taken += (split.len() * split.shape().len()) as u64;
        let extra;
        (*split, extra) = cut_one(split, name, patches, place, memory.less(taken))?;
        taken += (split.len() * split.shape().len()) as u64;
        stayed += split.len();
        rescued += extra;
    }
    let Patches { size, stride, .. } = patches;
    let shape = before.map_or_else(String::new, |shape| shape.to_string());
    let text = format!("images of {shape} cut into patches of {size}x{size}, {stride} apart");
    let mut notes = vec![NoteKind::Chosen.note(text)];
    if stayed < all {
        let left_out = all - stayed;
        let percent = 100.0 * patches.min_content;
        let mut text = format!("{left_out} of {all} patches with under {percent} % of content");
        if rescued > 0 {
            text += &format!("; {rescued} more kept as the only ones of a patient");
        }
        notes.push(NoteKind::Skipped.note(text));
    }
    Ok(notes)
}

fn corners(shape: SampleShape, patches: &Patches) -> Result<Vec<(usize, usize)>, Error> {
    match shape {
        SampleShape::Image { height, width, .. } => patches.corners((height, width)),
        SampleShape::Table { .. } => Err(Error::Setting {
            setting: "data.patches",
            found: format!("{patches} for a table"),
            expected: "no patches, as only pictures can be cut",
        }),
    }
}

/// The patches of a split, and the number of those that have too little content.
fn cut_one(
    split: &Split,
    name: &str,
    patches: &Patches,
    place: &Path,
    memory: MemoryLimit,
) -> Result<(Split, usize), Error> {
    let corners = corners(split.shape(), patches)?;
    let [channels, height, width] = split.shape().planes();
    let shape = SampleShape::Image {
        channels,
        height: patches.size,
        width: patches.size,
    };
    let picture = |index| match split.raw(index) {
        Sample::Pixels(pixels) => pixels,
        Sample::Features(_) => &[],
    };
    let size = (height, width);
    let mut kept: Vec<Kept> = (0..split.len())
        .into_par_iter()
        .map(|index| worth_keeping(picture(index), size, patches, &corners))
        .collect();
    let groups = match split.groups() {
        Some(groups) => groups.clone(),
        None => Groups::by_name((0..split.len()).map(|index| format!("{name}/{index}"))),
    };
    let rescued = rescue(&mut kept, &groups, split.labels());
    let count: usize = kept.iter().map(|kept| kept.full.len()).sum();
    memory.check(
        place,
        (count as u64).saturating_mul(shape.len() as u64),
        || format!("{count} patches of {shape}"),
        HINT_RESIZE,
    )?;
    let mut pixels = Vec::with_capacity(count * shape.len());
    let mut pictures = Vec::with_capacity(count);
    for (index, kept) in kept.iter().enumerate() {
        for &place in &kept.full {
            copy_patch(
                picture(index),
                size,
                patches.size,
                corners[place],
                &mut pixels,
            );
            pictures.push(index);
        }
    }
    let labels = pictures.iter().map(|&picture| split.labels()[picture]);
    let cut = Split::images(shape, pixels, labels.collect())?;
    Ok((cut.in_groups(Some(groups.choose(pictures)))?, rescued))
}

/// The patches with enough content. A pixel is bright if any of its channels is.
fn worth_keeping(
    pixels: &[u8],
    (height, width): (usize, usize),
    patches: &Patches,
    corners: &[(usize, usize)],
) -> Kept {
    // How many pixels above and to the left of each corner between pixels are bright.
    let wide = width + 1;
    let mut sums = vec![0_u32; (height + 1) * wide];
    for y in 0..height {
        let mut row = 0;
        for x in 0..width {
            let mut channels = pixels[y * width + x..].iter().step_by(height * width);
            row += u32::from(channels.any(|&pixel| pixel > DARK));
            sums[(y + 1) * wide + x + 1] = sums[y * wide + x + 1] + row;
        }
    }
    let size = patches.size;
    let area = (size * size) as f64;
    let mut kept = Kept {
        full: Vec::new(),
        fullest: (0, 0),
    };
    for (place, &(y, x)) in corners.iter().enumerate() {
        let at = |y: usize, x: usize| sums[y * wide + x];
        let bright = at(y + size, x + size) + at(y, x) - at(y, x + size) - at(y + size, x);
        if f64::from(bright) / area >= patches.min_content {
            kept.full.push(place);
        }
        if bright > kept.fullest.1 {
            kept.fullest = (place, bright);
        }
    }
    kept
}

/// Gives every patient a patch for each label that they have pictures with; returns the number of these patches.
fn rescue(kept: &mut [Kept], groups: &Groups, labels: &[u32]) -> usize {
    // The picture to take it from, or `None` if there are patches already.
    let mut best: BTreeMap<(u32, u32), Option<usize>> = BTreeMap::new();
    for (index, (&patient, &label)) in groups.of().iter().zip(labels).enumerate() {
        let best = best.entry((patient, label)).or_insert(Some(index));
        if !kept[index].full.is_empty() {
            *best = None;
        } else if let Some(other) = best
            && kept[index].fullest.1 > kept[*other].fullest.1
        {
            *best = Some(index);
        }
    }
    let chosen: Vec<usize> = best.into_values().flatten().collect();
    for &index in &chosen {
        kept[index].full.push(kept[index].fullest.0);
    }
    chosen.len()
}

/// Appends a patch, `[C, size, size]`, of a picture, `[C, H, W]`.
fn copy_patch(
    picture: &[u8],
    (height, width): (usize, usize),
    size: usize,
    (y, x): (usize, usize),
    pixels: &mut Vec<u8>,
) {
    for plane in picture.chunks_exact(height * width) {
        for row in plane.chunks_exact(width).skip(y).take(size) {
            pixels.extend_from_slice(&row[x..x + size]);
        }
    }
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
