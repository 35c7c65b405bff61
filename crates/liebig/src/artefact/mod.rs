//! The distilled set as one `safetensors` file that carries its own recipe.
//!
//! The format is written down in `docs/artefact.md`; this module is its only reader and writer. The bytes depend on
//! nothing but the content: no time, no path, no machine.

mod check;
mod error;
mod metadata;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use metadata::{
    Augmentation, DatasetId, LabelKind, LrDrop, Metadata, ModelSpec, Normalization, Optimizer,
    Provenance, Published, Recipe, SCHEMA_VERSION, Shape, Whitening,
};

/// A distilled set in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Artefact {
    /// The samples in the space networks train on (normalised): `[n, C, H, W]` for images, `[n, F]` for tables, row major.
    pub images: Vec<f32>,
    /// One label per sample.
    pub labels: Labels,
    /// The learning rate that the method learnt with the set, if it learns one; positive.
    pub learned_lr: Option<f32>,
    /// Everything needed to use the set.
    pub metadata: Metadata,
}

/// The labels of `n` samples.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// A class index per sample, each below the number of classes.
    Hard(Vec<u32>),
    /// Class scores per sample, `[n, classes]`, row major.
    Soft(Vec<f32>),
}

impl Artefact {
    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.labels {
            Labels::Hard(labels) => labels.len(),
            Labels::Soft(scores) => scores.len() / self.metadata.class_names.len().max(1),
        }
    }

    /// Whether there is no sample at all; never true of a file that was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The class of each sample.
    #[must_use]
    pub fn classes(&self) -> Vec<u32> {
        self.labels.classes(self.metadata.class_names.len())
    }
}

impl Labels {
    /// The class of each sample: the label itself, or the highest score (the first among equals).
    #[must_use]
    pub fn classes(&self, classes: usize) -> Vec<u32> {
        match self {
            Self::Hard(labels) => labels.clone(),
            Self::Soft(scores) => scores.chunks_exact(classes.max(1)).map(highest).collect(),
        }
    }
}

fn highest(scores: &[f32]) -> u32 {
    let mut best = 0;
    for (index, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = index;
        }
    }
    u32::try_from(best).unwrap_or(u32::MAX)
}
