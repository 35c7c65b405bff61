//! A report as text.

use super::facts::Run;
use crate::format::{bytes, duration, percent};
use crate::printer::table;

/// One table of all runs.
pub fn summary(runs: &[Run]) -> String {
    let header = [
        "run",
        "trained on",
        "n",
        "test accuracy",
        "time to make",
        "bits per class",
    ];
    let rows = runs.iter().flat_map(|run| {
        run.scores.iter().map(|score| {
            [
                run.title(),
                score.label.clone(),
                score.n.to_string(),
                score.accuracy(),
                score.seconds.map_or_else(String::new, duration),
                format!("{:.0}", score.bits_per_class),
            ]
        })
    });
    table(header, rows)
}

/// Everything but pictures and charts, in Markdown.
pub fn text(runs: &[Run]) -> String {
    let sections = runs.iter().map(section);
    let all: Vec<String> = std::iter::once("# Distilled sets".into())
        .chain(sections)
        .collect();
    all.join("\n\n")
}

fn section(run: &Run) -> String {
    let mut parts = vec![format!("## {}", run.title())];
    let mut lines = vec![
        "| trained on | n | test accuracy | time to make | bits per class |".to_owned(),
        "|---|---|---|---|---|".to_owned(),
    ];
    for score in &run.scores {
        lines.push(format!(
            "| {} | {} | {} | {} | {:.0} |",
            score.label,
            score.n,
            score.accuracy(),
            score.seconds.map_or_else(String::new, duration),
            score.bits_per_class
        ));
    }
    if let Some(published) = &run.published {
        let source = &published.source;
        lines.push(format!(
            "| published ({source}) | | {} | | |",
            percent(published.mean)
        ));
    }
    parts.push(lines.join("\n"));
    let facts = facts(run);
    let facts = facts
        .iter()
        .map(|(name, value)| format!("- {name}: {value}"));
    parts.push(facts.collect::<Vec<_>>().join("\n"));
    let caveats = run.caveats.iter().map(|caveat| format!("- {caveat}"));
    parts.push(format!(
        "### To be careful about\n\n{}",
        caveats.collect::<Vec<_>>().join("\n")
    ));
    parts.push(format!(
        "### Settings\n\n```toml\n{}\n```",
        run.config.trim_end()
    ));
    parts.join("\n\n")
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
