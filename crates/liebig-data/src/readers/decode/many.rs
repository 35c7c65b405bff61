//! Decodes all images of a dataset with all cores, straight into the arrays that hold them.

use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::plan::{Plan, guess, sizes_differ};
use super::tally::Tally;
use super::{Decoded, Facts, decode};
use crate::memory::{HINT_RESIZE, MemoryLimit};
use crate::notes::some_of;
use crate::{Error, LoadOptions, Note, NoteKind, SampleShape};

/// Image files, wherever they lie: in folders, in archives, in the cells of a table.
pub(crate) trait ImageFiles: Sync {
    fn len(&self) -> usize;

    /// A file's bytes, or the reason why they cannot be read.
    fn bytes(&self, index: usize) -> Result<Cow<'_, [u8]>, String>;

    /// The first `limit` bytes, or more.
    fn head(&self, index: usize, _limit: u64) -> Result<Cow<'_, [u8]>, String> {
        self.bytes(index)
    }

    /// What a message calls a file.
    fn name(&self, index: usize) -> String;
}

/// Images that are decoded.
pub(crate) struct Batch {
    /// One size and one number of channels for all.
    pub shape: SampleShape,
    /// For each group, the pixels of those of its images that could be read, `[n, C, H, W]`.
    pub pixels: Vec<Vec<u8>>,
    /// The indices of the files that could not be read, ascending. Empty unless `skip_bad` is set.
    pub bad: Vec<usize>,
    pub notes: Vec<Note>,
}

/// How one image went.
enum Outcome {
    Good(Facts),
    Bad(String),
    /// The plan does not hold.
    Unplanned,
}

/// What a plan was found not to hold for.
#[derive(Default)]
struct Found {
    other_size: AtomicBool,
    colour: AtomicBool,
}

impl Found {
    fn anything(&self) -> bool {
        self.other_size.load(Ordering::Relaxed) || self.colour.load(Ordering::Relaxed)
    }
}

/// What a pass over all images gave.
#[derive(Default)]
struct Report {
    tally: Tally,
    bad: Vec<(usize, String)>,
}

impl Report {
    fn add(mut self, index: usize, outcome: Outcome, size: (usize, usize)) -> Self {
        match outcome {
            Outcome::Good(facts) => self.tally.add(facts, size),
            Outcome::Bad(reason) => self.bad.push((index, reason)),
            Outcome::Unplanned => {}
        }
        self
    }

    fn merge(mut self, other: Self) -> Self {
        self.tally = self.tally.merge(other.tally);
        self.bad.extend(other.bad);
        self
    }
}

/// Decodes every file. The files are in groups of the lengths `groups`, one after the other, and each group becomes an array.
///
/// The size is the one that is asked for, or the one that all images have, or 32x32; there is one channel if it is asked for
/// or if every image is grey, otherwise three. `spare` further images will be in memory together with them.
///
/// # Errors
/// [`Error::BadImages`] with all files that cannot be read, unless `skip_bad` is set; [`Error::TooLarge`] before anything of
/// that size is allocated.
pub(crate) fn decode_all(
    files: &dyn ImageFiles,
    groups: &[usize],
    spare: usize,
    place: &Path,
    options: &LoadOptions,
    memory: MemoryLimit,
) -> Result<Batch, Error> {
    let mut plan = guess(files, options);
    let (report, mut pixels) = loop {
        if let Err(refused) = check_memory(files.len() + spare, plan, place, memory) {
            // Sizes that differ are not kept; then less memory may be enough.
            if plan.one_size && sizes_differ(files, plan.size) {
                plan = Plan::with_mixed_sizes(options);
                continue;
            }
            return Err(refused);
        }
        let found = Found::default();
        let (report, pixels) = pass(files, groups, plan, options, &found);
        if !found.anything() {
            break (report, pixels);
        }
        if found.other_size.into_inner() {
            plan = Plan::with_mixed_sizes(options);
        } else {
            plan = plan.with_colours();
        }
    };
    let mut notes = report
        .tally
        .notes(plan.channels, plan.size, plan.mixed, options);
    let Report { bad, .. } = report;
    if !bad.is_empty() {
        let reasons: Vec<String> = bad
            .iter()
            .map(|(index, reason)| format!("{}: {reason}", files.name(*index)))
            .collect();
        if !options.skip_bad {
            return Err(Error::BadImages {
                place: place.into(),
                bad: reasons,
                of: files.len(),
            });
        }
        let text = format!(
            "{} of {} image files that cannot be read: {}",
            bad.len(),
            files.len(),
            some_of(&reasons)
        );
        notes.push(NoteKind::Skipped.note(text));
    }
    let shape = plan.shape();
    let bad: Vec<usize> = bad.into_iter().map(|(index, _)| index).collect();
    close_gaps(&mut pixels, groups, &bad, shape.len());
    Ok(Batch {
        shape,
        pixels,
        bad,
        notes,
    })
}

