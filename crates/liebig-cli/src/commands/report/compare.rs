//! Runs side by side: what they reached, what it cost, and the settings in which they differ.

use std::collections::BTreeMap;

use super::facts::Run;
use super::run::facts;
use super::scores::Score;
use crate::format::{accuracy, points};
use crate::printer::table;

/// A column for each run.
pub fn text(runs: &[Run]) -> String {
    let header = std::iter::once(String::new()).chain(runs.iter().map(folder));
    let rows = rows(runs)
        .into_iter()
        .map(|(name, values)| std::iter::once(name).chain(values).collect::<Vec<_>>());
    table(header.collect::<Vec<_>>(), rows)
}

/// The rows, each with a value for every run.
pub fn rows(runs: &[Run]) -> Vec<(String, Vec<String>)> {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut labels: Vec<&str> = Vec::new();
    for score in runs.iter().flat_map(|run| &run.scores) {
        if !labels.contains(&score.label.as_str()) {
            labels.push(&score.label);
        }
    }
    for label in labels {
        let value = |run| {
            score(run, label).map_or_else(String::new, |score| accuracy(score.mean, score.std))
        };
        rows.push((
            format!("accuracy, {label}"),
            runs.iter().map(value).collect(),
        ));
        let per_minute = |run| {
            let score = score(run, label);
            let known = score.and_then(|score| score.accuracy_per_cpu_minute);
            known.map_or_else(String::new, points)
        };
        let values: Vec<String> = runs.iter().map(per_minute).collect();
        if values.iter().any(|value| !value.is_empty()) {
            rows.push((format!("% per CPU minute, {label}"), values));
        }
    }
    let of_runs: Vec<_> = runs.iter().map(facts).collect();
    for (index, (name, _)) in of_runs.first().into_iter().flatten().enumerate() {
        let values = of_runs.iter().map(|facts| facts[index].1.clone());
        rows.push(((*name).to_owned(), values.collect()));
    }
    rows.extend(different(runs));
    rows
}

fn score<'a>(run: &'a Run, label: &str) -> Option<&'a Score> {
    run.scores.iter().find(|score| score.label == label)
}

/// The settings that are not the same in all runs.
fn different(runs: &[Run]) -> Vec<(String, Vec<String>)> {
    let settings: Vec<BTreeMap<String, String>> = runs.iter().map(settings).collect();
    let mut keys: Vec<&String> = settings.iter().flat_map(BTreeMap::keys).collect();
    keys.sort_unstable();
    keys.dedup();
    let values = |key: &String| -> Vec<String> {
        let of = |all: &BTreeMap<String, String>| all.get(key).cloned().unwrap_or_default();
        settings.iter().map(of).collect()
    };
    keys.into_iter()
        .map(|key| (key.clone(), values(key)))
        .filter(|(_, values)| values.windows(2).any(|pair| pair[0] != pair[1]))
        .collect()
}

/// A run's settings by their keys with dots.
fn settings(run: &Run) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let table: toml::Table = run.config.parse().unwrap_or_default();
    let mut waiting: Vec<(String, toml::Value)> = table.into_iter().collect();
    while let Some((key, value)) = waiting.pop() {
        match value {
            toml::Value::Table(inner) => {
                let inner = inner.into_iter();
                waiting.extend(inner.map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            value => {
                all.insert(key, value.to_string());
            }
        }
    }
    all
}

fn folder(run: &Run) -> String {
    let name = run.folder.file_name().unwrap_or(run.folder.as_os_str());
    name.to_string_lossy().into_owned()
}
