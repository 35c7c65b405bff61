//! `strokes`: a set of digit-like images that the program draws itself, so that it can be tried without a download.
//!
//! Ten classes, the digits, each with its ways of writing. A sample is a glyph whose control points are shaken, bent by
//! a smooth random field and put through a random affine map, then drawn with a pen of random width and darkness and
//! speckled with noise. Sample `i` of a split depends on the seed, the split and `i` only, uses no operation that differs
//! between machines (no sine, no exponential), and has class `i % 10`.
//!
//! A nearest neighbour in pixels gets about 42 % of the test images right from one random example per class, and about
//! 98 % from the whole training split.

mod glyphs;
mod hand;
mod pen;

use rayon::prelude::*;

use crate::random::stream;
use crate::readers::Parts;
use crate::{Dataset, Error, LoadOptions, SampleShape, Split};

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
pub(crate) const MEAN: f32 = 0.1378;
pub(crate) const STD: f32 = 0.2830;
pub(crate) const CLASS_NAMES: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const SHAPE: SampleShape = SampleShape::Image {
    channels: 1,
    height: SIDE,
    width: SIDE,
};

/// Draws the set for any seed. Its normalisation constants are those of [`SEED`].
///
/// # Errors
/// None in practice; the type is that of [`load`](crate::load).
pub fn draw(seed: u64) -> Result<Dataset, Error> {
    crate::load::load_strokes(seed, &LoadOptions::default())
}

pub(crate) fn parts(seed: u64) -> Parts {
    Parts {
        class_names: None,
        train: split(seed, "strokes train", TRAIN),
        validation: None,
        test: split(seed, "strokes test", TEST),
        notes: vec![format!("seed {seed}")],
    }
}

/// Samples in parallel; each has a random stream of its own, so the number of threads does not matter.
fn split(seed: u64, name: &str, len: usize) -> Split {
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
