//! Counts how images were stored and what was changed on the way in.

use std::collections::BTreeMap;

use super::Facts;
use super::stored::{Colour, Stored};
use crate::{LoadOptions, Note, NoteKind};

/// Counts of images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    stored: BTreeMap<Stored, usize>,
    transparent: usize,
    turned: usize,
    resized: usize,
}

/// How many images make a tally's notes plural.
fn images(count: usize) -> String {
    match count {
        1 => "1 image".into(),
        _ => format!("{count} images"),
    }
}

impl Tally {
    /// Counts an image that was brought to `size`.
    pub fn add(&mut self, facts: Facts, size: (usize, usize)) {
        *self.stored.entry(facts.stored).or_default() += 1;
        self.transparent += usize::from(facts.transparent);
        self.turned += usize::from(facts.turned);
        self.resized += usize::from(facts.size != size);
    }

    pub fn merge(mut self, other: Self) -> Self {
        for (stored, count) in other.stored {
            *self.stored.entry(stored).or_default() += count;
        }
        self.transparent += other.transparent;
        self.turned += other.turned;
        self.resized += other.resized;
        self
    }

    /// Of the images that are counted, those of which `which` is true.
    fn of(&self, which: impl Fn(&Stored) -> bool) -> usize {
        let of = self.stored.iter().filter(|(stored, _)| which(stored));
        of.map(|(_, count)| count).sum()
    }

    /// What was found and done, for a set that has `channels` and the size `size` now. `mixed`: the size was chosen because
    /// the images had different ones.
    pub fn notes(
        &self,
        channels: usize,
        (height, width): (usize, usize),
        mixed: bool,
        options: &LoadOptions,
    ) -> Vec<Note> {
        let mut notes = Vec::new();
        // The most frequent first.
        let mut stored: Vec<(&Stored, &usize)> = self.stored.iter().collect();
        stored.sort_by_key(|(_, count)| usize::MAX - **count);
        if !stored.is_empty() {
            let one = |(stored, count): (&Stored, &usize)| format!("{count} {stored}");
            let all: Vec<String> = stored.into_iter().map(one).collect();
            notes.push(NoteKind::Stored.note(all.join(", ")));
        }
        let mut converted = |count: usize, what: &str| {
            if count > 0 {
                let text = format!("{}: {what}", images(count));
                notes.push(NoteKind::Converted.note(text));
            }
        };
        converted(
            self.turned,
            "turned upright, as their EXIF orientation says",
        );
        let background = format!("transparent pixels put on {}", options.background);
        converted(self.transparent, &background);
        converted(
            self.of(|stored| stored.bits > 8 && stored.bits <= 16),
            "16 bits rounded to 8",
        );
        converted(
            self.of(|stored| stored.bits > 16),
            "floating-point numbers rounded to 8 bits",
        );
        converted(
            self.of(|stored| stored.colour == Colour::Cmyk),
            "CMYK to RGB",
        );
        let grey = self.of(|stored| matches!(stored.colour, Colour::Grey | Colour::GreyAlpha));
        match (channels, options.grayscale) {
            (1, Some(true)) => converted(self.of(|_| true) - grey, "colours to grey"),
            (1, _) => converted(
                self.of(|_| true) - grey,
                "stored with colours but grey, one channel kept",
            ),
            _ => converted(grey, "grey to RGB"),
        }
        match mixed {
            true => {
                let text = format!("images of different sizes, all resized to {height}x{width}");
                notes.push(NoteKind::Converted.note(text));
            }
            false => converted(self.resized, &format!("resized to {height}x{width}")),
        }
        notes
    }
}
