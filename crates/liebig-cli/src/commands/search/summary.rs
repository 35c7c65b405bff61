//! The rankings in a table.

use liebig::search::Agreement;
use serde::{Deserialize, Serialize};

use super::proxies::Proxy;
use crate::format::{duration, percent};
use crate::table::{Cell, Table};

/// A ranking's row.
#[derive(Serialize, Deserialize)]
pub struct Line {
    /// What gives the scores.
    pub proxy: String,
    /// How well they agree with the truth.
    pub agreement: Agreement,
    /// Seconds for all networks.
    pub seconds: f64,
    /// Seconds to make the set.
    pub making: Option<f64>,
    /// The number of networks from which on making the set and training on it takes less time than the truth; none if it never
    /// does, or the time is not known.
    pub pays_from: Option<f64>,
    /// Whether the set was distilled.
    pub distilled: bool,
    /// In the order of the networks.
    pub scores: Vec<f64>,
}

/// All of it, as `--json` prints it.
#[derive(Serialize, Deserialize)]
pub struct Summary {
    /// The networks.
    pub networks: Vec<String>,
    /// Their accuracy after training on everything, mean over the seeds.
    pub truth: Vec<f64>,
    /// Seconds that this takes with one seed.
    pub truth_seconds: f64,
    /// The best of them.
    pub best: f64,
    /// The rankings.
    pub lines: Vec<Line>,
    /// What follows for each distilled set.
    pub verdicts: Vec<String>,
}

/// A line for a ranking.
pub fn line(proxy: Proxy, truth: &[f64], truth_seconds: f64, seed: u64) -> Line {
    let count = truth.len() as f64;
    let saved = (truth_seconds - proxy.seconds) / count;
    Line {
        agreement: liebig::search::agreement(&proxy.scores, truth, seed),
        pays_from: proxy
            .making
            .filter(|_| saved > 0.0)
            .map(|making| making / saved),
        proxy: proxy.name,
        seconds: proxy.seconds,
        making: proxy.making,
        distilled: proxy.distilled,
        scores: proxy.scores,
    }
}

/// Whether a distilled set ranks better than what costs as much or less.
pub fn verdicts(lines: &[Line]) -> Vec<String> {
    let others = || {
        lines
            .iter()
            .filter(|line| !line.distilled && line.proxy != super::CEILING)
    };
    let better = |a: &&Line, b: &&Line| a.agreement.spearman.total_cmp(&b.agreement.spearman);
    let Some(other) = others().max_by(better) else {
        return Vec::new();
    };
    let verdict = |line: &Line| {
        let (found, beside) = (&line.agreement, &other.agreement);
        let name = (&line.proxy, &other.proxy);
        if found.spearman <= beside.spearman {
            format!(
                "{}: no gain, {} ranks as well or better ({:.2} against {:.2})",
                name.0, name.1, beside.spearman, found.spearman
            )
        } else if found.interval.low <= beside.spearman {
            format!(
                "{}: no gain that is sure, its interval contains the {:.2} of {}",
                name.0, beside.spearman, name.1
            )
        } else {
            format!(
                "{}: ranks better than {} ({:.2} against {:.2})",
                name.0, name.1, found.spearman, beside.spearman
            )
        }
    };
    lines
        .iter()
        .filter(|line| line.distilled)
        .map(verdict)
        .collect()
}

/// A row for each ranking.
pub fn table(summary: &Summary) -> Table {
    let top = summary.lines.first().map_or(0, |line| line.agreement.top);
    let overlap = format!("best {top} found");
    let numbers = [
        "Spearman (95 %)",
        "Kendall",
        overlap.as_str(),
        "regret of the best",
        "time",
        "time to make",
        "pays from",
    ];
    let caption = format!(
        "{} networks; the best reaches {} on everything, all together take {} with one seed. Regret is how far the network that a ranking puts \
         first is below it; \"pays from\" is the number of networks from which on making the set and training on it is quicker than training on \
         everything. Intervals are over other networks of the space (bootstrap).",
        summary.networks.len(),
        percent(summary.best),
        duration(summary.truth_seconds)
    );
    let mut table = Table::new(&caption, &["ranked by"], &numbers);
    table.rows = summary.lines.iter().map(cells).collect();
    table
}

fn cells(line: &Line) -> Vec<Cell> {
    let found = &line.agreement;
    let interval = &found.interval;
    let regret = found.regret.first().copied().unwrap_or(f64::NAN);
    vec![
        line.proxy.as_str().into(),
        Cell::number(
            found.spearman,
            format!(
                "{:.2} ({:.2} to {:.2})",
                found.spearman, interval.low, interval.high
            ),
        ),
        Cell::number(found.kendall, format!("{:.2}", found.kendall)),
        Cell::number(found.top_overlap, percent(found.top_overlap)),
        Cell::number(regret, percent(regret)),
        Cell::known((line.seconds > 0.0).then_some(line.seconds), duration),
        Cell::known(line.making, duration),
        Cell::known(line.pays_from, |count| format!("{:.0}", count.ceil())),
    ]
}

pub fn text(summary: &Summary) -> String {
    let table = table(summary);
    let mut parts = vec![table.text(), table.caption];
    parts.extend(summary.verdicts.iter().cloned());
    parts.join("\n\n")
}
