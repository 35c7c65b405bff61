//! The input of a method or a coreset: the training split, never the test split.

use liebig_data::{Dataset, SampleShape, Space, Split};
use liebig_grad::{Device, Tensor};
use liebig_nn::Model;
use rand::Rng;
use rand::seq::index::sample;

use crate::run::Interrupt;
use crate::session::{Event, Observer};
use crate::set::samples;
use crate::{Budget, Error, class_names};

/// The input of a method.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// The training samples.
    pub train: &'a TrainingSet<'a>,
    /// The network to distil on.
    pub model: &'a dyn Model,
    /// How many samples each class gets.
    pub budget: &'a Budget,
    /// What to use where a class has fewer real samples than its budget.
    pub fill: Fill,
    /// The seed of every random stream.
    pub seed: u64,
    /// The device to compute on.
    pub device: &'a Device,
    /// Bytes of memory that the method may use. How much there is does not change what it computes.
    pub memory: u64,
    /// Checked during long iterations.
    pub interrupt: &'a Interrupt,
    /// Receives notes for the user.
    pub observer: &'a dyn Observer,
}

impl Task<'_> {
    /// Training samples as the input of a network, `[n, C, H, W]`.
    ///
    /// # Errors
    /// [`Error::Grad`].
    pub fn real(&self, indices: &[usize]) -> Result<Tensor, Error> {
        samples(self.train.values(indices), self.train.shape(), self.device)
    }

    /// Fails if a stop was requested.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn go_on(&self) -> Result<(), Error> {
        if self.interrupt.is_set() {
            return Err(Error::Interrupted);
        }
        Ok(())
    }

    /// Sends a note of one line to the user.
    pub fn note(&self, text: &str) {
        self.observer.observe(Event::Note(text));
    }
}

/// The training split with the indices of each class's samples.
pub struct TrainingSet<'a> {
    split: &'a Split,
    space: &'a Space,
    class_names: &'a [String],
    hash: &'a str,
    of_class: Vec<Vec<usize>>,
}

impl<'a> TrainingSet<'a> {
    /// The training split of a dataset.
    #[must_use]
    pub fn new(dataset: &'a Dataset) -> Self {
        Self {
            split: &dataset.train,
            space: &dataset.space,
            class_names: &dataset.class_names,
            hash: &dataset.hash,
            of_class: dataset.train.class_indices(dataset.class_names.len()),
        }
    }

    /// [`Dataset::hash`].
    #[must_use]
    pub fn dataset_hash(&self) -> &'a str {
        self.hash
    }

    /// The samples as they are stored.
    pub(crate) fn split(&self) -> &'a Split {
        self.split
    }

    /// The shape of one sample.
    #[must_use]
    pub fn shape(&self) -> SampleShape {
        self.split.shape()
    }

    /// How raw values are converted to those that networks train on.
    #[must_use]
    pub fn space(&self) -> &'a Space {
        self.space
    }

    /// Names of the classes in label order.
    #[must_use]
    pub fn class_names(&self) -> &'a [String] {
        self.class_names
    }

    /// The number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.class_names.len()
    }

    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.split.len()
    }

    /// The class with this name, or with this label.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<u32> {
        class_names::find(self.class_names, name)
    }

    /// Whether there are no samples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.split.is_empty()
    }

    /// The class of every sample.
    #[must_use]
    pub fn labels(&self) -> &'a [u32] {
        self.split.labels()
    }

    /// The indices of a class's samples, ascending. Like slice indexing, panics if there is no such class.
    #[must_use]
    pub fn of_class(&self, class: usize) -> &[usize] {
        &self.of_class[class]
    }

    /// The samples `indices` in the space that networks train on, row major. Like slice indexing, panics if one does not
    /// exist.
    #[must_use]
    pub fn values(&self, indices: &[usize]) -> Vec<f32> {
        self.split.batch(indices, self.space)
    }

    /// The indices of `count` different samples of a class, or of all if there are fewer, in random order.
    #[must_use]
    pub fn draw(&self, class: usize, count: usize, rng: &mut impl Rng) -> Vec<usize> {
        let all = &self.of_class[class];
        let places = sample(rng, all.len(), count.min(all.len()));
        places.into_iter().map(|place| all[place]).collect()
    }
}

/// What to use where a class has fewer real samples than are needed.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Fill {
    /// Repeats the real samples, in order.
    #[default]
    Repeat,
    /// Standard normal noise in the space that networks train on.
    Noise,
}
