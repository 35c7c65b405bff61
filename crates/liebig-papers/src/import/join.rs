//! Joins the README and the citation files by key. The README is authoritative.

use std::collections::{BTreeMap, BTreeSet};

use super::citations::Citation;
use super::diagnostic::{Kind, Report};
use super::entry::{Entry, FILE};
use super::readme::Readme;
use crate::files;
use crate::fold;
use crate::link::{self, Code};
use crate::record::Paper;
use crate::section;
use crate::tags;

/// A paper in the list: its first entry and its sections.
pub(crate) struct Listed<'a> {
    /// The first entry.
    pub entry: &'a Entry,
    /// The ids of the sections that list it, in the order of the list.
    pub sections: Vec<String>,
}

/// The entries by id. Several entries of the same paper are merged.
pub(crate) fn by_id<'a>(readme: &'a Readme, report: &mut Report) -> BTreeMap<String, Listed<'a>> {
    let mut listed: BTreeMap<String, Listed<'a>> = BTreeMap::new();
    for (entry, section) in &readme.entries {
        let mut id = id_of(entry, report);
        if let Some(first) = listed.get_mut(&id) {
            if fold::title_key(&first.entry.title) == fold::title_key(&entry.title) {
                if !first.sections.contains(section) {
                    first.sections.push(section.clone());
                }
                let message = format!("also listed on line {}; merged", first.entry.line);
                report.add(Kind::RepeatedEntry, FILE, entry.line, Some(&id), message);
                continue;
            }
            let taken = id.clone();
            let free = (2..)
                .map(|n| format!("{taken}-{n}"))
                .find(|id| !listed.contains_key(id));
            id = free.unwrap_or_default();
            let message =
                format!("the key `{taken}` already names another paper; the id is `{id}`");
            report.add(Kind::KeyClash, FILE, entry.line, Some(&id), message);
        }
        listed.insert(
            id,
            Listed {
                entry,
                sections: vec![section.clone()],
            },
        );
    }
    listed
}

/// The key of an entry, or an id made from its fields.
fn id_of(entry: &Entry, report: &mut Report) -> String {
    if let Some(key) = entry.key.as_deref().filter(|key| files::is_name(key)) {
        return key.to_owned();
    }
    let family = entry
        .leads
        .first()
        .and_then(|name| name.split(' ').next_back())
        .unwrap_or("anonymous");
    let year = entry.when.as_ref().map_or(0, |when| when.year);
    let word = fold::words(&entry.title)
        .into_iter()
        .find(|word| word.len() > 3)
        .unwrap_or_default();
    let id =
        format!("{}{year}{}", section::slug(family), section::slug(&word)).replace("section", "");
    let message = match &entry.key {
        Some(key) => format!("the key `{key}` cannot be a file name; the id is `{id}`"),
        None => format!("`{}` has no BibTeX link; the id is `{id}`", entry.title),
    };
    report.add(Kind::NoCitation, FILE, entry.line, Some(&id), message);
    id
}

/// The record of a paper: the facts of the list, with the authors that the list omits from the citation file.
pub(crate) fn paper(
    id: &str,
    listed: &Listed<'_>,
    citation: Option<&Citation>,
    report: &mut Report,
) -> Option<Paper> {
    let entry = listed.entry;
    let when = entry.when.as_ref()?;
    let url = entry.url.clone()?;
    let arxiv = link::arxiv_id(&url);
    if let Some(citation) = citation {
        compare(id, entry, citation, arxiv.as_deref(), report);
    }
    let (authors, more_authors) = authors(id, entry, citation, report);
    let mut paper = Paper {
        id: id.to_owned(),
        title: entry.title.clone(),
        leads: entry.leads.len().clamp(1, authors.len().max(1)),
        authors,
        more_authors,
        venue: when.venue.clone(),
        kind: when.kind,
        year: when.year,
        arxiv: arxiv.or_else(|| citation.and_then(|citation| citation.arxiv.clone())),
        paper: url,
        code: entry.code.clone().map(Code::new),
        project: entry.project.clone(),
        sections: listed.sections.clone(),
        families: Vec::new(),
        modalities: Vec::new(),
        applications: Vec::new(),
        added: None,
        implemented_by: Vec::new(),
    };
    tags::derive(&mut paper);
    Some(paper)
}

/// Reports where a citation file and the list disagree.
fn compare(id: &str, entry: &Entry, citation: &Citation, arxiv: Option<&str>, report: &mut Report) {
    let file = citation.file.as_str();
    let mut differ = |kind, what: &str, theirs: &str, ours: &str| {
        report.add(
            kind,
            file,
            1,
            Some(id),
            format!(
                "the {what} is `{theirs}`, but `{ours}` in the list (line {})",
                entry.line
            ),
        );
    };
    if fold::title_key(&citation.title) != fold::title_key(&entry.title) {
        differ(Kind::TitleDiffers, "title", &citation.title, &entry.title);
    }
    let year = entry.when.as_ref().map_or(0, |when| when.year);
    match citation.year {
        Some(theirs) if theirs == year => {}
        Some(theirs) => differ(
            Kind::YearDiffers,
            "year",
            &theirs.to_string(),
            &year.to_string(),
        ),
        None => differ(Kind::YearDiffers, "year", "none", &year.to_string()),
    }
    if let (Some(theirs), Some(ours)) = (citation.arxiv.as_deref(), arxiv)
        && theirs != ours
    {
        differ(Kind::ArxivDiffers, "arXiv id", theirs, ours);
    }
}

