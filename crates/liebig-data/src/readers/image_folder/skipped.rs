//! What lies in an image folder but is not in the dataset.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::files::Place;
use crate::{Note, NoteKind};

/// Why something is not in the dataset. The order is that of the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// An image that is in no class folder.
    Loose,
    /// A folder beside the splits.
    Beside,
    /// A link to a folder that it lies in.
    Loop,
    /// An image of a kind that cannot be read.
    Unreadable,
    HiddenFolder,
    HiddenFile,
    /// What systems and tools leave behind.
    System,
    Other,
}

impl Why {
    /// In words, for one and for several.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Loose => (
                "image outside the class folders",
                "images outside the class folders",
            ),
            Self::Beside => ("folder beside the splits", "folders beside the splits"),
            Self::Loop => ("link to a folder above it", "links to folders above them"),
            Self::Unreadable => (
                "image of a kind that cannot be read",
                "images of kinds that cannot be read",
            ),
            Self::HiddenFolder => ("hidden folder", "hidden folders"),
            Self::HiddenFile => ("hidden file", "hidden files"),
            Self::System => ("system file", "system files"),
            Self::Other => ("other file", "other files"),
        }
    }
}

/// Counts of what is skipped, with the first names of each.
#[derive(Debug, Default)]
pub(super) struct Skipped(BTreeMap<Why, (usize, Vec<PathBuf>)>);

/// So many names are kept.
const NAMES: usize = 5;

impl Skipped {
    pub fn add(&mut self, why: Why, place: &Place) {
        let (count, names) = self.0.entry(why).or_default();
        *count += 1;
        if names.len() < NAMES {
            names.push(place.shown());
        }
    }

    pub fn merge(&mut self, other: Self) {
        for (why, (more, found)) in other.0 {
            let (count, names) = self.0.entry(why).or_default();
            *count += more;
            let room = NAMES - names.len().min(NAMES);
            names.extend(found.into_iter().take(room));
        }
    }

    /// One line for all: `1 hidden folder (train/.cache), 2 system files (Thumbs.db, train/Thumbs.db)`.
    pub fn note(&self, root: &Place) -> Option<Note> {
        let root = root.shown();
        let one = |(why, (count, names)): (&Why, &(usize, Vec<PathBuf>))| {
            let (single, several) = why.words();
            let words = if *count == 1 { single } else { several };
            let names: Vec<String> = names
                .iter()
                .map(|name| {
                    name.strip_prefix(&root)
                        .unwrap_or(name)
                        .display()
                        .to_string()
                })
                .collect();
            let more = match count.saturating_sub(names.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let names = names.join(", ");
            format!("{count} {words} ({names}{more})")
        };
        let all: Vec<String> = self.0.iter().map(one).collect();
        (!all.is_empty()).then(|| NoteKind::Skipped.note(all.join(", ")))
    }
}
