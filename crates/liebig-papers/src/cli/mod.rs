//! The command `liebig papers`. It prints tables, JSON, BibTeX, Markdown or CSV.
//!
//! Results go to the given writer, everything else to standard error. A binary adds the command with a
//! `#[command]` variant `Papers(PapersArgs)` and one call of [`run`].

mod args;
mod check;
mod exchange;
mod print;
mod results;
mod stats;

use std::io::Write;

use anyhow::Result;

pub use args::{
    BibtexArgs, CheckArgs, DiffArgs, ExportArgs, FormatArgs, ImportArgs, ListArgs, PapersArgs,
    PapersCommand, ResultsArgs, SearchArgs, ShowArgs, StatsArgs,
};

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::record::Paper;
use crate::search;

/// How a command ended, unless it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The command succeeded: exit code 0.
    Done,
    /// A check found errors, or a search found nothing: exit code 1.
    Unmet,
}

impl From<Outcome> for std::process::ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => std::process::ExitCode::SUCCESS,
            Outcome::Unmet => std::process::ExitCode::FAILURE,
        }
    }
}

/// Runs a command and writes its results to `out`.
///
/// # Errors
/// The errors of reading, searching and writing; [`is_usage`] distinguishes mistakes in the arguments from failures.
pub fn run(args: &PapersArgs, out: &mut dyn Write) -> Result<Outcome> {
    let catalogue = || -> Result<Catalogue> {
        let Some(path) = &args.catalogue else {
            return Ok(Catalogue::shipped()?);
        };
        Ok(exchange::open(path)?)
    };
    match &args.command {
        PapersCommand::Search(args) => search(&catalogue()?, args, out),
        PapersCommand::Show(args) => show(&catalogue()?, args, out),
        PapersCommand::List(args) => {
            let catalogue = catalogue()?;
            print::papers(
                &catalogue.papers().iter().collect::<Vec<_>>(),
                args.format,
                out,
            )?;
            Ok(Outcome::Done)
        }
        PapersCommand::Stats(args) => stats::run(&catalogue()?, args, out),
        PapersCommand::Bibtex(args) => bibtex(&catalogue()?, args, out),
        PapersCommand::Import(args) => exchange::import(args, out),
        PapersCommand::Check(args) => check::run(&catalogue()?, args, out),
        PapersCommand::Diff(args) => exchange::diff(args, out),
        PapersCommand::Export(args) => exchange::export(&catalogue()?, args, out),
        PapersCommand::Results(args) => results::run(args, out),
    }
}

/// Whether an error is a mistake in the arguments (exit code 2) rather than a failure (exit code 1).
pub fn is_usage(error: &anyhow::Error) -> bool {
    let usage = |error: &Error| {
        matches!(
            error,
            Error::Query { .. } | Error::UnknownPaper { .. } | Error::NoCatalogue { .. }
        )
    };
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref())
        .any(usage)
}

fn search(catalogue: &Catalogue, args: &SearchArgs, out: &mut dyn Write) -> Result<Outcome> {
    let query = search::parse(&args.query.join(" "))?;
    let index = search::Index::new(catalogue)?;
    let mut papers: Vec<&Paper> = index
        .search(&query)?
        .into_iter()
        .map(|hit| hit.paper)
        .collect();
    if args.facets {
        let facets = search::facets(papers.iter().copied());
        if args.format.json {
            print::json(&facets, out)?;
        } else {
            print::facets(catalogue, &facets, out)?;
        }
        return Ok(Outcome::Done);
    }
    let found = papers.len();
    papers.truncate(args.limit.unwrap_or(usize::MAX));
    print::papers(&papers, args.format, out)?;
    if papers.len() < found {
        eprintln!(
            "{} of {found} papers shown; omit --limit to show all",
            papers.len()
        );
    } else if found == 0 {
        eprintln!(
            "no paper found\nhint: a star matches any ending (condens*); see `liebig papers search --help`"
        );
    }
    // As with grep, a search that finds nothing ends with exit code 1.
    Ok(if found == 0 {
        Outcome::Unmet
    } else {
        Outcome::Done
    })
}

fn show(catalogue: &Catalogue, args: &ShowArgs, out: &mut dyn Write) -> Result<Outcome> {
    let papers: Vec<&Paper> = args
        .ids
        .iter()
        .map(|id| catalogue.get(id))
        .collect::<Result<_, _>>()?;
    if args.json {
        print::json(&papers, out)?;
    } else {
        for (index, paper) in papers.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            print::record(catalogue, paper, out)?;
        }
    }
    Ok(Outcome::Done)
}

fn bibtex(catalogue: &Catalogue, args: &BibtexArgs, out: &mut dyn Write) -> Result<Outcome> {
    let papers: Vec<&Paper> = if args.ids.is_empty() {
        catalogue.papers().iter().collect()
    } else {
        args.ids
            .iter()
            .map(|id| catalogue.get(id))
            .collect::<Result<_, _>>()?
    };
    print::bibtex(&papers, out)?;
    Ok(Outcome::Done)
}
