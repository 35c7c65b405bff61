//! `strokes`: a set of digit-like images that the program draws itself, so that it can be tried without a download.
//!
//! There are ten classes, the digits, each with one to three ways of writing it. A sample is a glyph whose control points
//! are moved at random, bent by a smooth random field and put through a random affine map, then drawn with a pen of random
//! width and darkness, with noise added. Sample `i` of a split depends on the seed, the split and `i` only, has class
//! `i % 10`, and is computed without operations that differ between machines (no sine, no exponential).
//!
//! A nearest-neighbour classifier on pixels gets about 42 % of the test images right from one random example per class,
//! and about 98 % from the whole training split.

mod glyphs;
mod hand;
mod pen;

use rayon::prelude::*;

use crate::assemble::{Origin, assemble};
use crate::entry::Entry;
use crate::memory::MemoryLimit;
use crate::parts::Parts;
use crate::random::stream;
use crate::{Dataset, Error, Format, LoadOptions, NoteKind, SampleShape, Split};

/// The name to ask for.
pub const NAME: &str = "strokes";
/// The seed of the set that goes by this name.
pub const SEED: u64 = 0;
/// Height and width in pixels.
pub const SIDE: usize = 28;
/// Training samples, the same number of every class.
pub const TRAIN: usize = 10_000;
/// Test samples, the same number of every class.
pub const TEST: usize = 2_000;

/// Mean and standard deviation of the training pixels for [`SEED`], measured once.
const MEAN: f32 = 0.1378;
const STD: f32 = 0.2830;
const CLASS_NAMES: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const SHAPE: SampleShape = SampleShape::Image {
    channels: 1,
    height: SIDE,
    width: SIDE,
};

/// What is known of the set by its name.
pub(crate) const ENTRY: Entry = Entry {
    name: NAME,
    aliases: &[],
    description: "digit-like strokes drawn by the program; 10,000 + 2,000",
    shape: SHAPE,
    classes: CLASS_NAMES.len(),
    class_names: &CLASS_NAMES,
    mean: &[MEAN],
    std: &[STD],
    built_in: Some(|| parts(SEED)),
};

/// Draws the set for any seed. Its normalisation constants are those of [`SEED`].
///
/// # Errors
/// No error is expected; the type is the same as that of [`load`](crate::load).
pub fn draw(seed: u64) -> Result<Dataset, Error> {
    let origin = Origin {
        name: NAME.into(),
        format: Format::BUILT_IN,
        at: None,
        entry: Some(&ENTRY),
    };
    let options = LoadOptions::default();
    assemble(origin, parts(seed)?, &options, MemoryLimit::NONE)
}

fn parts(seed: u64) -> Result<Parts, Error> {
    Ok(Parts {
        encoding: None,
        class_names: None,
        train: split(seed, "strokes train", TRAIN)?,
        validation: None,
        test: split(seed, "strokes test", TEST)?,
        notes: vec![NoteKind::Chosen.note(format!("seed {seed}"))],
    })
}

/// Samples in parallel; each has a random stream of its own, so the number of threads does not matter.
fn split(seed: u64, name: &str, len: usize) -> Result<Split, Error> {
    let classes = CLASS_NAMES.len();
    let mut pixels = vec![0; len * SHAPE.len()];
    pixels
        .par_chunks_exact_mut(SHAPE.len())
        .enumerate()
        .for_each(|(index, image)| {
            let mut rng = stream(seed, name, index as u64);
            let lines = hand::write(index % classes, &mut rng);
            pen::draw(&lines, image, &mut rng);
        });
    let labels = (0..len).map(|index| (index % classes) as u32).collect();
    Split::images(SHAPE, pixels, labels)
}

#[cfg(test)]
mod tests;
