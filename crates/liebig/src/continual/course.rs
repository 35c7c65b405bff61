//! The steps in which classes arrive.

use liebig_data::{Dataset, Split, stream};
use rand::seq::SliceRandom;

use crate::Error;
use crate::config::Error as ConfigError;

/// The classes of each step, for one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    steps: Vec<Vec<u32>>,
}

impl Course {
    /// `classes` classes in an order drawn by the seed, in `steps` steps of equal size; the first ones have one more where that
    /// is not possible.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] if a step would have fewer than two classes, which no method could tell apart.
    ///
    /// ```
    /// let course = liebig::continual::Course::new(10, 5, 0)?;
    /// assert_eq!(course.steps().len(), 5);
    /// assert_eq!(course.seen(2).len(), 6);
    /// # Ok::<(), liebig::Error>(())
    /// ```
    pub fn new(classes: usize, steps: usize, seed: u64) -> Result<Self, Error> {
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
            step.to_vec()
        };
        Ok(Self {
            steps: (0..steps).map(step).collect(),
        })
    }

    /// The classes of each step.
    #[must_use]
    pub fn steps(&self) -> &[Vec<u32>] {
        &self.steps
    }

    /// The classes of a step and of those before it, in the order of their arrival. Like slice indexing, panics if there is no
    /// such step.
    #[must_use]
    pub fn seen(&self, step: usize) -> Vec<u32> {
        self.steps[..=step].concat()
    }

    /// The samples of a split that have one of these classes.
    pub(super) fn of(split: &Split, classes: &[u32]) -> Split {
        let has = |index: &usize| classes.contains(&split.labels()[*index]);
        split.subset(&(0..split.len()).filter(has).collect::<Vec<_>>())
    }

    /// The test samples of all classes that were seen after a step.
    #[must_use]
    pub fn test(&self, dataset: &Dataset, step: usize) -> Split {
        Self::of(&dataset.test, &self.seen(step))
    }
}
