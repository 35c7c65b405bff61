//! A search as a section of a report.

use anyhow::Result;

use super::super::search::{REGRET_AXES, Summary, regrets, scatter, table};
use super::section::{Chart, Section};
use crate::format::{duration, percent};

/// Networks below which rankings say little.
const FEW: usize = 50;

/// Everything about it.
pub fn section(summary: &Summary) -> Result<Section> {
    let scatter = Chart::drawn(
        "Accuracy of each network after training on everything, over its score, for each ranking",
        |theme| scatter::svg(summary, theme),
    )?;
    let regret = Chart::of_lines(
        "How far the best of the networks that are tried is below the best of all",
        &regrets(summary),
        REGRET_AXES,
    )?;
    let count = summary.networks.len();
    let mut caveats = vec![
        "Times are those of the machine as it was, with everything else that ran on it.".to_owned(),
    ];
    if count < FEW {
        caveats.push(format!(
            "Only {count} networks: intervals are wide, and a ranking may look good by chance."
        ));
    }
    Ok(Section {
        title: format!("search among {count} networks"),
        table: table(summary),
        remarks: summary.verdicts.clone(),
        facts: vec![
            ("networks", count.to_string()),
            ("the best reaches", percent(summary.best)),
            (
                "time to train all on everything",
                duration(summary.truth_seconds),
            ),
        ],
        picture: None,
        charts: std::iter::once(scatter).chain(regret).collect(),
        caveats,
        settings: None,
    })
}
