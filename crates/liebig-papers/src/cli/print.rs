//! Papers as tables, records, BibTeX, Markdown, CSV and JSON.

use std::io::Write;

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::args::FormatArgs;
use crate::catalogue::Catalogue;
use crate::export;
use crate::record::Paper;
use crate::search::Facets;
use crate::section;

/// Prints papers in the requested format.
pub(super) fn papers(papers: &[&Paper], format: FormatArgs, out: &mut dyn Write) -> Result<()> {
    if format.json {
        json(&papers, out)
    } else if format.bibtex {
        bibtex(papers, out)
    } else if format.csv {
        write!(out, "{}", export::csv(papers.iter().copied()))?;
        Ok(())
    } else if format.markdown {
        for paper in papers {
            writeln!(out, "{}", export::markdown_entry(paper))?;
        }
        Ok(())
    } else {
        let rows = papers.iter().map(|paper| {
            let code = paper.code.as_ref().map_or(String::new(), |code| {
                format!("{}/{}", code.owner, code.name)
            });
            vec![
                paper.id.clone(),
                paper.when(),
                paper.title.clone(),
                paper.short_authors(),
                code,
            ]
        });
        table(&["id", "when", "title", "authors", "code"], rows, out)
    }
}

/// Prints BibTeX entries, separated by blank lines.
pub(super) fn bibtex(papers: &[&Paper], out: &mut dyn Write) -> Result<()> {
    let entries: Vec<String> = papers.iter().map(|paper| export::bibtex(paper)).collect();
    write!(out, "{}", entries.join("\n"))?;
    Ok(())
}

/// Prints one JSON value.
pub(super) fn json(value: &impl Serialize, out: &mut dyn Write) -> Result<()> {
    serde_json::to_writer_pretty(&mut *out, value).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

/// Prints a table with a header. On a terminal it is fitted to the width; elsewhere it is as wide as its contents.
pub(super) fn table(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_header(header.to_vec())
        .add_rows(rows);
    if table.is_tty() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for line in table.to_string().lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Prints every field of a record, one per line.
pub(super) fn record(catalogue: &Catalogue, paper: &Paper, out: &mut dyn Write) -> Result<()> {
    let code = paper.code.as_ref();
    let sections = paper
        .sections
        .iter()
        .map(|id| format!("{} ({id})", section::full_title(catalogue.sections(), id)));
    let authors = paper.authors.join(", ")
        + if paper.more_authors {
            " and others"
        } else {
            ""
        };
    writeln!(out, "{}", paper.title)?;
    for (name, value) in [
        ("id", paper.id.clone()),
        ("authors", authors),
        ("venue", format!("{} ({})", paper.when(), paper.kind.name())),
        ("paper", paper.paper.clone()),
        ("arXiv", paper.arxiv.clone().unwrap_or_default()),
        ("code", code.map_or(String::new(), |code| code.url.clone())),
        ("project", paper.project.clone().unwrap_or_default()),
        ("sections", sections.collect::<Vec<_>>().join(", ")),
        ("families", paper.families.join(", ")),
        ("modalities", paper.modalities.join(", ")),
        ("applications", paper.applications.join(", ")),
        ("added", paper.added.clone().unwrap_or_default()),
        (
            "implemented",
            paper
                .implemented_by
                .iter()
                .map(|method| format!("liebig distill --method {method}"))
                .collect::<Vec<_>>()
                .join(", "),
        ),
    ] {
        if !value.is_empty() {
            writeln!(out, "  {name:<13} {value}")?;
        }
    }
    Ok(())
}

/// Prints the facets as one table.
pub(super) fn facets(catalogue: &Catalogue, facets: &Facets, out: &mut dyn Write) -> Result<()> {
    writeln!(
        out,
        "{} papers, {} with code\n",
        facets.papers, facets.with_code
    )?;
    let title = |id: &str| format!("{id} ({})", section::full_title(catalogue.sections(), id));
    let sections: Vec<(String, usize)> = facets
        .section
        .iter()
        .map(|(id, count)| (title(id), *count))
        .collect();
    let all = [
        ("year", &facets.year),
        ("section", &sections),
        ("venue", &facets.venue),
        ("kind", &facets.kind),
        ("family", &facets.family),
        ("modality", &facets.modality),
        ("application", &facets.application),
    ];
    let rows = all.iter().flat_map(|(facet, counts)| {
        counts
            .iter()
            .map(move |(value, count)| vec![(*facet).to_owned(), value.clone(), count.to_string()])
    });
    table(&["facet", "value", "papers"], rows, out)
}
