//! The synthetic set during learning: samples, labels and step sizes, each with its optimiser.

mod average;
mod clip;
mod cotangents;
mod group;
mod labels;
mod parameterization;
mod step_sizes;

#[cfg(test)]
mod tests;

pub use average::Average;
pub use clip::Clip;
pub use cotangents::Cotangents;
pub use group::Group;
pub use labels::LearntLabels;
pub use parameterization::Parameterization;
pub use step_sizes::{Positive, StepSizes};

use liebig_data::{SampleShape, Space};
use liebig_grad::{Device, Targets, Tensor};

use crate::set::SmallSet;
use crate::{Budget, Error, State};

/// The name of the temperature in a checkpoint.
const TEMPERATURE: &str = "temperature";

/// Everything that a method learns. Updating, saving and restoring are implemented here, once for all methods.
pub struct Synthetic {
    shape: SampleShape,
    space: Space,
    budget: Budget,
    parameterization: Parameterization,
    samples: Group,
    labels: LearntLabels,
    step_sizes: Option<StepSizes>,
    temperature: Option<Group>,
    average: Option<Average>,
    label_average: Option<Average>,
    clip: Option<Clip>,
    /// Whether the samples are learnt.
    learns_samples: bool,
}

impl Synthetic {
    /// A set of learnt samples, ordered by class according to the budget, with hard labels.
    ///
    /// `samples` holds them as `[n, C, H, W]` (a table row is an image of one line).
    #[must_use]
    pub fn new(budget: Budget, shape: SampleShape, space: Space, samples: Group) -> Self {
        Self {
            shape,
            space,
            labels: LearntLabels::Fixed(budget.labels()),
            budget,
            parameterization: Parameterization::Pixels,
            samples,
            step_sizes: None,
            temperature: None,
            average: None,
            label_average: None,
            clip: None,
            learns_samples: true,
        }
    }

    /// Keeps the samples as they are; only labels and step sizes are learnt.
    #[must_use]
    pub fn with_fixed_samples(self) -> Self {
        Self {
            learns_samples: false,
            ..self
        }
    }

    /// Limits the norm of the gradients.
    #[must_use]
    pub fn with_clip(self, clip: Clip) -> Self {
        Self {
            clip: Some(clip),
            ..self
        }
    }

    /// Says what the samples belong to.
    #[must_use]
    pub fn with_parameterization(self, parameterization: Parameterization) -> Self {
        Self {
            parameterization,
            ..self
        }
    }

    /// Uses the given labels instead of the classes.
    #[must_use]
    pub fn with_labels(self, labels: LearntLabels) -> Self {
        Self { labels, ..self }
    }

    /// Adds learnt step sizes.
    #[must_use]
    pub fn with_step_sizes(self, step_sizes: StepSizes) -> Self {
        Self {
            step_sizes: Some(step_sizes),
            ..self
        }
    }

    /// Adds a learnt temperature of the loss: a group of one value, its logarithm. It is not part of the set.
    #[must_use]
    pub fn with_temperature(self, logarithm: Group) -> Self {
        Self {
            temperature: Some(logarithm),
            ..self
        }
    }

    /// Adds exponential moving averages of the samples and of the labels, if they are learnt, which are then the result.
    #[must_use]
    pub fn with_average(self, decay: f64) -> Self {
        let labels = self.labels.value();
        Self {
            average: Some(Average::new("average", decay, self.samples.value())),
            label_average: labels.map(|labels| Average::new("labels.average", decay, labels)),
            ..self
        }
    }

    /// The number of samples of each class.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// All samples, `[n, C, H, W]`; constants.
    #[must_use]
    pub fn samples(&self) -> &Tensor {
        self.samples.value()
    }

    /// The samples of one class, `[n, C, H, W]`; constants.
    ///
    /// # Errors
    /// [`Error::Grad`] if there is no such class.
    pub fn of_class(&self, class: usize) -> Result<Tensor, Error> {
        let range = self.budget.range(class);
        Ok(self.samples.value().slice(0, range.start, range.end)?)
    }

    /// The training targets for a network, for all samples.
    ///
    /// # Errors
    /// [`Error::Grad`].
    pub fn targets(&self) -> Result<Targets, Error> {
        self.labels.targets()
    }

