//! `liebig papers import`, `diff` and `export`: reading, comparing and writing whole catalogues.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use serde_json::json;

use super::args::{DiffArgs, ExportArgs, ImportArgs};
use super::{Outcome, print};
use crate::catalogue::Catalogue;
use crate::diff::{self, Diff};
use crate::error::Error;
use crate::export;
use crate::files;
use crate::import::{self, Checkout, Kind, Severity};

/// Opens a catalogue and reports how many irregularities it had.
pub(super) fn open(path: &Path) -> Result<Catalogue, Error> {
    if path == Path::new("shipped") && !path.exists() {
        return Catalogue::shipped();
    }
    let (catalogue, diagnostics) = crate::open(path)?;
    if !diagnostics.is_empty() {
        eprintln!(
            "{}: {} irregularities; `liebig papers import` lists them",
            path.display(),
            diagnostics.len()
        );
    }
    Ok(catalogue)
}

/// Reads a checkout, reports its irregularities, and writes or merges the records.
pub(super) fn import(args: &ImportArgs, out: &mut dyn Write) -> Result<Outcome> {
    let import = import::import(&Checkout::read(&args.checkout)?)?;
    let unread = import
        .diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .count();
    if args.json {
        print::json(
            &json!({ "papers": import.catalogue.papers().len(), "entries": import.counts, "diagnostics": import.diagnostics }),
            out,
        )?;
    } else {
        for diagnostic in &import.diagnostics {
            writeln!(out, "{diagnostic}")?;
        }
        let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
        for diagnostic in &import.diagnostics {
            *kinds.entry(diagnostic.kind).or_default() += 1;
        }
        let kinds: Vec<String> = kinds
            .iter()
            .map(|(kind, count)| format!("{} {count}", kind.code()))
            .collect();
        let counts = import.counts;
        writeln!(
            out,
            "\n{} papers: {} entries in the list's format, {} without a bullet; {} lines without a title link left out\n\
             {} irregularities: {}",
            import.catalogue.papers().len(),
            counts.strict,
            counts.recovered,
            counts.without_link,
            import.diagnostics.len(),
            kinds.join(", ")
        )?;
    }
    if let Some(folder) = &args.output {
        import.catalogue.save(folder)?;
        eprintln!("written to {}", folder.display());
    }
    if let Some(folder) = &args.update {
        let ours = Catalogue::load(folder)?;
        let merged = diff::update(&ours, &import.catalogue);
        let changes = diff::diff(&ours, &merged);
        merged.save(folder)?;
        eprintln!(
            "{}: {} new papers, {} changed",
            folder.display(),
            changes.new.len(),
            changes.changed.len()
        );
        let gone = diff::diff(&ours, &import.catalogue).gone;
        if !gone.is_empty() {
            let ids: Vec<&str> = gone.iter().map(|paper| paper.id.as_str()).collect();
            eprintln!("kept although not in the list: {}", ids.join(", "));
        }
    }
    Ok(if args.strict && unread > 0 {
        Outcome::Unmet
    } else {
        Outcome::Done
    })
}

/// Shows which papers are new, changed or gone.
pub(super) fn diff(args: &DiffArgs, out: &mut dyn Write) -> Result<Outcome> {
    let diff = diff::diff(&open(&args.before)?, &open(&args.after)?);
    if args.json {
        print::json(&diff, out)?;
    } else {
        print_diff(&diff, out)?;
    }
    Ok(Outcome::Done)
}

fn print_diff(diff: &Diff, out: &mut dyn Write) -> Result<()> {
    for (name, papers) in [("new", &diff.new), ("gone", &diff.gone)] {
        for paper in papers {
            writeln!(
                out,
                "{name}      {}: {} ({}, {})",
                paper.id,
                paper.title,
                paper.short_authors(),
                paper.when()
            )?;
        }
    }
    for change in &diff.changed {
        writeln!(out, "changed  {}", change.id)?;
        for field in &change.fields {
            writeln!(
                out,
                "           {}: {} -> {}",
                field.field, field.before, field.after
            )?;
        }
    }
    writeln!(
        out,
        "{} new, {} changed, {} gone",
        diff.new.len(),
        diff.changed.len(),
        diff.gone.len()
    )?;
    Ok(())
}

/// Writes the whole catalogue.
pub(super) fn export(
    catalogue: &Catalogue,
    args: &ExportArgs,
    out: &mut dyn Write,
) -> Result<Outcome> {
    if let Some(folder) = &args.checkout {
        export::write_checkout(&export::checkout(catalogue), folder)?;
        eprintln!("written to {}", folder.display());
        return Ok(Outcome::Done);
    }
    if let Some(folder) = &args.toml {
        catalogue.save(folder)?;
        eprintln!("written to {}", folder.display());
        return Ok(Outcome::Done);
    }
    let mut text: Vec<u8> = Vec::new();
    if args.markdown {
        text = export::markdown_list(catalogue).into_bytes();
    } else if args.csv {
        text = export::csv(catalogue.papers().iter()).into_bytes();
    } else if args.bibtex {
        print::bibtex(&catalogue.papers().iter().collect::<Vec<_>>(), &mut text)?;
    } else {
        print::json(&catalogue.papers(), &mut text)?;
    }
    match &args.output {
        Some(path) => {
            files::write(path, &text)?;
            eprintln!("written to {}", path.display());
        }
        None => out.write_all(&text)?,
    }
    Ok(Outcome::Done)
}