fn check_memory(count: usize, plan: Plan, place: &Path, memory: MemoryLimit) -> Result<(), Error> {
    let shape = plan.shape();
    let needed = (count as u64).saturating_mul(shape.len() as u64);
    let what = || format!("{count} images of {shape}");
    memory.check(place, needed, what, HINT_RESIZE)
}

/// Decodes all images as planned, or until the plan is found not to hold.
fn pass(
    files: &dyn ImageFiles,
    groups: &[usize],
    plan: Plan,
    options: &LoadOptions,
    found: &Found,
) -> (Report, Vec<Vec<u8>>) {
    let len = plan.shape().len();
    // Zeros that the system gives: what is not written takes no memory.
    let mut pixels: Vec<Vec<u8>> = groups.iter().map(|count| vec![0; count * len]).collect();
    let slots: Vec<&mut [u8]> = pixels
        .iter_mut()
        .flat_map(|group| group.chunks_exact_mut(len))
        .collect();
    let report = slots
        .into_par_iter()
        .enumerate()
        .fold(Report::default, |report, (index, slot)| {
            let outcome = match found.anything() {
                true => Outcome::Unplanned,
                false => one(files, index, slot, plan, options, found),
            };
            report.add(index, outcome, plan.size)
        })
        .reduce(Report::default, Report::merge);
    (report, pixels)
}

/// Decodes an image into its place.
fn one(
    files: &dyn ImageFiles,
    index: usize,
    slot: &mut [u8],
    plan: Plan,
    options: &LoadOptions,
    found: &Found,
) -> Outcome {
    let decoded = files
        .bytes(index)
        .and_then(|bytes| decode(&bytes, Some(plan.size), options.background));
    let Decoded { picture, facts } = match decoded {
        Ok(decoded) => decoded,
        Err(reason) => return Outcome::Bad(reason),
    };
    let (other_size, colour) = (
        plan.one_size && facts.size != plan.size,
        plan.all_grey && !picture.is_gray(),
    );
    if other_size || colour {
        found.other_size.fetch_or(other_size, Ordering::Relaxed);
        found.colour.fetch_or(colour, Ordering::Relaxed);
        return Outcome::Unplanned;
    }
    picture.write(plan.channels, slot);
    Outcome::Good(facts)
}

/// Removes the places of bad images from the arrays.
fn close_gaps(pixels: &mut [Vec<u8>], groups: &[usize], bad: &[usize], len: usize) {
    let (mut start, mut bad) = (0, bad.iter().peekable());
    for (group, &count) in pixels.iter_mut().zip(groups) {
        let mut kept = 0;
        for index in 0..count {
            if bad.next_if_eq(&&(start + index)).is_some() {
                continue;
            }
            if kept < index {
                group.copy_within(index * len..(index + 1) * len, kept * len);
            }
            kept += 1;
        }
        start += count;
        if kept < count {
            group.truncate(kept * len);
            group.shrink_to_fit();
        }
    }
}
