//! The distilled set as one `safetensors` file that carries its own recipe.
//!
//! `docs/artefact.md` specifies the format; this module is its only reader and writer. [`v2`] is the layout that is
//! written; [`v1`] can still be read. The bytes depend only on the content, not on time, path or machine.

mod check;
mod error;
mod provenance;
mod read;
mod tensors;
mod v1;
mod v2;
mod whitening;
mod write;

#[cfg(test)]
mod encoding_tests;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod v1_tests;

pub use error::Error;
pub use provenance::{DatasetId, Provenance};

use crate::Recipe;
use crate::set::SmallSet;

/// The version of the layout that is written.
pub const SCHEMA_VERSION: u32 = v2::VERSION;

/// A distilled set in memory, with everything needed to use it.
///
/// ```no_run
/// let artefact = liebig::artefact::Artefact::read("distilled.safetensors".as_ref())?;
/// println!("{} samples of {}", artefact.len(), artefact.set.shape);
/// println!("train with lr {}", artefact.recipe.protocol.lr);
/// let pixels = artefact.set.raw_values()?; // [n, C, H, W], in 0..=1 unless learnt values exceed it
/// # Ok::<(), liebig::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Artefact {
    /// The samples, labels and step sizes, in the space that networks train on.
    pub set: SmallSet,
    /// Names of the classes in label order.
    pub class_names: Vec<String>,
    /// How a fresh network is trained on the set.
    pub recipe: Recipe,
    /// Where the set came from.
    pub provenance: Provenance,
}

impl Artefact {
    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.set.labels.len(self.class_names.len())
    }

    /// Whether there are no samples; never true for a file that was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The class of each sample.
    #[must_use]
    pub fn classes(&self) -> Vec<u32> {
        self.set.labels.classes(self.class_names.len())
    }
}
