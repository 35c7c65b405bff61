//! The values that types alone do not refuse.

use std::fmt::Display;
use std::ops::Deref;

use super::{Config, Error};

/// A configuration whose every value was checked.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidConfig(Config);

impl Deref for ValidConfig {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.0
    }
}

impl Config {
    /// Checks every value once.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] names the first key whose value breaks its rule.
    pub fn check(self) -> Result<ValidConfig, Error> {
        let evaluation = &self.evaluation;
        at_least_one("ipc", self.ipc)?;
        at_least_one("model.width", self.model.width)?;
        rule(
            "model.depth",
            self.model.depth,
            (1..=64).contains(&self.model.depth),
            "expected 1 to 64",
        )?;
        // TOML has no larger integer.
        rule(
            "seed",
            self.seed,
            i64::try_from(self.seed).is_ok(),
            "expected at most 9223372036854775807",
        )?;
        let repeats = evaluation.repeats;
        rule(
            "evaluation.repeats",
            repeats,
            repeats <= 1 << 20,
            "expected 0 to 1048576",
        )?;
        at_least_one("evaluation.epochs", evaluation.epochs)?;
        at_least_one("evaluation.batch_size", evaluation.batch_size)?;
        positive("evaluation.lr", evaluation.lr)?;
        let momentum = evaluation.momentum;
        rule(
            "evaluation.momentum",
            momentum,
            (0.0..1.0).contains(&momentum),
            "expected 0 or more, below 1",
        )?;
        let decay = evaluation.weight_decay;
        rule(
            "evaluation.weight_decay",
            decay,
            decay.is_finite() && decay >= 0.0,
            "expected 0 or more",
        )?;
        self.method.check()?;
        Ok(ValidConfig(self))
    }

    /// The TOML text of the whole configuration.
    ///
    /// # Errors
    /// [`Error::Value`] if a value has no TOML form; a checked configuration always has one.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string(self).map_err(|error| Error::Value {
            place: "configuration".into(),
            key: "?".into(),
            reason: error.to_string(),
        })
    }
}

/// Refuses 0.
pub(crate) fn at_least_one(key: &str, value: usize) -> Result<(), Error> {
    // The upper bound keeps products of sizes far from overflow.
    rule(
        key,
        value,
        (1..=1 << 32).contains(&value),
        "expected 1 or more",
    )
}

/// Refuses zero, negative and non-finite numbers.
pub(crate) fn positive(key: &str, value: f64) -> Result<(), Error> {
    rule(
        key,
        value,
        value.is_finite() && value > 0.0,
        "expected a positive number",
    )
}

/// Refuses `value` unless the rule `holds`.
pub(crate) fn rule(key: &str, value: impl Display, holds: bool, rule: &str) -> Result<(), Error> {
    if holds {
        return Ok(());
    }
    Err(Error::OutOfRange {
        key: key.into(),
        value: value.to_string(),
        rule: rule.into(),
    })
}
