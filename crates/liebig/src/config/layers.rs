//! What was said, by whom, in rising order of precedence.

use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::defaults::{self, Decided, Facts};
use super::keys::{known_keys, leaves, unknown_key};
use super::{Config, DataConfig, Error, Resolved, preset};
use crate::artefact::Published;
use crate::methods::MethodConfig;

/// The layers of a configuration: presets, a file, assignments, flags.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    layers: Vec<Layer>,
    quick: bool,
}

#[derive(Clone, Debug)]
struct Layer {
    place: String,
    table: Table,
}

/// What must be known before the dataset is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The method's name.
    pub method: String,
    /// Samples per class.
    pub ipc: usize,
    /// The dataset and how to read it.
    pub data: DataConfig,
}

impl Layers {
    /// No layers; `quick` asks for the quick variant of the preset.
    #[must_use]
    pub fn new(quick: bool) -> Self {
        Self {
            layers: Vec::new(),
            quick,
        }
    }

    /// Adds a TOML file.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Syntax`].
    pub fn file(&mut self, path: &Path) -> Result<(), Error> {
        let text = fs_err::read_to_string(path)?;
        self.push(path.display().to_string(), &text)
    }

    /// Adds `key=value`; the value is TOML, or else a string as it stands.
    ///
    /// # Errors
    /// [`Error::NotAnAssignment`].
    pub fn set(&mut self, argument: &str) -> Result<(), Error> {
        let (key, value) = argument
            .split_once('=')
            .ok_or_else(|| Error::NotAnAssignment {
                argument: argument.into(),
            })?;
        let parsed = toml::from_str::<Table>(&format!("value = {value}"));
        let value = match parsed.ok().filter(|table| table.len() == 1) {
            Some(mut table) => table.remove("value").unwrap_or_else(|| value.into()),
            None => value.into(),
        };
        self.insert(format!("--set {argument}"), key.trim(), value);
        Ok(())
    }

    /// Adds the value of a command-line flag; nothing if the flag was not given.
    pub fn flag(&mut self, flag: &str, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.insert(flag.into(), key, value.into());
        }
    }

    /// What must be known before the dataset is read. Unknown keys are refused here already.
    ///
    /// # Errors
    /// Every variant of [`Error`] but [`Error::OutOfRange`].
    pub fn select(&self) -> Result<Selection, Error> {
        let layers = self.with_presets()?;
        let facts = Facts {
            shape: crate::artefact::Shape::Table { features: 1 },
        };
        let config = merge(&layers, &facts)?;
        Ok(Selection {
            method: config.method.name().into(),
            ipc: config.ipc,
            data: config.data,
        })
    }

    /// The one configuration, checked.
    ///
    /// # Errors
    /// Every variant of [`Error`].
    pub fn resolve(&self, facts: &Facts) -> Result<Resolved, Error> {
        let layers = self.with_presets()?;
        let mut published = None;
        let mut preset = None;
        for layer in &layers {
            if let Some(name) = layer.place.strip_prefix(PRESET) {
                preset = Some(name.to_string());
                published = layer.table.get("published").cloned().or(published);
            }
        }
        let published = match published {
            Some(value) => Some(Published::deserialize(value).map_err(|error| Error::Value {
                place: preset.clone().unwrap_or_default(),
                key: "published".into(),
                reason: error.message().into(),
            })?),
            None => None,
        };
        Ok(Resolved {
            config: merge(&layers, facts)?.check()?,
            preset,
            published,
        })
    }

    pub(super) fn push(&mut self, place: String, text: &str) -> Result<(), Error> {
        let table = toml::from_str(text).map_err(|error| Error::Syntax {
            place: place.clone(),
            reason: error.to_string(),
        })?;
        self.layers.push(Layer { place, table });
        Ok(())
    }

    fn insert(&mut self, place: String, key: &str, value: Value) {
        let mut table = Table::new();
        let mut parts: Vec<&str> = key.split('.').collect();
        let last = parts.pop().unwrap_or_default();
        table.insert(last.into(), value);
        for part in parts.into_iter().rev() {
            table = Table::from_iter([(part.to_string(), Value::Table(table))]);
        }
        self.layers.push(Layer { place, table });
    }

    /// The layers with the presets for their method, dataset and IPC below them.
    fn with_presets(&self) -> Result<Vec<Layer>, Error> {
        let method = peek(&self.layers, "method.name")
            .and_then(Value::as_str)
            .unwrap_or("dc");
        let source = peek(&self.layers, "data.source")
            .and_then(Value::as_str)
            .unwrap_or("strokes");
        let ipc = peek(&self.layers, "ipc")
            .and_then(Value::as_integer)
            .unwrap_or(1);
        let ipc = usize::try_from(ipc).unwrap_or(0);
        let mut layers = Self::default();
        for preset in preset::select(method, &liebig_data::dataset_name(source), ipc, self.quick) {
            layers.push(format!("{PRESET}{}", preset.name), preset.text)?;
        }
        layers.layers.extend(self.layers.iter().cloned());
        Ok(layers.layers)
    }
}

const PRESET: &str = "preset ";

/// The value of the highest layer that has the key.
fn peek<'a>(layers: &'a [Layer], key: &str) -> Option<&'a Value> {
    layers
        .iter()
        .rev()
        .find_map(|layer| lookup(&layer.table, key))
}

fn lookup<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((first, rest)) => lookup(table.get(first)?.as_table()?, rest),
    }
}

/// Lays each layer over the defaults and reads the result, so that a wrong value is blamed on the layer it came with.
fn merge(layers: &[Layer], facts: &Facts) -> Result<Config, Error> {
    let method = peek(layers, "method.name")
        .and_then(Value::as_str)
        .unwrap_or("dc");
    let decided = Decided {
        method,
        ipc: peek(layers, "ipc")
            .and_then(Value::as_integer)
            .and_then(|ipc| usize::try_from(ipc).ok())
            .unwrap_or(1),
        model: peek(layers, "model.name").and_then(Value::as_str),
        augmented: peek(layers, "evaluation.augmentation")
            .and_then(Value::as_str)
            .is_some_and(|name| name != "none"),
    };
    let mut config = defaults::config(&decided, facts).ok_or_else(|| Error::UnknownMethod {
        place: layers
            .iter()
            .rfind(|layer| lookup(&layer.table, "method.name").is_some())
            .map_or_else(String::new, |layer| layer.place.clone()),
        name: method.into(),
        known: MethodConfig::NAMES.join(", "),
    })?;
    let mut merged =
        Table::try_from(&config).map_err(|error| unreadable("defaults", "", &error.to_string()))?;
    let known = known_keys(&merged);
    for layer in layers {
        let mut table = layer.table.clone();
        if layer.place.starts_with(PRESET) {
            table.remove("published");
        }
        for key in leaves(&table) {
            if !known.contains(&key) {
                return Err(unknown_key(&layer.place, key, &known));
            }
        }
        lay_over(&mut merged, table);
        config = serde_path_to_error::deserialize(merged.clone()).map_err(|error| {
            unreadable(
                &layer.place,
                &error.path().to_string(),
                error.inner().message(),
            )
        })?;
    }
    Ok(config)
}

fn lay_over(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

fn unreadable(place: &str, key: &str, reason: &str) -> Error {
    Error::Value {
        place: place.into(),
        key: key.into(),
        reason: reason.trim_end().into(),
    }
}
