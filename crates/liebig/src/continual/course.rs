//! The steps in which data arrive.

use liebig_data::stream;
use rand::seq::SliceRandom;

use crate::Error;
use crate::config::Error as ConfigError;

/// What arrives in a step: the samples of some classes of one dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The dataset, a place among the [`Domains`](super::Domains).
    pub domain: usize,
    /// Its classes.
    pub classes: Vec<u32>,
}

/// The steps of a sequence: the classes of one dataset, or several datasets with the same classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    steps: Vec<Step>,
}

impl Course {
    /// `classes` classes of one dataset in an order drawn by the seed, in `steps` steps of equal size; the first ones have one
    /// more where that is not possible.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if a step would have fewer than two classes, which no method could tell apart.
    ///
    /// ```
    /// let course = liebig::continual::Course::of_classes(10, 5, 0)?;
    /// assert_eq!(course.steps().len(), 5);
    /// assert_eq!(course.steps()[4].classes.len(), 2);
    /// # Ok::<(), liebig::Error>(())
    /// ```
    pub fn of_classes(classes: usize, steps: usize, seed: u64) -> Result<Self, Error> {
        if steps == 0 || classes / steps.max(1) < 2 {
            let error = ConfigError::OutOfRange {
                key: "steps".into(),
                value: steps.to_string(),
                rule: format!(
                    "must be 1 to {}, so that each of {classes} classes has another in its step",
                    classes / 2
                ),
            };
            return Err(error.into());
        }
        let mut order: Vec<u32> = (0..classes as u32).collect();
        order.shuffle(&mut stream(seed, "continual/order", 0));
        let (size, more) = (classes / steps, classes % steps);
        let mut rest = &order[..];
        let step = |index: usize| {
            let (step, after) = rest.split_at(size + usize::from(index < more));
            rest = after;
            Step {
                domain: 0,
                classes: step.to_vec(),
            }
        };
        Ok(Self {
            steps: (0..steps).map(step).collect(),
        })
    }

    /// `domains` datasets with the same `classes` classes, one after the other.
    ///
    /// ```
    /// let course = liebig::continual::Course::of_domains(3, 10);
    /// assert_eq!(course.steps()[2].domain, 2);
    /// assert_eq!(course.steps()[2].classes.len(), 10);
    /// ```
    #[must_use]
    pub fn of_domains(domains: usize, classes: usize) -> Self {
        let step = |domain| Step {
            domain,
            classes: (0..classes as u32).collect(),
        };
        Self {
            steps: (0..domains).map(step).collect(),
        }
    }

    /// The steps in their order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}
