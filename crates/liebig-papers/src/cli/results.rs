//! `liebig papers results`

use std::io::Write;

use anyhow::Result;

use super::args::ResultsArgs;
use super::{Outcome, print};
use crate::results::{self, Comparison, Selection};

/// Shows published numbers with Liebig's own beside them.
pub(super) fn run(args: &ResultsArgs, out: &mut dyn Write) -> Result<Outcome> {
    let selection = Selection {
        dataset: args.dataset.clone(),
        ipc: args.ipc,
        method: args.method.clone(),
        network: args.network.clone(),
    };
    let published = results::published()?;
    let (measured, others) = results::read_measured(&args.records)?;
    for path in others {
        eprintln!("{}: not the result of a run; skipped", path.display());
    }
    let rows = results::compare(&published, &measured, &selection);
    if args.json {
        print::json(&rows, out)?;
    } else {
        print::table(
            &[
                "dataset",
                "IPC",
                "method",
                "network",
                "published",
                "measured",
                "source",
                "note",
            ],
            rows.iter().map(cells),
            out,
        )?;
        writeln!(
            out,
            "\ntop-1 accuracy in %; numbers from different sources were measured with different evaluation protocols"
        )?;
        let mut keys: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.published.as_ref())
            .flat_map(|published| published.source.split('+'))
            .map(|key| key.split('#').next().unwrap_or(key))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        for source in results::sources()
            .iter()
            .filter(|source| keys.contains(&source.key.as_str()))
        {
            writeln!(out, "{:<6} {}", source.key, source.name)?;
        }
    }
    if rows.is_empty() {
        let mut datasets: Vec<&str> = published
            .iter()
            .map(|result| result.dataset.as_str())
            .collect();
        datasets.sort_unstable();
        datasets.dedup();
        eprintln!(
            "no result found\nhint: the datasets are {}",
            datasets.join(", ")
        );
        return Ok(Outcome::Unmet);
    }
    Ok(Outcome::Done)
}

fn cells(row: &Comparison) -> Vec<String> {
    let published = row.published.as_ref();
    let accuracy = published.map_or(String::new(), |published| match published.deviation {
        Some(deviation) => format!("{} ± {deviation}", published.accuracy),
        None => published.accuracy.to_string(),
    });
    let measured: Vec<String> = row
        .measured
        .iter()
        .map(|number| format!("{:.1} ± {:.1} (n {})", number.mean, number.std, number.n))
        .collect();
    vec![
        row.dataset.clone(),
        row.ipc.map_or("all".to_owned(), |ipc| ipc.to_string()),
        row.method.clone(),
        row.network.clone(),
        accuracy,
        measured.join(", "),
        published.map_or(String::new(), |published| published.source.clone()),
        published.map_or(String::new(), |published| published.note.clone()),
    ]
}
