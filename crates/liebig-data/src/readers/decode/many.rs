//! Decodes all images of a dataset with all cores, straight to where they stay: in memory, or on disk if they do not fit.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::plan::{Plan, guess, sizes_differ};
use super::tally::Tally;
use super::{Decoded, Facts, decode};
use crate::memory::{MemoryLimit, bytes as in_words};
use crate::notes::some_of;
use crate::pixels::{Pixels, Scratch};
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
    pub pixels: Vec<Pixels>,
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
/// or if every image is grey, otherwise three. `spare` further images will be in memory together with them. What is over
/// the memory limit is kept in a temporary file.
///
/// # Errors
/// [`Error::BadImages`] with all files that cannot be read, unless `skip_bad` is set; [`Error::Scratch`] if the temporary
/// file cannot be written.
pub(crate) fn decode_all(
    files: &dyn ImageFiles,
    groups: &[usize],
    spare: usize,
    place: &Path,
    options: &LoadOptions,
    memory: MemoryLimit,
) -> Result<Batch, Error> {
    let mut plan = guess(files, options);
    let mut on_disk = None;
    let (report, mut pixels) = loop {
        let needed = ((files.len() + spare) as u64).saturating_mul(plan.shape().len() as u64);
        let fits = needed <= memory.left();
        // Sizes that differ are not kept; then less memory may be enough.
        if !fits && plan.one_size && sizes_differ(files, plan.size) {
            plan = Plan::with_mixed_sizes(options);
            continue;
        }
        let found = Found::default();
        let (report, pixels) = match fits {
            true => pass(files, groups, plan, options, &found),
            false => {
                let (report, pixels, folder) = pass_to_disk(files, groups, plan, options, &found)?;
                on_disk = Some((needed, folder));
                (report, pixels)
            }
        };
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
    if let Some((needed, folder)) = on_disk {
        let text = format!(
            "{} images of {shape} do not fit in {} of memory: {} are kept in a temporary file in {}",
            files.len(),
            in_words(memory.left()),
            in_words(needed),
            folder.display()
        );
        notes.push(NoteKind::Chosen.note(text));
    }
    let bad: Vec<usize> = bad.into_iter().map(|(index, _)| index).collect();
    close_gaps(&mut pixels, groups, &bad, shape.len());
    Ok(Batch {
        shape,
        pixels,
        bad,
        notes,
    })
}

/// Decodes all images as planned, or until the plan is found not to hold.
fn pass(
    files: &dyn ImageFiles,
    groups: &[usize],
    plan: Plan,
    options: &LoadOptions,
    found: &Found,
) -> (Report, Vec<Pixels>) {
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
    (report, pixels.into_iter().map(Pixels::Memory).collect())
}

/// The same to a temporary file; also its folder.
fn pass_to_disk(
    files: &dyn ImageFiles,
    groups: &[usize],
    plan: Plan,
    options: &LoadOptions,
    found: &Found,
) -> Result<(Report, Vec<Pixels>, PathBuf), Error> {
    let len = plan.shape().len();
    let scratch = Scratch::new(len)?;
    let report = (0..files.len())
        .into_par_iter()
        .try_fold(Report::default, |report, index| {
            let outcome = match found.anything() {
                true => Outcome::Unplanned,
                false => {
                    let mut slot = vec![0; len];
                    let outcome = one(files, index, &mut slot, plan, options, found);
                    scratch.write(index, &slot)?;
                    outcome
                }
            };
            Ok::<_, Error>(report.add(index, outcome, plan.size))
        })
        .try_reduce(Report::default, |one, other| Ok(one.merge(other)))?;
    let folder = scratch.folder().to_owned();
    Ok((report, scratch.finish(groups)?, folder))
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
fn close_gaps(pixels: &mut [Pixels], groups: &[usize], bad: &[usize], len: usize) {
    let (mut start, mut bad) = (0, bad.iter().peekable());
    for (group, &count) in pixels.iter_mut().zip(groups) {
        let good = |index: &usize| bad.next_if_eq(&&(start + index)).is_none();
        let kept: Vec<usize> = (0..count).filter(good).collect();
        start += count;
        if kept.len() < count {
            group.keep(&kept, len);
        }
    }
}
