//! `liebig papers check`

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::args::CheckArgs;
use super::{Outcome, print};
use crate::catalogue::Catalogue;
use crate::check;
use crate::import::Severity;
use crate::links::{self, LinkOptions, LinkReport, LinkState};
use crate::results;

/// Checks the records, the published results and, with `--links`, the links.
pub(super) fn run(catalogue: &Catalogue, args: &CheckArgs, out: &mut dyn Write) -> Result<Outcome> {
    let mut findings = check::check(catalogue);
    findings.extend(check::check_results(catalogue, &results::published()?));
    let links = if args.links {
        ask(catalogue, args)?
    } else {
        Vec::new()
    };
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let warnings = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Warning)
        .count();
    let without_code = catalogue
        .papers()
        .iter()
        .filter(|paper| paper.code.is_none())
        .count();
    let dead = links
        .iter()
        .filter(|link| matches!(link.state, LinkState::Dead { .. }))
        .count();
    if args.json {
        let facts = json!({
            "papers": catalogue.papers().len(), "errors": errors, "warnings": warnings, "without_code": without_code,
            "findings": findings, "links": links,
        });
        print::json(&facts, out)?;
    } else {
        for finding in &findings {
            let name = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note if args.verbose => "note",
                Severity::Note => continue,
            };
            writeln!(out, "{name}: {finding}")?;
        }
        print_links(&links, out)?;
        writeln!(
            out,
            "{} papers: {errors} errors, {warnings} warnings; {without_code} papers without code",
            catalogue.papers().len()
        )?;
        if args.links {
            let alive = links
                .iter()
                .filter(|link| matches!(link.state, LinkState::Alive { .. }))
                .count();
            let cached = links.iter().filter(|link| link.cached).count();
            writeln!(
                out,
                "{} links: {alive} alive, {dead} dead, {} unclear; {cached} from the cache",
                links.len(),
                links.len() - alive - dead
            )?;
        }
    }
    Ok(if errors + dead > 0 {
        Outcome::Unmet
    } else {
        Outcome::Done
    })
}

fn print_links(links: &[LinkReport], out: &mut dyn Write) -> Result<()> {
    for link in links {
        let state = match &link.state {
            LinkState::Alive { .. } => continue,
            LinkState::Dead { status } => format!("dead ({status})"),
            LinkState::Refused { status } => format!("refused ({status})"),
            LinkState::Unreachable { message } => format!("no answer ({message})"),
        };
        writeln!(out, "{state}: {} in {}", link.url, link.papers.join(", "))?;
    }
    Ok(())
}

fn ask(catalogue: &Catalogue, args: &CheckArgs) -> Result<Vec<LinkReport>> {
    let links = links::links(catalogue);
    let options = LinkOptions {
        delay: Duration::from_secs_f64(args.delay),
        retries: args.retries,
        cache: args.cache.clone().or_else(default_cache),
        ..LinkOptions::default()
    };
    let shown = std::io::stderr().is_terminal();
    Ok(links::check_links(&links, &options, |done, url| {
        if shown {
            eprintln!("{}/{}  {url}", done + 1, links.len());
        }
    })?)
}

/// `$XDG_CACHE_HOME/liebig/links.json`, or the same below `~/.cache`.
fn default_cache() -> Option<PathBuf> {
    let folder = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let cache =
        folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))?;
    Some(cache.join("liebig").join("links.json"))
}
