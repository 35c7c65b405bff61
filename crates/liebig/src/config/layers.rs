//! Settings and where they come from, in ascending order of precedence.

use std::path::Path;

use liebig_data::{SampleShape, strokes};
use serde::Deserialize;
use toml::{Table, Value};

use super::keys::{known_keys, leaves, unknown_key};
use super::read::{Wrong, read};
use super::{Config, DataConfig, Error, Resolved, preset};
use crate::facts::usual_model;
use crate::{Facts, Published, methods};

/// The layers of a configuration: presets, a file, assignments, flags.
///
/// ```
/// use liebig::config::Layers;
///
/// let dataset = liebig::load("strokes", &Default::default())?;
/// let mut layers = Layers::new(false);
/// layers.set("method.name=dm")?;
/// layers.set("method.iterations=100")?;
/// let resolved = layers.resolve(&liebig::Facts::of(&dataset))?;
/// assert_eq!(resolved.config.method.iterations(), 100);
/// # Ok::<(), liebig::Error>(())
/// ```
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

    /// Adds the configuration that an artefact recorded, without the location of its data.
    ///
    /// # Errors
    /// [`Error::Value`] for a value that has no TOML form.
    pub fn recorded(&mut self, place: &str, config: &serde_json::Value) -> Result<(), Error> {
        let table = Table::try_from(without_nulls(config)).map_err(|error| Error::Value {
            place: place.into(),
            key: "?".into(),
            reason: error.to_string(),
        })?;
        self.layers.push(Layer {
            place: place.into(),
            table,
        });
        Ok(())
    }

    /// Adds `key=value`; a value that is not valid TOML is taken as a string.
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
        self.insert(argument.into(), key.trim(), value);
        Ok(())
    }

    /// Adds a value from `place` (such as a flag), if there is one.
    pub fn value(&mut self, place: &str, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.insert(place.into(), key, value.into());
        }
    }

    /// The number of iterations, if a layer says one.
    #[must_use]
    pub fn iterations(&self) -> Option<u64> {
        let value = peek(&self.layers, "method.iterations")?;
        u64::try_from(value.as_integer()?).ok()
    }

    /// Replaces the method by the one that does the same with differential privacy; `dm` stands for the method that no layer
    /// names.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a method that has no such form.
    pub fn make_private(&mut self, place: &str) -> Result<(), Error> {
        let named = peek(&self.layers, "method.name").and_then(Value::as_str);
        let method = named.unwrap_or("dm").to_owned();
        let private = methods::private_form(&method).ok_or_else(|| Error::OutOfRange {
            key: "method.name".into(),
            value: method,
            rule: "which has no form with differential privacy; expected dm or dc".into(),
        })?;
        for layer in &mut self.layers {
            let method = layer.table.get_mut("method").and_then(Value::as_table_mut);
            if let Some(name) = method.and_then(|method| method.get_mut("name")) {
                *name = private.into();
            }
        }
        self.value(place, "method.name", Some(private));
        Ok(())
    }

    /// The network's width, if a layer says one.
    #[must_use]
    pub fn width(&self) -> Option<i64> {
        peek(&self.layers, "model.width")?.as_integer()
    }

    /// The network's width that the preset says, unless a layer says one or names another network.
    ///
    /// # Errors
    /// [`Error::Syntax`] for a preset that cannot be read.
    pub fn free_width(&self) -> Result<Option<u64>, Error> {
        if self.width().is_some() || peek(&self.layers, "model.name").is_some() {
            return Ok(None);
        }
        let width = peek(&self.with_presets()?, "model.width").and_then(Value::as_integer);
        Ok(width.and_then(|width| u64::try_from(width).ok()))
    }

    /// What must be known before the dataset is read. Unknown keys are already refused here.
    ///
    /// # Errors
    /// Every variant of [`Error`] except [`Error::OutOfRange`].
    pub fn select(&self) -> Result<Selection, Error> {
        let layers = self.with_presets()?;
        // Nothing that is used here depends on the data.
        let facts = Facts {
            dataset: String::new(),
            shape: SampleShape::Image {
                channels: 1,
                height: 32,
                width: 32,
            },
            classes: 2,
            ipc: 1,
            model: String::new(),
            batch_norm: false,
            samples: 60_000,
            constant_space: true,
        };
        let config = merge(&layers, &facts)?;
        Ok(Selection {
            method: config.method.name().into(),
            ipc: config.general.ipc,
            data: config.data,
        })
    }

    /// The checked configuration for a dataset. IPC and network in `facts` are replaced by those of the layers.
    ///
    /// # Errors
    /// Every variant of [`Error`].
    pub fn resolve(&self, facts: &Facts) -> Result<Resolved, Error> {
        let layers = self.with_presets()?;
        let mut published = None;
        let mut preset = None;
        let usual = usual_model(facts.shape);
        let network = peek(&layers, "model.name").and_then(Value::as_str);
        let network = network.unwrap_or(usual).to_owned();
        for layer in &layers {
            if let Some(name) = layer.place.strip_prefix(PRESET) {
                preset = Some(name.to_string());
                // A published number is for its own network.
                if is_for(&layer.table, &network, usual) {
                    published = layer.table.get("published").cloned().or(published);
                }
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
            .unwrap_or_else(|| default_method(&self.layers));
        let (source, ipc) = (source(&self.layers), ipc(&self.layers));
        let ipc = usize::try_from(ipc).unwrap_or(0);
        let mut layers = Self::default();
        layers.value("default", "method.name", Some(method));
        let network = peek(&self.layers, "model.name").and_then(Value::as_str);
        let dataset = liebig_data::dataset_name(source);
        for preset in preset::select(method, &dataset, (network, ipc), self.quick) {
            layers.push(format!("{PRESET}{}", preset.name), preset.text)?;
        }
        layers.layers.extend(self.layers.iter().cloned());
        Ok(layers.layers)
    }
}

const PRESET: &str = "preset ";

/// The same without what TOML has no form for.
fn without_nulls(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .collect(),
        other => other.clone(),
    }
}

