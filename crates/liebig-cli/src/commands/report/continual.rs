//! A sequence of continual learning as a section of a report.

use anyhow::Result;

use super::super::continual::{Summary, curves, table};
use super::section::{Chart, Section};

/// Networks below which a deviation says little.
const FEW: usize = 5;

/// Everything about it.
pub fn section(summary: &Summary) -> Result<Section> {
    let chart = Chart::of_lines(
        "Accuracy on everything seen over the steps; the band is the deviation of networks and orders",
        &curves(summary),
        ["step", "accuracy in %"],
    )?;
    Ok(Section {
        title: summary.title(),
        table: table(summary),
        remarks: Vec::new(),
        facts: summary.facts(),
        picture: None,
        charts: chart.into_iter().collect(),
        caveats: caveats(summary),
        settings: None,
    })
}

fn caveats(summary: &Summary) -> Vec<String> {
    let mut caveats = vec![
        "Networks are fresh after each step: this measures the memory, not how a network forgets."
            .to_owned(),
        "Learnt samples take four bytes a value and real ones one: compare rows of as many bytes."
            .into(),
    ];
    let fewest = summary.rows.iter().map(|line| line.progress.n).min();
    if let Some(n) = fewest.filter(|n| *n < FEW) {
        caveats.push(format!("Only {n} network(s) of each row."));
    }
    caveats.push("finetune and joint are trained on real data in another way than the other rows: plain batches, without augmentation.".into());
    caveats
}
