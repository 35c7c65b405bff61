//! The rankings that are compared.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context, Result};
use liebig::artefact::Artefact;
use liebig::config::{EvaluationConfig, Layers};
use liebig::evaluate::{Evaluation, Store, Training};
use liebig::search::{FullTraining, stopped_early};
use liebig::{
    Dataset, Facts, Protocol, Recipe, Session, SmallSet, artefact_path, atomic, model_spec,
};
use rayon::prelude::*;

use crate::args::SearchArguments;
use crate::progress::Terminal;

/// A score for each network, and what it cost.
pub struct Proxy {
    /// What gives the scores.
    pub name: String,
    /// In the order of the networks.
    pub scores: Vec<f64>,
    /// Seconds for all networks.
    pub seconds: f64,
    /// Seconds to make the set; none where there is no set or it is not known.
    pub making: Option<f64>,
    /// Whether the set was distilled.
    pub distilled: bool,
}

/// A small set by name.
pub struct Small {
    pub name: String,
    pub set: SmallSet,
    pub making: Option<f64>,
    pub distilled: bool,
}

/// The distilled sets and the coresets.
pub fn sets(
    arguments: &SearchArguments,
    artefacts: Vec<(String, Artefact)>,
    dataset: &Dataset,
    source: &str,
) -> Result<Vec<Small>> {
    let first = artefacts
        .first()
        .map(|(_, artefact)| artefact.provenance.ipc as i64);
    let ipc = arguments.ipc.or(first).unwrap_or(10).max(1);
    let mut all: Vec<Small> = Vec::new();
    for (name, artefact) in artefacts {
        all.push(Small {
            name,
            making: None,
            set: artefact.set,
            distilled: true,
        });
    }
    for (small, path) in all.iter_mut().zip(&arguments.artefact) {
        let results = std::fs::read(artefact_path(path).with_file_name("results.json"));
        let results: Option<serde_json::Value> = results
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        small.making = results.and_then(|results| results.get("distill_seconds")?.as_f64());
    }
    for name in &arguments.baseline {
        let started = Instant::now();
        let mut layers = Layers::new(true);
        layers.value("--baseline", "method.name", Some(name.as_str()));
        layers.value("--data", "data.source", Some(source));
        layers.value("--ipc", "ipc", Some(ipc));
        layers.value("--seed", "seed", Some(i64::try_from(arguments.seed)?));
        let facts = Facts {
            ipc: usize::try_from(ipc)?,
            ..Facts::of(dataset)
        };
        let session = Session::new(layers.resolve(&facts)?, dataset)?.on(super::super::device());
        all.push(Small {
            name: name.clone(),
            set: session.distil().with_context(|| name.clone())?.set,
            making: Some(started.elapsed().as_secs_f64()),
            distilled: false,
        });
    }
    Ok(all)
}

/// Trains every network on a set.
pub fn on_set(
    arguments: &SearchArguments,
    networks: &[String],
    small: &Small,
    training: &FullTraining<'_>,
    terminal: &Terminal,
) -> Result<Proxy> {
    let folder = arguments.output.join("networks");
    let store = Store::open(&folder, &training.dataset.hash)?;
    let count = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
    let before = count();
    let protocol =
        Protocol::from(&EvaluationConfig::default()).with_epochs(arguments.epochs as usize);
    let input = Facts::of(training.dataset).input();
    let started = Instant::now();
    let score = |network: &String| -> Result<f64> {
        let recipe = Recipe {
            model: model_spec(network, input)?,
            protocol: protocol.clone(),
            unroll: None,
        };
        let evaluation = Evaluation {
            recipe: &recipe,
            test: &training.dataset.test,
            seed: arguments.seed,
            networks: None,
            teacher: None,
            pruning: None,
            rates: &[],
            store: Some(&store),
            device: training.device,
            interrupt: training.interrupt,
            observer: terminal,
        };
        let set = |_| Ok(small.set.clone());
        let score = evaluation.run(Training::Common, arguments.repeats as usize, set);
        Ok(score.with_context(|| network.clone())?.mean())
    };
    let scores = networks.par_iter().map(score).collect::<Result<_>>()?;
    // Of a search that was interrupted, only the rest was trained now.
    let (trained, all) = (
        count() - before,
        networks.len() * arguments.repeats as usize,
    );
    let seconds = match trained {
        0 => None,
        trained => Some(started.elapsed().as_secs_f64() * all as f64 / trained as f64),
    };
    Ok(Proxy {
        name: small.name.clone(),
        scores,
        seconds: times(arguments, &small.name, seconds)?,
        making: small.making,
        distilled: small.distilled,
    })
}

/// The seconds of a ranking: those that are given, which are kept in a file, or those that are there.
fn times(arguments: &SearchArguments, name: &str, seconds: Option<f64>) -> Result<f64> {
    let path = arguments.output.join("times.json");
    let mut times: BTreeMap<String, f64> = match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| path.display().to_string())?,
        Err(_) => BTreeMap::new(),
    };
    if let Some(seconds) = seconds {
        times.insert(name.into(), seconds);
        atomic::write(&path, &serde_json::to_vec_pretty(&times)?)?;
    }
    Ok(times.get(name).copied().unwrap_or_default())
}

/// Trains every network on all data, for as many samples as a small set would show it.
pub fn early(networks: &[String], samples: usize, training: &FullTraining<'_>) -> Result<Proxy> {
    let input = Facts::of(training.dataset).input();
    let started = Instant::now();
    let score = |network: &String| -> Result<f64> {
        Ok(stopped_early(
            training,
            &model_spec(network, input)?,
            samples,
        )?)
    };
    let scores = networks.par_iter().map(score).collect::<Result<_>>()?;
    Ok(Proxy {
        name: "early stopping".into(),
        scores,
        seconds: started.elapsed().as_secs_f64(),
        making: None,
        distilled: false,
    })
}

/// What needs no training: the number of parameters.
pub fn parameters(networks: &[String], dataset: &Dataset) -> Result<Proxy> {
    let input = Facts::of(dataset).input();
    let count = |network: &String| -> Result<f64> {
        let model = model_spec(network, input)?.build(input, dataset.class_names.len());
        Ok(model.map_err(liebig::Error::from)?.parameter_count() as f64)
    };
    Ok(Proxy {
        name: "number of parameters".into(),
        scores: networks.iter().map(count).collect::<Result<_>>()?,
        seconds: 0.0,
        making: None,
        distilled: false,
    })
}