/// The value in the highest layer that has the key.
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

/// Merges each layer onto the defaults and reads the result, so that an error names the layer that it comes from.
fn merge(layers: &[Layer], facts: &Facts) -> Result<Config, Error> {
    let text = |key: &str| peek(layers, key).and_then(Value::as_str);
    let method = text("method.name").unwrap_or(DEFAULT_METHOD);
    let entry = methods::find(method).ok_or_else(|| Error::UnknownMethod {
        place: place_of(layers, "method.name"),
        name: method.into(),
        known: methods::all()
            .map(|entry| entry.name)
            .collect::<Vec<_>>()
            .join(", "),
    })?;
    let ipc = peek(layers, "ipc").and_then(Value::as_integer);
    let usual = usual_model(facts.shape);
    let facts = Facts {
        ipc: ipc.and_then(|ipc| usize::try_from(ipc).ok()).unwrap_or(1),
        model: text("model.name").unwrap_or(usual).into(),
        batch_norm: text("model.norm") == Some("batch"),
        ..facts.clone()
    };
    let mut config = Config::new(entry.defaults(&facts), &facts).map_err(|error| match error {
        Error::Value { reason, .. } => Error::Value {
            place: place_of(layers, "model.name"),
            key: "model.name".into(),
            reason: reason.trim_start_matches("`model.name`: ").into(),
        },
        other => other,
    })?;
    if let Some(augmentation) = text("evaluation.augmentation").and_then(|text| text.parse().ok()) {
        config.evaluation.augmentation = augmentation;
        config.evaluation.set_epochs();
    }
    let mut merged = Table::try_from(&config)
        .map_err(|error| wrong("defaults", (String::new(), error.to_string())))?;
    let known = known_keys(&config);
    for layer in layers {
        let mut table = layer.table.clone();
        if layer.place.starts_with(PRESET) {
            table.remove("published");
            // A preset's options are for its own network.
            if !is_for(&table, &facts.model, usual) {
                table.remove("model");
            }
        }
        let keys = leaves(&table);
        for key in &keys {
            if !known.contains(key) {
                return Err(unknown_key(&layer.place, key.clone(), &known, &config));
            }
        }
        lay_over(&mut merged, table);
        config = read(merged.clone()).map_err(|(key, reason)| {
            // The reader does not name the option of a network, but an assignment has only one.
            let key = match &keys[..] {
                [only] if only.starts_with(&key) => only.clone(),
                _ => key,
            };
            wrong(&layer.place, (key, reason))
        })?;
    }
    Ok(config)
}

/// Whether a preset is for this network; one that names none is for the usual one.
fn is_for(preset: &Table, network: &str, usual: &str) -> bool {
    let name = lookup(preset, "model.name").and_then(Value::as_str);
    name.unwrap_or(usual) == network
}

/// The method when none is named: `dd` for the quick start, where its preset takes seconds, otherwise `dc`. Whoever sets
/// anything of a method without naming it means `dc`.
fn default_method(layers: &[Layer]) -> &'static str {
    const OF_ALL: &[&str] = &[
        "seed",
        "ipc",
        "budget",
        "fill",
        "data",
        "model",
        "evaluation",
    ];
    let of_all = |(key, value): (&String, &Value)| match value.as_table() {
        Some(method) if key == "method" => method.keys().all(|key| key == "iterations"),
        _ => OF_ALL.contains(&key.as_str()),
    };
    let untouched = layers.iter().all(|layer| layer.table.iter().all(of_all));
    match (source(layers), ipc(layers)) {
        (strokes::NAME, 1) if untouched => "dd",
        _ => DEFAULT_METHOD,
    }
}

const DEFAULT_METHOD: &str = "dc";

fn source(layers: &[Layer]) -> &str {
    let source = peek(layers, "data.source").and_then(Value::as_str);
    source.unwrap_or(strokes::NAME)
}

fn ipc(layers: &[Layer]) -> i64 {
    let ipc = peek(layers, "ipc").and_then(Value::as_integer);
    ipc.unwrap_or(1)
}

/// The highest layer that has the key.
fn place_of(layers: &[Layer], key: &str) -> String {
    let layer = layers
        .iter()
        .rfind(|layer| lookup(&layer.table, key).is_some());
    layer.map_or_else(String::new, |layer| layer.place.clone())
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

fn wrong(place: &str, (key, reason): Wrong) -> Error {
    Error::Value {
        place: place.into(),
        key,
        reason: reason.trim_end().into(),
    }
}
