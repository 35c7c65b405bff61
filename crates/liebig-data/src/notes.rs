//! What was decided, converted, left out or found strange while a dataset was read.

use std::fmt;

use serde::Serialize;

/// A sentence about how a dataset was read, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// One line, without a full stop.
    pub text: String,
}

/// What a [`Note`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoteKind {
    /// How values are stored in the files: kinds, channels, bits.
    Stored,
    /// Something that was chosen where the files leave a choice, such as the label column or a split by seed.
    Chosen,
    /// Values that were changed on the way in, such as colours that became grey.
    Converted,
    /// Files or columns that are not in the dataset.
    Skipped,
    /// Values that were filled in, such as missing numbers.
    Repaired,
    /// Something that is probably not intended.
    Warning,
}

impl NoteKind {
    /// A note of this kind.
    pub(crate) fn note(self, text: impl Into<String>) -> Note {
        let text = text.into();
        Note { kind: self, text }
    }

    /// The name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Chosen => "chosen",
            Self::Converted => "converted",
            Self::Skipped => "skipped",
            Self::Repaired => "repaired",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for NoteKind {
    /// The name in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Note {
    /// `skipped: 2 hidden files`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.text)
    }
}

/// `Thumbs.db, a/x.txt and 3 more`: the first of many names.
pub(crate) fn some_of<T: fmt::Display>(names: &[T]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(T::to_string).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
