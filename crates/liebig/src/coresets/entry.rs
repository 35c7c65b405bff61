//! A line of the registry.

use super::{Coreset, Selection, choice};
use crate::set::SmallSet;
use crate::{Error, Task, methods};

/// A coreset by name.
pub struct Entry {
    method: methods::Entry,
    varies: bool,
    real: bool,
    relabels: bool,
    choose: fn(&Task<'_>, u64) -> Result<SmallSet, Error>,
}

impl Entry {
    /// The entry of a selection.
    #[must_use]
    pub const fn of<S: Selection>() -> Self {
        Self {
            method: methods::Entry::of::<Coreset<S>>(),
            varies: S::VARIES,
            real: S::REAL,
            relabels: S::RELABELS,
            choose: |task, draw| choice::choose(&S::default(), task, draw),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.method.name
    }

    /// The coreset as a method.
    #[must_use]
    pub fn method(&self) -> &methods::Entry {
        &self.method
    }

    /// [`Selection::REAL`].
    #[must_use]
    pub fn real(&self) -> bool {
        self.real
    }

    /// [`Selection::VARIES`].
    #[must_use]
    pub fn varies(&self) -> bool {
        self.varies
    }

    /// [`Selection::RELABELS`].
    #[must_use]
    pub fn relabels(&self) -> bool {
        self.relabels
    }

    /// The set that it chooses with its default settings.
    ///
    /// # Errors
    /// As [`Selection::select`].
    pub fn choose(&self, task: &Task<'_>, draw: u64) -> Result<SmallSet, Error> {
        (self.choose)(task, draw)
    }
}
