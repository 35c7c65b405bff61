//! A run as a section of a report.

use anyhow::Result;

use super::super::evaluate::named;
use super::facts::Run;
use super::scores::Missing;
use super::section::{Chart, Picture, Section};
use crate::curve::Point;
use crate::format::{bytes, duration, percent, points};
use crate::table::{Cell, Table};

/// Everything about a run.
pub fn section(run: &Run) -> Result<Section> {
    let losses = run
        .losses
        .iter()
        .map(|point| (point.iteration as f64, point.loss, 0.0));
    let charts = [
        Chart::of_lines(
            "The method's loss over the iterations",
            &[("loss".into(), losses.collect())],
            ["iteration", "loss"],
        )?,
        Chart::of_lines(
            "Test accuracy over the iterations; the band is the deviation of the networks",
            &accuracies(run),
            ["iteration", "accuracy in %"],
        )?,
    ];
    let mut facts = facts(run);
    facts.extend(run.published.as_ref().map(|published| {
        let source = &published.source;
        (
            "published",
            format!("{} ({source})", percent(published.mean)),
        )
    }));
    Ok(Section {
        title: run.title(),
        table: table(run),
        remarks: run.missing.iter().map(Missing::text).collect(),
        facts,
        picture: run.picture.as_ref().map(|png| Picture {
            png: png.clone(),
            about: format!(
                "The distilled images, a row for each class, from above: {}",
                run.classes.join(", ")
            ),
        }),
        charts: charts.into_iter().flatten().collect(),
        caveats: run.caveats.clone(),
        settings: Some(run.config.clone()),
    })
}

/// The scores of all sources.
fn table(run: &Run) -> Table {
    let mut table = Table::new(
        "Test accuracy of fresh networks, after the last epoch: mean ± population standard deviation",
        &["trained on"],
        &[
            "n",
            "test accuracy",
            "time to make",
            "% per CPU minute",
            "bits per class",
        ],
    );
    for score in &run.scores {
        table.rows.push(vec![
            score.label.as_str().into(),
            Cell::number(score.n as f64, score.n.to_string()),
            Cell::accuracy(score.mean, score.std),
            Cell::known(score.seconds, duration),
            Cell::known(score.accuracy_per_cpu_minute, points),
            Cell::number(score.bits_per_class, format!("{:.0}", score.bits_per_class)),
        ]);
    }
    table
}

/// A line for each network, protocol and way of training.
fn accuracies(run: &Run) -> Vec<(String, Vec<Point>)> {
    let mut lines: Vec<(String, Vec<Point>)> = Vec::new();
    for accuracy in &run.accuracies {
        let name = match accuracy.protocol.as_str() {
            "own" => format!("{}, {}", accuracy.model, named(&accuracy.source)),
            protocol => format!("{}, {protocol}", accuracy.model),
        };
        let point = (
            accuracy.iteration as f64,
            100.0 * accuracy.mean,
            100.0 * accuracy.std,
        );
        match lines.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(point),
            None => lines.push((name, vec![point])),
        }
    }
    lines
}

/// Names and values of the circumstances.
pub fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let cost = &run.cost;
    let memory = cost.peak_rss_bytes.map(bytes);
    let machine = &cost.machine;
    vec![
        ("iterations", run.iterations.to_string()),
        ("seed", run.seed.to_string()),
        (
            "preset",
            run.preset.clone().unwrap_or_else(|| "none".into()),
        ),
        ("network", run.network.clone()),
        ("training of the networks", run.protocol.clone()),
        ("time to distil", duration(cost.distill_seconds)),
        ("time in all", duration(cost.seconds)),
        ("peak memory", memory.unwrap_or_else(|| "not known".into())),
        (
            "machine",
            format!(
                "{}, {} threads of {} cores",
                machine.cpu.as_deref().unwrap_or("not known"),
                cost.threads,
                machine.cores
            ),
        ),
    ]
}
