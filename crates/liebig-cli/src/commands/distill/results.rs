//! What a run found out: as a table and as JSON.

use std::path::PathBuf;

use liebig::config::Resolved;
use liebig::evaluate::Score;
use liebig::run::Manifest;
use liebig_data::Dataset;
use serde_json::{Value, json};

use crate::commands::score_json;
use crate::format::{bytes, duration, percent};
use crate::printer::table;

/// The two scores that belong beside each other.
pub struct Scores {
    /// Networks trained on the distilled set.
    pub distilled: Score,
    /// Networks trained on as many random real samples.
    pub random: Score,
}

/// Everything the end of a run says.
pub struct Results<'a> {
    pub resolved: &'a Resolved,
    pub dataset: &'a Dataset,
    pub manifest: Manifest,
    pub distill_seconds: f64,
    pub scores: Option<Scores>,
    pub folder: PathBuf,
}

impl Results<'_> {
    pub fn json(&self) -> Value {
        let config = &self.resolved.config;
        json!({
            "method": config.method.name(),
            "dataset": self.dataset.name,
            "ipc": config.ipc,
            "iterations": config.method.iterations(),
            "seed": config.seed,
            "preset": self.resolved.preset,
            "seconds": self.manifest.seconds(),
            "distill_seconds": self.distill_seconds,
            "peak_rss_bytes": self.manifest.peak_rss_bytes(),
            "distilled": self.scores.as_ref().map(|scores| score_json(&scores.distilled)),
            "random": self.scores.as_ref().map(|scores| score_json(&scores.random)),
            "published": self.resolved.published,
            "artefact": self.folder.join("distilled.safetensors"),
        })
    }

    pub fn text(&self) -> String {
        let mut rows = Vec::new();
        let row = |name: &str, score: &Score| {
            [
                name.into(),
                score.n().to_string(),
                percent(score.mean()),
                percent(score.std()),
            ]
        };
        if let Some(scores) = &self.scores {
            rows.push(row("random real", &scores.random));
            rows.push(row("distilled", &scores.distilled));
        }
        if let Some(published) = &self.resolved.published {
            let std = published.std.map_or_else(String::new, percent);
            rows.push([
                "distilled, published".into(),
                String::new(),
                percent(published.mean),
                std,
            ]);
            if let Some(whole) = published.whole {
                rows.push([
                    "whole dataset, published".into(),
                    String::new(),
                    percent(whole),
                    String::new(),
                ]);
            }
        }
        let config = &self.resolved.config;
        let memory = self
            .manifest
            .peak_rss_bytes()
            .map_or_else(String::new, |peak| format!(", {} of memory", bytes(peak)));
        let facts = format!(
            "{} on {}, {} per class, {} iterations: {}{memory}\n{}",
            config.method.name(),
            self.dataset.name,
            config.ipc,
            config.method.iterations(),
            duration(self.manifest.seconds()),
            self.folder.join("distilled.safetensors").display(),
        );
        if rows.is_empty() {
            return facts;
        }
        format!(
            "{}\n\n{facts}",
            table(
                ["test accuracy of networks trained on", "n", "mean", "std"],
                rows
            )
        )
    }
}
