//! What networks reached on a run's set and beside it, and what is missing there.

use std::path::Path;

use liebig::artefact::Artefact;
use liebig::evaluate::{Making, Row, Rows};
use liebig::session::Report;
use serde::Serialize;

use super::super::evaluate::named;
use super::super::evaluate::saved::Saved;

/// The scores of the networks trained on one source.
#[derive(Serialize)]
pub struct Score {
    /// Its name.
    pub source: String,
    /// The same in words, with the network and the protocol if they are not the recipe's.
    pub label: String,
    /// The network, if it is another than the recipe's.
    pub model: Option<String>,
    /// The protocol, if it is another than the recipe's.
    pub protocol: Option<String>,
    /// The number of epochs, if it is another than the protocol's.
    pub epochs: Option<usize>,
    /// Networks.
    pub n: usize,
    /// Mean accuracy, a fraction.
    pub mean: f64,
    /// Population standard deviation.
    pub std: f64,
    /// Seconds that it took to make the set.
    pub seconds: Option<f64>,
    /// Percentage points of the mean for each minute of a core that the set took.
    pub accuracy_per_cpu_minute: Option<f64>,
    /// Bits per class.
    pub bits_per_class: f64,
}

/// Baselines that were not evaluated by the recipe.
#[derive(Serialize)]
pub struct Missing {
    /// Their names.
    pub baselines: Vec<String>,
    /// The command that adds all but the whole dataset.
    pub command: String,
}

/// The scores of a run's own evaluation, then those that were saved later.
pub fn scores(rows: &Rows, saved: Vec<Saved>, artefact: &Artefact, threads: usize) -> Vec<Score> {
    let own = rows
        .iter()
        .map(|(source, row)| Score::new(source, row, threads));
    let mut scores: Vec<Score> = own.collect();
    for saved in saved {
        let model = Some(saved.model).filter(|model| model != artefact.recipe.model.name());
        let protocol = Some(saved.protocol).filter(|protocol| protocol != "own");
        let score = Score::new(&saved.source, &saved.row, threads);
        let others = [
            protocol.clone(),
            model.clone(),
            saved.epochs.map(|epochs| format!("{epochs} epochs")),
        ];
        let others: Vec<String> = others.into_iter().flatten().collect();
        let score = Score {
            label: match others.is_empty() {
                true => score.label,
                false => format!("{} ({})", score.label, others.join(", ")),
            },
            model,
            protocol,
            epochs: saved.epochs,
            ..score
        };
        if scores.iter().all(|known| known.key() != score.key()) {
            scores.push(score);
        }
    }
    scores
}

/// What should stand beside the set and was not evaluated by the recipe.
pub fn missing(
    folder: &Path,
    report: &Report,
    scores: &[Score],
    artefact: &Artefact,
) -> Option<Missing> {
    let there = |name: &&str| {
        scores
            .iter()
            .any(|score| score.key() == (*name, None, None, None))
    };
    let usual = liebig::evaluate::usual(&artefact.set.labels);
    let wanted: Vec<&str> = usual.into_iter().filter(|name| !there(name)).collect();
    let whole = Some("whole").filter(|name| !there(name));
    if wanted.is_empty() && whole.is_none() {
        return None;
    }
    let names = match wanted.is_empty() {
        true => "whole".into(),
        false => wanted.join(","),
    };
    let repeats = report.rows.iter().map(|(_, row)| row.n).max();
    let folder = folder.display().to_string();
    let folder = match folder.contains(char::is_whitespace) {
        true => format!("'{folder}'"),
        false => folder,
    };
    let command = format!(
        "liebig evaluate {folder} --baseline {names} --seed {} --repeats {} --save",
        report.seed,
        repeats.unwrap_or(5),
    );
    Some(Missing {
        baselines: wanted.into_iter().chain(whole).map(String::from).collect(),
        command,
    })
}

impl Score {
    fn new(source: &str, row: &Row, threads: usize) -> Self {
        let making = row.seconds.map(|seconds| Making { seconds, threads });
        Self {
            source: source.into(),
            label: named(source),
            model: None,
            protocol: None,
            epochs: None,
            n: row.n,
            mean: row.mean,
            std: row.std,
            seconds: row.seconds,
            accuracy_per_cpu_minute: row
                .accuracy_per_cpu_minute
                .or_else(|| making?.accuracy_per_cpu_minute(row.mean)),
            bits_per_class: row.bits_per_class,
        }
    }

    /// What there is one score for.
    fn key(&self) -> (&str, Option<&str>, Option<&str>, Option<usize>) {
        let (model, protocol) = (self.model.as_deref(), self.protocol.as_deref());
        (&self.source, model, protocol, self.epochs)
    }
}

impl Missing {
    /// In a sentence or two.
    pub fn text(&self) -> String {
        let names: Vec<String> = self.baselines.iter().map(|name| named(name)).collect();
        let whole = match self.baselines.iter().any(|name| name == "whole") {
            true if self.baselines.len() > 1 => {
                "; whole, which trains on everything and may take hours, is added by --baseline whole"
            }
            true => "; it trains on everything and may take hours",
            false => "",
        };
        format!(
            "Not evaluated beside the set: {}. `{}` adds what is missing{whole}.",
            names.join(", "),
            self.command
        )
    }
}
