//! Coresets: real samples, or simple means of them, chosen to stand for a dataset. A file each, and a line each in
//! [`CORESETS`]; each is a method (`liebig distill --method k-center`), a start (`method.init = "k-center"`) and a
//! baseline alike.
//!
//! The selection rules are plain functions of a matrix of points. Shared by several: `features` (what samples are compared
//! by), `network` (training one on real samples), `lloyd` (clusters) and `matrix` (distances).

mod choice;
mod class_mean;
mod coreset;
mod entry;
mod features;
mod forgetting;
mod herding;
mod k_center;
mod k_means;
mod label_solve;
mod lloyd;
mod matrix;
mod network;
mod random;
mod selection;

#[cfg(test)]
mod means_tests;
#[cfg(test)]
mod tests;

pub use choice::Choice;
pub use class_mean::ClassMean;
pub use coreset::Coreset;
pub use entry::Entry;
pub use features::Features;
pub use forgetting::Forgetting;
pub use herding::Herding;
pub use k_center::KCenter;
pub use k_means::{KMeans, Representative};
pub use label_solve::LabelSolve;
pub use random::Random;
pub use selection::Selection;

use crate::set::SmallSet;
use crate::{Error, Task};

/// Every coreset.
pub const CORESETS: &[Entry] = &[
    Entry::of::<Random>(),
    Entry::of::<Herding>(),
    Entry::of::<KCenter>(),
    Entry::of::<KMeans>(),
    Entry::of::<ClassMean>(),
    Entry::of::<Forgetting>(),
    Entry::of::<LabelSolve>(),
];

/// The coreset of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    CORESETS.iter().find(|entry| entry.name() == name)
}

/// Random real samples; another `draw` gives others.
///
/// # Errors
/// [`Error::Interrupted`].
pub fn random(task: &Task<'_>, draw: u64) -> Result<SmallSet, Error> {
    choice::choose(&Random::default(), task, draw)
}
