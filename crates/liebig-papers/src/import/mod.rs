//! Imports a checkout of the upstream list: `README.md`, `citations/` and `data/`.
//!
//! The list is maintained by hand and has mistakes. None of them makes an import fail: each is reported as a
//! [`Diagnostic`] with file and line, and nothing is dropped without one. The README is authoritative; the other files
//! are joined to it by key.

mod articles;
mod citations;
mod diagnostic;
mod entry;
mod join;
mod names;
mod readme;
mod text;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use diagnostic::Report;
pub use diagnostic::{Diagnostic, Kind, Severity};
pub(crate) use entry::is_day;

use crate::catalogue::{self, Catalogue};
use crate::error::Error;
use crate::files;
use crate::record::Paper;

/// The files of a checkout, as bytes.
#[derive(Debug, Clone, Default)]
pub struct Checkout {
    /// `README.md`.
    pub readme: Vec<u8>,
    /// The files in `citations/`: contents by name.
    pub citations: BTreeMap<String, Vec<u8>>,
    /// The files in `data/`: contents by name.
    pub data: BTreeMap<String, Vec<u8>>,
}

/// The result of an import.
#[derive(Debug, Clone)]
pub struct Import {
    /// The records found.
    pub catalogue: Catalogue,
    /// The irregularities, sorted by file and line, with the README first.
    pub diagnostics: Vec<Diagnostic>,
    /// How many entries of each kind were found.
    pub counts: Counts,
}

/// Numbers of entries in the README, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Entries with a bullet.
    pub strict: usize,
    /// Entries that were read although their bullet is missing.
    pub recovered: usize,
    /// Lines without a title link, which are workshops and challenges and not papers.
    pub without_link: usize,
}

impl Checkout {
    /// Reads a checkout. `citations/` and `data/` may be missing.
    ///
    /// # Errors
    /// [`Error::NoCatalogue`] if there is no `README.md`; [`Error::TooLarge`], [`Error::Io`].
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let readme = folder.join("README.md");
        if !readme.is_file() {
            return Err(Error::NoCatalogue {
                path: folder.into(),
            });
        }
        Ok(Checkout {
            readme: files::read(&readme)?,
            citations: read_all(&folder.join("citations"), "txt")?,
            data: [
                "articles.json",
                "latest.json",
                "latest_names.jsonl",
                "update.txt",
            ]
            .iter()
            .map(|name| (*name, folder.join("data").join(name)))
            .filter(|(_, path)| path.is_file())
            .map(|(name, path)| Ok((name.to_owned(), files::read(&path)?)))
            .collect::<Result<_, Error>>()?,
        })
    }
}

/// Every file of a folder with this extension; none if the folder does not exist.
fn read_all(folder: &Path, ending: &str) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut found = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder).map_err(|source| Error::read(folder, source))? {
        let path = entry.map_err(|source| Error::read(folder, source))?.path();
        if path.extension().is_some_and(|found| found == ending)
            && let Some(name) = path.file_name()
        {
            found.insert(name.to_string_lossy().into_owned(), files::read(&path)?);
        }
    }
    Ok(found)
}

/// Reads records from a checkout. Irregular content is reported and never makes this fail.
///
/// # Errors
/// [`Error::Toml`] if the shipped sections are malformed; a test reads them.
pub fn import(checkout: &Checkout) -> Result<Import, Error> {
    let known = catalogue::shipped_sections()?;
    let mut report = Report::default();
    let lines = text::lines(entry::FILE, &checkout.readme, &mut report);
    let readme = readme::read(&lines, &known, &mut report);
    let listed = join::by_id(&readme, &mut report);

    let citations: Vec<_> = checkout
        .citations
        .iter()
        .filter_map(|(name, bytes)| citations::read(name, bytes, &mut report))
        .collect();
    join::check_keys(&citations, &listed, &mut report);
    let by_stem: BTreeMap<&str, _> = citations
        .iter()
        .map(|citation| (citation.stem.as_str(), citation))
        .collect();

    let mut papers: BTreeMap<String, Paper> = BTreeMap::new();
    for (id, listed) in &listed {
        let key = listed.entry.key.as_deref();
        let citation = key.and_then(|key| by_stem.get(key)).copied();
        if let Some(key) = key.filter(|key| {
            !checkout.citations.is_empty()
                && !checkout.citations.contains_key(&format!("{key}.txt"))
        }) {
            let message = format!("the citation file `{key}.txt` does not exist");
            report.add(
                Kind::MissingCitation,
                entry::FILE,
                listed.entry.line,
                Some(id),
                message,
            );
        }
        papers.extend(
            join::paper(id, listed, citation, &mut report).map(|paper| (id.clone(), paper)),
        );
    }
    join::add_latest(&readme, &mut papers, &mut report);

    let truth = articles::Truth::new(
        listed
            .iter()
            .map(|(id, listed)| (id.as_str(), listed.entry)),
        &readme.events,
    );
    let data = |name: &str| checkout.data.get(name);
    if let Some(bytes) = data("articles.json") {
        articles::articles(bytes, &truth, &mut report);
    }
    if let Some(bytes) = data("latest.json") {
        articles::latest(bytes, &truth, &mut report);
    }
    if let Some(bytes) = data("latest_names.jsonl") {
        for (key, day) in articles::latest_names(bytes, &truth, &mut report) {
            if let Some(paper) = papers.get_mut(&key) {
                paper.added.get_or_insert(day);
            }
        }
    }
    if let Some(bytes) = data("update.txt") {
        articles::update(bytes, &truth, &mut report);
    }

    let counts = Counts {
        strict: readme
            .entries
            .iter()
            .filter(|(entry, _)| entry.bullet)
            .count(),
        recovered: readme
            .entries
            .iter()
            .filter(|(entry, _)| !entry.bullet)
            .count(),
        without_link: readme.events.len(),
    };
    let Report(mut diagnostics) = report;
    diagnostics.sort_by(|a, b| {
        (rank(&a.file), &a.file, a.line, a.kind).cmp(&(rank(&b.file), &b.file, b.line, b.kind))
    });
    Ok(Import {
        catalogue: Catalogue::new(readme.sections, papers.into_values().collect()),
        diagnostics,
        counts,
    })
}

/// Sorts the README before the other files.
fn rank(file: &str) -> u8 {
    u8::from(file != entry::FILE)
}
