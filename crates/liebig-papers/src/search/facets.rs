//! Facets: how many papers of a search result have each year, section, venue and so on.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::Paper;

/// Values and the number of papers that have them, most frequent first.
pub type Counts = Vec<(String, usize)>;

/// The facets of a set of papers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facets {
    /// Number of papers.
    pub papers: usize,
    /// Number of papers with code.
    pub with_code: usize,
    /// By year, newest first.
    pub year: Counts,
    /// By section.
    pub section: Counts,
    /// By venue.
    pub venue: Counts,
    /// By kind of venue.
    pub kind: Counts,
    /// By method family.
    pub family: Counts,
    /// By data modality.
    pub modality: Counts,
    /// By application.
    pub application: Counts,
}

/// Counts the facets of papers.
pub fn facets<'a>(papers: impl Iterator<Item = &'a Paper> + Clone) -> Facets {
    let count = |values: fn(&Paper) -> Vec<String>| most_first(papers.clone().flat_map(values));
    let mut year = count(|paper| vec![paper.year.to_string()]);
    year.sort_by(|a, b| b.0.cmp(&a.0));
    Facets {
        papers: papers.clone().count(),
        with_code: papers.clone().filter(|paper| paper.code.is_some()).count(),
        year,
        section: count(|paper| paper.sections.clone()),
        venue: count(|paper| vec![paper.venue.clone()]),
        kind: count(|paper| vec![paper.kind.name().to_owned()]),
        family: count(|paper| paper.families.clone()),
        modality: count(|paper| paper.modalities.clone()),
        application: count(|paper| paper.applications.clone()),
    }
}

/// Counts values. They are sorted by decreasing frequency, then by name.
pub(crate) fn most_first(values: impl Iterator<Item = String>) -> Counts {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Counts = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}
