//! The rankings in a table.

use liebig::search::Agreement;
use serde::Serialize;

use super::proxies::Proxy;
use crate::format::{duration, percent};
use crate::printer::table;

/// A ranking's row.
#[derive(Serialize)]
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
#[derive(Serialize)]
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

pub fn text(summary: &Summary) -> String {
    let rows = summary.lines.iter().map(|line| {
        let found = &line.agreement;
        [
            line.proxy.clone(),
            format!(
                "{:.2} ({:.2} to {:.2})",
                found.spearman, found.interval.low, found.interval.high
            ),
            format!("{:.2}", found.kendall),
            percent(found.top_overlap),
            percent(found.regret.first().copied().unwrap_or(f64::NAN)),
            if line.seconds > 0.0 {
                duration(line.seconds)
            } else {
                String::new()
            },
            line.making.map_or_else(String::new, duration),
            line.pays_from
                .map_or_else(String::new, |count| format!("{:.0}", count.ceil())),
        ]
    });
    let top = summary.lines.first().map_or(0, |line| line.agreement.top);
    let overlap = format!("best {top} found");
    let header = [
        "ranked by",
        "Spearman (95 %)",
        "Kendall",
        overlap.as_str(),
        "regret of the best",
        "time",
        "time to make",
        "pays from",
    ];
    let mut parts = vec![table(header, rows)];
    parts.push(format!(
        "{} networks; the best reaches {} on everything, all together take {} with one seed. Regret is how far the network that a ranking puts\n         first is below it; \"pays from\" is the number of networks from which on making the set and training on it is quicker than training on\n         everything. Intervals are over other networks of the space (bootstrap).",
        summary.networks.len(),
        percent(summary.best),
        duration(summary.truth_seconds)
    ));
    parts.extend(summary.verdicts.iter().cloned());
    parts.join("\n\n")
}
