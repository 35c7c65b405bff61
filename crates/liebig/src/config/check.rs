//! Checks of values that the types alone do not refuse.

use std::ops::Deref;

use toml::Table;

use super::keys::schemas;
use super::{Config, Error};
use crate::evaluate;
use crate::{coresets, settings};

/// A configuration in which each value was checked. Checks that need the data are made when a session is created.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidConfig(Config);

impl Deref for ValidConfig {
    type Target = Config;

    fn deref(&self) -> &Config {
        &self.0
    }
}

/// The baseline that is not a coreset: the whole training set.
pub(crate) const WHOLE: &str = "whole";

impl Config {
    /// Checks every value against the ranges that the types' schemas state.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first value that violates its rule, [`Error::Value`] for a value that has no TOML
    /// form.
    pub fn check(self) -> Result<ValidConfig, Error> {
        let table = Table::try_from(&self).map_err(|error| unwritable(&error))?;
        for (prefix, schema) in schemas(&self) {
            let part = match prefix.strip_suffix('.') {
                Some(key) => table.get(key).and_then(toml::Value::as_table),
                None => Some(&table),
            };
            if let Some(part) = part {
                settings::check(prefix, &schema, part)?;
            }
        }
        for name in &self.evaluation.baselines {
            if !evaluate::is_baseline(name) {
                let known: Vec<&str> = coresets::CORESETS
                    .iter()
                    .map(coresets::Entry::name)
                    .collect();
                return Err(Error::OutOfRange {
                    key: "evaluation.baselines".into(),
                    value: name.clone(),
                    rule: format!("expected names from {}, {WHOLE}, all", known.join(", ")),
                });
            }
        }
        Ok(ValidConfig(self))
    }

    /// The TOML text of the whole configuration.
    ///
    /// # Errors
    /// [`Error::Value`] if a value has no TOML form; a checked configuration always has one.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string(self).map_err(|error| unwritable(&error))
    }
}

fn unwritable(error: &dyn std::fmt::Display) -> Error {
    Error::Value {
        place: "configuration".into(),
        key: "?".into(),
        reason: error.to_string(),
    }
}
