//! The networks that an update can train: those of the warm-up, those that take turns, and the configuration's own.

use liebig_nn::{Input, Model};

use super::{Networks, Settings};
use crate::config::Error as ConfigError;
use crate::{Error, Facts, Task, facts, model_spec};

/// The networks by update.
pub(super) struct Models<'a> {
    own: &'a dyn Model,
    warmup: Option<Box<dyn Model>>,
    turns: Vec<Box<dyn Model>>,
    /// Updates of the warm-up.
    updates: u64,
}

impl<'a> Models<'a> {
    pub fn new(settings: &Settings, task: &Task<'a>) -> Result<Self, Error> {
        let build = |text: &str| -> Result<Box<dyn Model>, Error> {
            let input = facts::input(task.train.shape());
            Ok(model_spec(text, input)?.build(input, task.train.classes())?)
        };
        Ok(Self {
            own: task.model,
            warmup: settings.warmup_model.as_deref().map(build).transpose()?,
            turns: named(settings).map(build).collect::<Result<_, _>>()?,
            updates: settings.warmup_updates(),
        })
    }

    /// The number of networks that take turns after the warm-up.
    pub fn turns(&self) -> u64 {
        self.turns.len().max(1) as u64
    }

    /// The network of an update.
    pub fn at(&self, iteration: u64) -> &dyn Model {
        match &self.warmup {
            Some(warmup) if iteration < self.updates => warmup.as_ref(),
            _ if self.turns.is_empty() => self.own,
            _ => self.turns[(iteration % self.turns()) as usize].as_ref(),
        }
    }
}

/// Refuses what is not a network for the data.
pub(super) fn check(settings: &Settings, facts: &Facts) -> Result<(), ConfigError> {
    let warmup = settings.warmup_model.iter();
    let warmup = warmup.map(|text| ("method.warmup_model", text.as_str()));
    let turns = named(settings).map(|text| ("method.models", text));
    for (key, text) in warmup.chain(turns) {
        let refuse = |rule: String| ConfigError::OutOfRange {
            key: key.into(),
            value: text.into(),
            rule,
        };
        if settings.train_nets_type != Networks::UnknownInit {
            let rule = "but only fresh networks can differ (`method.train_nets_type`)";
            return Err(refuse(rule.into()));
        }
        build(text, facts.input(), facts.classes).map_err(refuse)?;
    }
    Ok(())
}

fn build(text: &str, input: Input, classes: usize) -> Result<(), String> {
    let choice = model_spec(text, input).map_err(|error| match error {
        Error::Config(ConfigError::OutOfRange { rule, .. }) => rule,
        error => error.to_string(),
    })?;
    let built = choice.build(input, classes);
    built.map(|_| ()).map_err(|error| error.to_string())
}

/// The networks of `method.models`.
fn named(settings: &Settings) -> impl Iterator<Item = &str> {
    let texts = settings.models.iter().flat_map(|all| all.split(','));
    texts.map(str::trim)
}