    /// The step sizes, if they are learnt.
    #[must_use]
    pub fn step_sizes(&self) -> Option<&StepSizes> {
        self.step_sizes.as_ref()
    }

    /// The logarithm of the temperature, `[1]`, if there is one; a constant.
    #[must_use]
    pub fn temperature(&self) -> Option<&Tensor> {
        self.temperature.as_ref().map(Group::value)
    }

    /// Updates everything that is learnt against its gradient.
    ///
    /// # Errors
    /// [`Error::Network`] if the shape of a gradient does not match.
    pub fn apply(&mut self, cotangents: &Cotangents) -> Result<(), Error> {
        let cotangents = match &mut self.clip {
            Some(clip) => &clip.clipped(cotangents)?,
            None => cotangents,
        };
        if self.learns_samples {
            self.samples.step(&cotangents.samples)?;
        }
        if let Some(gradient) = &cotangents.labels {
            self.labels.step(gradient)?;
        }
        if let (Some(step_sizes), Some(gradient)) = (&mut self.step_sizes, &cotangents.step_sizes) {
            step_sizes.step(gradient)?;
        }
        if let (Some(temperature), Some(gradient)) = (&mut self.temperature, cotangents.temperature)
        {
            let like = temperature.value();
            let gradient = Tensor::full(like.shape(), gradient, like.dtype(), &like.device());
            temperature.step(&gradient)?;
        }
        if let Some(average) = &mut self.average {
            average.update(self.samples.value())?;
        }
        if let (Some(average), Some(labels)) = (&mut self.label_average, self.labels.value()) {
            average.update(labels)?;
        }
        Ok(())
    }

    /// Multiplies the learning rates that the optimisers came with.
    pub fn set_rate(&mut self, factor: f64) {
        self.samples.set_rate(factor);
        self.labels.set_rate(factor);
        if let Some(step_sizes) = &mut self.step_sizes {
            step_sizes.set_rate(factor);
        }
        if let Some(temperature) = &mut self.temperature {
            temperature.set_rate(factor);
        }
    }

    /// The current set, on the host.
    ///
    /// # Errors
    /// [`Error::Grad`] if the device fails.
    pub fn set(&self) -> Result<SmallSet, Error> {
        let samples = match &self.average {
            Some(average) => average.value(),
            None => self.samples.value(),
        };
        Ok(SmallSet {
            shape: self.shape,
            classes: self.budget.classes(),
            values: samples.to_vec()?,
            labels: self
                .labels
                .labels(self.label_average.as_ref().map(Average::value))?,
            step_sizes: match &self.step_sizes {
                Some(step_sizes) => step_sizes.values()?,
                None => Vec::new(),
            },
            parameterization: self.parameterization,
            space: self.space.clone(),
        })
    }

    /// Saves everything that the next update depends on.
    pub fn save(&self, state: &mut State) {
        self.samples.save("samples", state);
        self.labels.save(state);
        if let Some(step_sizes) = &self.step_sizes {
            step_sizes.save(state);
        }
        if let Some(temperature) = &self.temperature {
            temperature.save(TEMPERATURE, state);
        }
        for average in [&self.average, &self.label_average].into_iter().flatten() {
            average.save(state);
        }
        if let Some(clip) = &self.clip {
            clip.save(state);
        }
    }

    /// Restores what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`crate::run::Error::OtherState`] if something is missing or has another shape.
    pub fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        self.samples.restore("samples", state)?;
        self.labels.restore(state)?;
        if let Some(step_sizes) = &mut self.step_sizes {
            step_sizes.restore(state)?;
        }
        if let Some(temperature) = &mut self.temperature {
            temperature.restore(TEMPERATURE, state)?;
        }
        let averages = [&mut self.average, &mut self.label_average];
        for average in averages.into_iter().flatten() {
            average.restore(state)?;
        }
        if let Some(clip) = &mut self.clip {
            clip.restore(state)?;
        }
        Ok(())
    }

    /// The device of the samples.
    #[must_use]
    pub fn device(&self) -> Device {
        self.samples.value().device()
    }
}
