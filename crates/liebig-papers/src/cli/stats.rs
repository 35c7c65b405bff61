//! `liebig papers stats`

use std::io::Write;

use anyhow::Result;

use super::args::StatsArgs;
use super::{Outcome, print};
use crate::catalogue::Catalogue;
use crate::files;
use crate::record::Paper;
use crate::search;
use crate::section;
use crate::stats::{Row, stats};

/// Counts all papers, or those that match a query.
pub(super) fn run(catalogue: &Catalogue, args: &StatsArgs, out: &mut dyn Write) -> Result<Outcome> {
    let query = search::parse(&args.query.join(" "))?;
    let papers: Vec<&Paper> = search::Index::new(catalogue)?
        .search(&query)?
        .into_iter()
        .map(|hit| hit.paper)
        .collect();
    let mut stats = stats(papers.iter().copied());
    if args.json {
        print::json(&stats, out)?;
    }
    for row in &mut stats.sections {
        row.name = section::full_title(catalogue.sections(), &row.name);
    }
    if let Some(path) = &args.svg {
        files::write(path, crate::chart(&stats)?.as_bytes())?;
        eprintln!("chart written to {}", path.display());
    }
    if args.json {
        return Ok(Outcome::Done);
    }
    writeln!(
        out,
        "{} papers, {} with code ({}), {} with a project page, {} on arXiv, {} implemented by Liebig\n",
        stats.papers,
        stats.with_code,
        share(stats.with_code, stats.papers),
        stats.with_project,
        stats.with_arxiv,
        stats.implemented
    )?;
    let all: [(&str, &[Row]); 5] = [
        ("year", &stats.years),
        ("section", &stats.sections),
        ("venue", &stats.venues),
        ("family", &stats.families),
        ("first author", &stats.first_authors),
    ];
    let rows = all.iter().flat_map(|(by, rows)| {
        rows.iter().map(move |row| {
            let counts = [
                row.papers.to_string(),
                row.with_code.to_string(),
                share(row.with_code, row.papers),
            ];
            [(*by).to_owned(), row.name.clone()]
                .into_iter()
                .chain(counts)
                .collect()
        })
    });
    print::table(&["by", "value", "papers", "with code", "share"], rows, out)?;
    Ok(Outcome::Done)
}

fn share(part: usize, whole: usize) -> String {
    let percent = (100 * part + whole / 2).checked_div(whole);
    percent.map_or(String::new(), |percent| format!("{percent} %"))
}
