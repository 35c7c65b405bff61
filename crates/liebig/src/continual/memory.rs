//! The samples that are kept of earlier steps.

use std::fmt;

use liebig_data::{SampleShape, Space};
use serde::{Deserialize, Serialize};

use crate::set::SmallSet;
use crate::synthetic::Parameterization;
use crate::{Error, Labels};

/// How the samples of a memory are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As they are: learnt values in four bytes, pixels of real images in one.
    Learnt,
    /// Every value of an image in one byte, which learnt images are rounded to before networks see them.
    Bytes,
}

impl fmt::Display for Form {
    /// The name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Learnt => "learnt",
            Self::Bytes => "bytes",
        })
    }
}

/// The samples of all steps so far, with labels among all classes.
#[derive(Clone, Debug)]
pub struct Memory {
    classes: usize,
    shape: SampleShape,
    space: Space,
    values: Vec<f32>,
    /// `[n, classes]`.
    weights: Vec<f32>,
    /// Whether all labels are classes.
    hard: bool,
    /// Whether all samples are real ones.
    real: bool,
}

impl Memory {
    /// An empty memory for samples of a dataset with so many classes.
    #[must_use]
    pub fn new(classes: usize, shape: SampleShape, space: &Space) -> Self {
        Self {
            classes,
            shape,
            space: space.clone(),
            values: Vec::new(),
            weights: Vec::new(),
            hard: true,
            real: true,
        }
    }

    /// Adds the set of a step, whose classes are these of the whole dataset; `real` says whether its samples are real ones.
    ///
    /// # Errors
    /// [`Error::OtherKindOfData`] for samples of another kind.
    pub fn add(&mut self, set: &SmallSet, classes: &[u32], real: bool) -> Result<(), Error> {
        if set.shape != self.shape || set.classes != classes.len() {
            return Err(Error::OtherKindOfData {
                expected: format!("samples of {} in {} classes", self.shape, classes.len()),
                found: format!("samples of {} in {} classes", set.shape, set.classes),
            });
        }
        self.values.extend_from_slice(&set.values);
        for row in set
            .labels
            .weights(set.classes)
            .chunks_exact(set.classes.max(1))
        {
            let start = self.weights.len();
            self.weights.resize(start + self.classes, 0.0);
            for (&class, &weight) in classes.iter().zip(row) {
                self.weights[start + class as usize] = weight;
            }
        }
        self.hard &= matches!(set.labels, Labels::Hard(_));
        self.real &= real;
        Ok(())
    }

    /// Whether rounding to bytes may change it: whether it has learnt images.
    #[must_use]
    pub fn can_be_rounded(&self) -> bool {
        !self.real && matches!(self.shape, SampleShape::Image { .. })
    }

    /// The bytes that it takes: for each value four, or one of an image in bytes; for each label a number of the classes, or four
    /// for each weight.
    #[must_use]
    pub fn bytes(&self, form: Form) -> u64 {
        let in_bytes = form == Form::Bytes || self.real;
        let each = match self.shape {
            SampleShape::Image { .. } if in_bytes => 1,
            _ => 4,
        };
        let samples = self.values.len() / self.shape.len().max(1);
        let label = match self.hard {
            true => (self.classes.max(2) as f64).log2() / 8.0,
            false => 4.0 * self.classes as f64,
        };
        (each * self.values.len()) as u64 + (label * samples as f64).ceil() as u64
    }

    /// The set that networks are trained on.
    ///
    /// # Errors
    /// [`Error::Data`] if the space has no inverse for these samples.
    pub fn set(&self, form: Form) -> Result<SmallSet, Error> {
        let labels = match self.hard {
            true => Labels::Hard(Labels::Values(self.weights.clone()).classes(self.classes)),
            false => Labels::Values(self.weights.clone()),
        };
        let mut set = SmallSet {
            shape: self.shape,
            classes: self.classes,
            values: self.values.clone(),
            labels,
            step_sizes: Vec::new(),
            parameterization: Parameterization::Pixels,
            space: self.space.clone(),
        };
        if form == Form::Bytes && self.can_be_rounded() {
            let mut raw = set.raw_values()?;
            for value in &mut raw {
                *value = (value.clamp(0.0, 1.0) * 255.0).round() / 255.0;
            }
            self.space.enter(self.shape, &mut raw)?;
            set.values = raw;
        }
        Ok(set)
    }
}