/// All authors: those of the citation file, with the authors that the list names in the first places.
fn authors(
    id: &str,
    entry: &Entry,
    citation: Option<&Citation>,
    report: &mut Report,
) -> (Vec<String>, bool) {
    let Some(citation) = citation.filter(|citation| !citation.authors.is_empty()) else {
        return (entry.leads.clone(), entry.et_al);
    };
    let mut authors = citation.authors.clone();
    for (place, lead) in entry.leads.iter().enumerate() {
        if authors
            .get(place)
            .is_some_and(|author| is_same(author, lead))
        {
            continue;
        }
        let message = match authors.iter().position(|author| is_same(author, lead)) {
            Some(found) => {
                let author = authors.remove(found);
                authors.insert(place.min(authors.len()), author);
                format!(
                    "`{lead}` is author {} here, but author {} in the list; the list was followed",
                    found + 1,
                    place + 1
                )
            }
            None => {
                let theirs = authors.get(place).cloned().unwrap_or_default();
                match authors.get_mut(place) {
                    Some(author) => author.clone_from(lead),
                    None => authors.push(lead.clone()),
                }
                format!(
                    "author {} is `{theirs}` here, but `{lead}` in the list; the list was followed",
                    place + 1
                )
            }
        };
        report.add(Kind::AuthorsDiffer, &citation.file, 1, Some(id), message);
    }
    let more = entry.et_al && authors.len() <= entry.leads.len() || citation.others;
    if entry.et_al && authors.len() <= entry.leads.len() {
        report.add(
            Kind::AuthorsDiffer,
            &citation.file,
            1,
            Some(id),
            "the list says `et al.`, but the file has no further authors",
        );
    }
    (authors, more)
}

/// Whether a short name from the list means an author: all its words occur in the full name.
fn is_same(author: &str, lead: &str) -> bool {
    let full: BTreeSet<String> = fold::words(author).into_iter().collect();
    let short = fold::words(lead);
    !short.is_empty() && short.iter().all(|word| full.contains(word))
}

/// Adds the facts that only the latest updates have, and reports where they differ from the entry.
pub(crate) fn add_latest(
    readme: &Readme,
    papers: &mut BTreeMap<String, Paper>,
    report: &mut Report,
) {
    for latest in &readme.latest {
        let Some(paper) = latest.key.as_ref().and_then(|key| papers.get_mut(key)) else {
            let message = format!("`{}` is not in any section; left out", latest.title);
            report.add(
                Kind::LatestOnly,
                FILE,
                latest.line,
                latest.key.as_deref(),
                message,
            );
            continue;
        };
        let mut differs = Vec::new();
        if fold::title_key(&latest.title) != fold::title_key(&paper.title) {
            differs.push("title (the section's was kept)");
        }
        if latest.url.as_deref() != Some(paper.paper.as_str()) {
            differs.push("link (the section's was kept)");
        }
        match (&latest.code, &paper.code) {
            (Some(code), None) => {
                differs.push("code (used, because the section has none)");
                paper.code = Some(Code::new(code.clone()));
            }
            (code, ours) if code.as_deref() != ours.as_ref().map(|code| code.url.as_str()) => {
                differs.push("code (the section's was kept)");
            }
            _ => {}
        }
        match (&latest.project, &paper.project) {
            (Some(project), None) => {
                differs.push("project page (used, because the section has none)");
                paper.project = Some(project.clone());
            }
            (project, ours) if project != ours => {
                differs.push("project page (the section's was kept)")
            }
            _ => {}
        }
        if !differs.is_empty() {
            let message = format!(
                "differs from the paper's entry in its section: {}",
                differs.join(", ")
            );
            report.add(
                Kind::LatestDiffers,
                FILE,
                latest.line,
                Some(&paper.id),
                message,
            );
        }
        paper.added = paper.added.take().or_else(|| latest.date.clone());
    }
}

/// Reports keys that are not the file name, keys used twice, and files that no entry names.
pub(crate) fn check_keys(
    citations: &[Citation],
    listed: &BTreeMap<String, Listed<'_>>,
    report: &mut Report,
) {
    let mut by_key: BTreeMap<&str, Vec<&Citation>> = BTreeMap::new();
    let used: BTreeSet<&str> = listed
        .values()
        .filter_map(|listed| listed.entry.key.as_deref())
        .collect();
    for citation in citations {
        by_key.entry(&citation.key).or_default().push(citation);
        if citation.key != citation.stem {
            let message = format!(
                "the BibTeX key is `{}`; the name of the file was used instead",
                citation.key
            );
            report.add(
                Kind::KeyDiffers,
                &citation.file,
                1,
                Some(&citation.stem),
                message,
            );
        }
        if !used.contains(citation.stem.as_str()) {
            let message = format!(
                "no entry of the list names this file (`{}`); ignored",
                citation.title
            );
            report.add(
                Kind::UnusedCitation,
                &citation.file,
                1,
                Some(&citation.stem),
                message,
            );
        }
    }
    for (key, citations) in by_key {
        let names: Vec<&str> = citations
            .iter()
            .map(|citation| citation.stem.as_str())
            .collect();
        for citation in citations.iter().skip(1) {
            let message = format!("the BibTeX key `{key}` is used in {}", names.join(", "));
            report.add(
                Kind::DuplicateKey,
                &citation.file,
                1,
                Some(&citation.stem),
                message,
            );
        }
    }
}
