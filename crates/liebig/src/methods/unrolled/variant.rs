//! What the unrolled methods do not share: a name and defaults. Everything else is the same for all of them.

use std::fmt::Debug;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Settings;
use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::methods::{Distillation, Method};
use crate::unroll::Unroll;
use crate::{Budget, Error, Facts, Poison, Task};

/// An unrolled method; its type holds the settings.
pub trait Variant:
    AsRef<Settings>
    + Clone
    + Debug
    + PartialEq
    + Serialize
    + DeserializeOwned
    + JsonSchema
    + Send
    + Sync
    + 'static
{
    /// [`Method::NAME`].
    const NAME: &'static str;
    /// [`Method::ABOUT`].
    const ABOUT: &'static str;

    /// [`Method::defaults`].
    fn defaults(facts: &Facts) -> Self;
}

impl<V: Variant> Method for V {
    const NAME: &'static str = <V as Variant>::NAME;
    const ABOUT: &'static str = <V as Variant>::ABOUT;

    fn defaults(facts: &Facts) -> Self {
        <V as Variant>::defaults(facts)
    }

    fn iterations(&self) -> u64 {
        self.as_ref().iterations
    }

    fn budget(&self, given: Budget) -> Budget {
        self.as_ref().budget(given)
    }

    fn unroll(&self, seed: u64) -> Option<Unroll> {
        Some(self.as_ref().unroll(seed))
    }

    fn networks(&self) -> Option<&Path> {
        self.as_ref().nets.as_deref()
    }

    fn poison(&self) -> Option<&Poison> {
        self.as_ref().poison.as_ref()
    }

    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        self.as_ref().check(facts)
    }

    fn memory(&self, demand: &Demand) -> u64 {
        self.as_ref().memory(0, demand)
    }

    fn memory_within(&self, limit: u64, demand: &Demand) -> u64 {
        self.as_ref().memory(limit, demand)
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        self.as_ref().start(<V as Variant>::NAME, task)
    }
}
