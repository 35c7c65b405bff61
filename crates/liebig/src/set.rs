//! A labelled set that is small enough to hold in memory, made by methods and coresets and used to train networks.

use liebig_data::{SampleShape, Space};
use liebig_grad::{Device, Tensor};
use rand::Rng;

use crate::artefact::Artefact;
use crate::synthetic::Parameterization;
use crate::{Error, Labels};

/// Samples in the space that networks train on, with their labels.
#[derive(Clone, Debug, PartialEq)]
pub struct SmallSet {
    /// The shape of one sample.
    pub shape: SampleShape,
    /// The number of classes.
    pub classes: usize,
    /// `[n, C, H, W]` or `[n, F]`, row major, in the space that networks train on.
    pub values: Vec<f32>,
    /// One label per sample.
    pub labels: Labels,
    /// Learnt step sizes: none, a single one for all steps, or one for each step.
    pub step_sizes: Vec<f32>,
    /// What the samples belong to, if they are not samples of their own.
    pub parameterization: Parameterization,
    /// The space: how the values were computed from raw ones.
    pub space: Space,
}

impl SmallSet {
    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.shape.len().max(1)
    }

    /// Whether there are no samples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The values of the samples `indices`, in that order. Like slice indexing, panics if one does not exist.
    #[must_use]
    pub fn values_of(&self, indices: &[usize]) -> Vec<f32> {
        let len = self.shape.len();
        indices
            .iter()
            .flat_map(|&index| &self.values[index * len..][..len])
            .copied()
            .collect()
    }

    /// The set after a random shift of its pictures, as networks train on it in an epoch; `None` if its samples are no parts of
    /// larger ones.
    #[must_use]
    pub fn shifted(&self, rng: &mut impl Rng) -> Option<Self> {
        let places = self.parameterization.shifted(self.shape, self.len(), rng)?;
        let values = places.into_iter().map(|place| self.values[place]);
        Some(Self {
            values: values.collect(),
            ..self.clone()
        })
    }

    /// The raw values of the samples: pixels (in 0..=1, unless learnt values exceed it) or features in original units.
    ///
    /// # Errors
    /// [`Error::Data`] if the space does not match samples of this shape.
    pub fn raw_values(&self) -> Result<Vec<f32>, Error> {
        let mut values = self.values.clone();
        self.space.leave(self.shape, &mut values)?;
        Ok(values)
    }

    /// Bits per class: 32 for each value of a sample, plus those of labels and step sizes.
    #[must_use]
    pub fn bits_per_class(&self) -> f64 {
        let values = 32 * (self.values.len() + self.step_sizes.len()) as u64;
        (values + self.labels.bits(self.classes)) as f64 / self.classes.max(1) as f64
    }
}

impl From<&Artefact> for SmallSet {
    fn from(artefact: &Artefact) -> Self {
        artefact.set.clone()
    }
}

/// Row-major values as the input of a network, `[n, C, H, W]` (a table row is an image of one line).
///
/// # Errors
/// [`Error::Grad`] if the number of values is not a multiple of a sample's size.
pub fn samples(values: Vec<f32>, shape: SampleShape, device: &Device) -> Result<Tensor, Error> {
    let [channels, height, width] = shape.planes();
    let count = values.len() / shape.len().max(1);
    let dims = [count, channels, height, width];
    Ok(Tensor::from_vec(values, &dims, device)?)
}
