//! A labelled set small enough to hold in memory: what methods make, baselines choose and networks train on.

use liebig_grad::{Device, Targets, Tensor};

use crate::Error;
use crate::artefact::{Artefact, Labels, Shape};

/// Samples in training space with their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct SmallSet {
    /// The shape of one sample.
    pub shape: Shape,
    /// `[n, C, H, W]` or `[n, F]`, row major, normalised.
    pub values: Vec<f32>,
    /// One label per sample.
    pub labels: Labels,
    /// The number of classes.
    pub classes: usize,
    /// The learning rate that was learnt with the set.
    pub learned_lr: Option<f32>,
}

impl SmallSet {
    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.shape.len().max(1)
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values of the samples `indices`, which must exist, in that order.
    #[must_use]
    pub fn values_of(&self, indices: &[usize]) -> Vec<f32> {
        let len = self.shape.len();
        indices
            .iter()
            .flat_map(|&index| &self.values[index * len..][..len])
            .copied()
            .collect()
    }

    /// The labels of all samples; scores are softmaxed.
    ///
    /// # Errors
    /// [`Error::Grad`].
    pub fn targets(&self, device: &Device) -> Result<Targets, Error> {
        match &self.labels {
            Labels::Hard(labels) => Ok(Targets::Hard(
                labels.iter().map(|&label| label as usize).collect(),
            )),
            Labels::Soft(scores) => {
                let rows = scores
                    .chunks_exact(self.classes)
                    .flat_map(softmax)
                    .collect();
                Ok(Targets::Soft(Tensor::from_vec(
                    rows,
                    &[self.len(), self.classes],
                    device,
                )?))
            }
        }
    }
}

impl From<&Artefact> for SmallSet {
    fn from(artefact: &Artefact) -> Self {
        Self {
            shape: artefact.metadata.shape,
            values: artefact.images.clone(),
            labels: artefact.labels.clone(),
            classes: artefact.metadata.class_names.len(),
            learned_lr: artefact.learned_lr,
        }
    }
}

fn softmax(scores: &[f32]) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}
