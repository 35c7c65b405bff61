//! Methods by name.

use std::ops::Deref;
use std::sync::Arc;

use schemars::{Schema, schema_for};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use toml::Table;

use super::{AnyMethod, Method};
use crate::Facts;

/// A method and its settings; in TOML the table `[method]`, in which `name` selects the method.
#[derive(Clone, Debug)]
pub struct MethodChoice(Arc<dyn AnyMethod>);

impl MethodChoice {
    /// Wraps a method, which may be defined outside this crate.
    pub fn new(method: impl Method) -> Self {
        Self(Arc::new(method))
    }

    /// The settings as their own type, if the method is of that type.
    #[must_use]
    pub fn settings_as<M: Method>(&self) -> Option<&M> {
        self.0.as_any().downcast_ref()
    }
}

impl Deref for MethodChoice {
    type Target = dyn AnyMethod;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for MethodChoice {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

impl Serialize for MethodChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Named<'a> {
            name: &'static str,
            #[serde(flatten)]
            settings: Settings<'a>,
        }

        struct Settings<'a>(&'a dyn AnyMethod);

        impl Serialize for Settings<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                erased_serde::serialize(self.0.settings(), serializer)
            }
        }

        let (name, settings) = (self.name(), Settings(&*self.0));
        Named { name, settings }.serialize(serializer)
    }
}

/// An entry of the registry: what is known of a method without its settings.
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// A description of one line, with the paper.
    pub about: &'static str,
    defaults: fn(&Facts) -> MethodChoice,
    read: fn(Table) -> Result<MethodChoice, (String, String)>,
    schema: fn() -> Schema,
}

impl Entry {
    /// The entry of a method.
    #[must_use]
    pub const fn of<M: Method>() -> Self {
        Self {
            name: M::NAME,
            about: M::ABOUT,
            defaults: |facts| MethodChoice::new(M::defaults(facts)),
            read: |table| match serde_path_to_error::deserialize::<_, M>(table) {
                Ok(method) => Ok(MethodChoice::new(method)),
                Err(error) => {
                    let reason = error.inner().message().trim_end().to_string();
                    Err((error.path().to_string(), reason))
                }
            },
            schema: || schema_for!(M),
        }
    }

    /// The method with its default settings.
    #[must_use]
    pub fn defaults(&self, facts: &Facts) -> MethodChoice {
        (self.defaults)(facts)
    }

    /// Reads the method from a table that has every setting, without the name.
    ///
    /// # Errors
    /// The key and the reason.
    pub fn read(&self, table: Table) -> Result<MethodChoice, (String, String)> {
        (self.read)(table)
    }

    /// The JSON schema of its settings.
    #[must_use]
    pub fn schema(&self) -> Schema {
        (self.schema)()
    }

    /// Its settings, by key, with the defaults for the facts.
    #[must_use]
    pub fn settings(&self, facts: &Facts) -> Vec<crate::settings::Setting> {
        let defaults = serde_json::to_value(self.defaults(facts)).unwrap_or(Json::Null);
        crate::settings::list("method.", &self.schema(), &defaults)
    }
}
