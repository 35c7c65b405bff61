//! The checks that a catalogue must pass: what a record must have, and what two records must not share.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::fold;
use crate::import::{Severity, is_day};
use crate::link;
use crate::record::Paper;
use crate::results::Published;
use crate::tags;
use crate::venue;

/// A problem found by a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// An error must be corrected; a warning should be looked at; a note is for information.
    pub severity: Severity,
    /// The id of the record or section.
    pub id: String,
    /// What was found and what was expected.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.message)
    }
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, severity: Severity, id: &str, message: String) {
        self.0.push(Finding {
            severity,
            id: id.to_owned(),
            message,
        });
    }

    fn error(&mut self, id: &str, message: String) {
        self.add(Severity::Error, id, message);
    }
}

/// Checks every record. A paper without code gives a note, an unknown venue a warning, everything else an error.
pub fn check(catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    for paper in catalogue.papers() {
        fields(paper, &mut findings);
        vocabulary(catalogue, paper, &mut findings);
        links(paper, &mut findings);
    }
    shared(
        "id",
        catalogue,
        |paper| Some(paper.id.clone()),
        &mut findings,
    );
    shared(
        "title",
        catalogue,
        |paper| Some(fold::title_key(&paper.title)),
        &mut findings,
    );
    shared(
        "arXiv id",
        catalogue,
        |paper| paper.arxiv.clone(),
        &mut findings,
    );
    for section in catalogue.sections() {
        let parent = section.parent.as_deref();
        if parent.is_some_and(|parent| !catalogue.sections().iter().any(|s| s.id == parent)) {
            findings.error(
                &section.id,
                format!(
                    "the section's parent `{}` is not a section",
                    parent.unwrap_or_default()
                ),
            );
        }
    }
    findings.0
}

/// Checks that the papers named by published results are in the catalogue.
pub fn check_results(catalogue: &Catalogue, results: &[Published]) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    for result in results {
        if !result.paper.is_empty() && catalogue.get(&result.paper).is_err() {
            findings.error(
                &result.paper,
                format!(
                    "named by the results of {}, but not in the catalogue",
                    result.method
                ),
            );
        }
    }
    findings.0.dedup();
    findings.0
}

fn fields(paper: &Paper, findings: &mut Findings) {
    let id = paper.id.as_str();
    if !crate::files::is_name(id) {
        findings.error(
            id,
            "an id may contain only letters, digits, `-`, `_`, `+` and `.`".into(),
        );
    }
    let untidy = |text: &str| {
        text.trim() != text || text.contains("  ") || text.chars().any(char::is_control)
    };
    if paper.title.is_empty() || untidy(&paper.title) {
        findings.error(
            id,
            format!(
                "the title `{}` is empty or has extra spaces or control characters",
                paper.title
            ),
        );
    }
    if paper.authors.is_empty() {
        findings.error(id, "no authors".into());
    }
    for author in paper
        .authors
        .iter()
        .filter(|author| author.is_empty() || untidy(author) || author.contains([',', '&', ';']))
    {
        findings.error(
            id,
            format!("the author `{author}` is not a single name of the form `Given Family`"),
        );
    }
    if paper.leads == 0 || paper.leads > paper.authors.len().max(1) {
        findings.error(
            id,
            format!(
                "`leads` is {}, but there are {} authors",
                paper.leads,
                paper.authors.len()
            ),
        );
    }
    if !(1950..=2100).contains(&paper.year) {
        findings.error(
            id,
            format!("the year {} is not between 1950 and 2100", paper.year),
        );
    }
    if let Some(day) = paper.added.as_deref().filter(|day| !is_day(day)) {
        findings.error(id, format!("`added` is `{day}`; expected YYYY-MM-DD"));
    }
}

fn vocabulary(catalogue: &Catalogue, paper: &Paper, findings: &mut Findings) {
    let id = paper.id.as_str();
    match venue::find(&paper.venue) {
        None => findings.add(
            Severity::Warning,
            id,
            format!(
                "the venue `{}` is not in venues.toml; add it there with its kind and full name",
                paper.venue
            ),
        ),
        Some(venue) if venue.kind != paper.kind && paper.kind != venue::VenueKind::Workshop => {
            findings.error(
                id,
                format!(
                    "the kind is `{}`, but the venue {} is a {}",
                    paper.kind.name(),
                    venue.name,
                    venue.kind.name()
                ),
            );
        }
        Some(_) => {}
    }
    if paper.sections.is_empty() {
        findings.error(id, "no section".into());
    }
    // A catalogue adds an area for every section that its records name, with the id as its title. The sections of
    // sections.toml have another title or a parent.
    for section in &paper.sections {
        let known = catalogue
            .sections()
            .iter()
            .any(|s| s.id == *section && (s.title != s.id || s.parent.is_some()));
        if !known {
            findings.error(
                id,
                format!("the section `{section}` is not in sections.toml"),
            );
        }
    }
    let known = tags::vocabulary();
    for (kind, own, known) in [
        ("family", &paper.families, &known.families),
        ("modality", &paper.modalities, &known.modalities),
        ("application", &paper.applications, &known.applications),
    ] {
        for tag in own.iter().filter(|tag| !known.contains(tag)) {
            findings.error(
                id,
                format!("`{tag}` is not a known {kind}; add it to tags.toml or use one from there"),
            );
        }
    }
}

fn links(paper: &Paper, findings: &mut Findings) {
    let id = paper.id.as_str();
    for (name, url) in paper.links().filter(|(_, url)| !link::is_well_formed(url)) {
        findings.error(
            id,
            format!("the {name} link `{url}` is malformed; expected https://host/…"),
        );
    }
    if let Some(arxiv) = paper.arxiv.as_deref() {
        if !link::is_arxiv_id(arxiv) {
            findings.error(
                id,
                format!("the arXiv id `{arxiv}` is malformed; expected YYMM.NNNNN"),
            );
        }
        if link::arxiv_id(&paper.paper).is_some_and(|linked| linked != arxiv) {
            findings.error(
                id,
                format!("the arXiv id is {arxiv}, but the link is {}", paper.paper),
            );
        }
    }
    match &paper.code {
        None => findings.add(Severity::Note, id, "no code".into()),
        Some(code)
            if link::is_well_formed(&code.url)
                && (code.owner.is_empty() || code.name.is_empty()) =>
        {
            findings.error(
                id,
                format!("the code link `{}` does not name a repository", code.url),
            );
        }
        Some(_) => {}
    }
}

/// Reports records that share a value that must be unique.
fn shared(
    what: &str,
    catalogue: &Catalogue,
    key: fn(&Paper) -> Option<String>,
    findings: &mut Findings,
) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for paper in catalogue.papers() {
        let Some(key) = key(paper) else { continue };
        if let Some(first) = seen.get(&key) {
            findings.error(&paper.id, format!("has the same {what} as `{first}`"));
        } else {
            seen.insert(key, &paper.id);
        }
    }
}
