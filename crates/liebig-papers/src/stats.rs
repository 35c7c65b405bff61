//! Statistics of the catalogue.

use serde::Serialize;

use crate::record::Paper;
use crate::search::Facets;

/// The number of papers in a group, and how many of them have code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The year, section, venue, family or author of the group.
    pub name: String,
    /// Number of papers.
    pub papers: usize,
    /// Number of papers with code.
    pub with_code: usize,
}

/// The statistics of a set of papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Number of papers.
    pub papers: usize,
    /// Number of papers with code.
    pub with_code: usize,
    /// Number of papers with a project page.
    pub with_project: usize,
    /// Number of papers with an arXiv id.
    pub with_arxiv: usize,
    /// Number of papers that Liebig implements.
    pub implemented: usize,
    /// By year, oldest first.
    pub years: Vec<Row>,
    /// By section, largest first.
    pub sections: Vec<Row>,
    /// By venue, most frequent first; preprints are under `arXiv`.
    pub venues: Vec<Row>,
    /// By method family, largest first.
    pub families: Vec<Row>,
    /// First authors of at least two papers, most papers first. Authors with the same name are not distinguished.
    pub first_authors: Vec<Row>,
}

/// Counts papers.
pub fn stats<'a>(papers: impl Iterator<Item = &'a Paper> + Clone) -> Stats {
    let facets = crate::search::facets(papers.clone());
    let count = |holds: fn(&Paper) -> bool| papers.clone().filter(|paper| holds(paper)).count();
    let rows = |names: &dyn Fn(&Facets) -> Vec<(String, usize)>,
                has: &dyn Fn(&Paper, &str) -> bool| {
        let row = |(name, all): (String, usize)| {
            let with_code = papers
                .clone()
                .filter(|paper| paper.code.is_some() && has(paper, &name))
                .count();
            Row {
                name,
                papers: all,
                with_code,
            }
        };
        names(&facets).into_iter().map(row).collect::<Vec<_>>()
    };
    let mut years = rows(&|facets| facets.year.clone(), &|paper, year| {
        paper.year.to_string() == year
    });
    years.reverse();
    let firsts = crate::search::most_first(
        papers
            .clone()
            .filter_map(|paper| paper.authors.first().cloned()),
    );
    Stats {
        papers: facets.papers,
        with_code: facets.with_code,
        with_project: count(|paper| paper.project.is_some()),
        with_arxiv: count(|paper| paper.arxiv.is_some()),
        implemented: count(|paper| !paper.implemented_by.is_empty()),
        years,
        sections: rows(&|facets| facets.section.clone(), &|paper, id| {
            paper.sections.iter().any(|own| own == id)
        }),
        venues: rows(&|facets| facets.venue.clone(), &|paper, venue| {
            paper.venue == venue
        }),
        families: rows(&|facets| facets.family.clone(), &|paper, tag| {
            paper.families.iter().any(|own| own == tag)
        }),
        first_authors: rows(
            &|_| {
                firsts
                    .iter()
                    .filter(|(_, papers)| *papers > 1)
                    .cloned()
                    .collect()
            },
            &|paper, name| paper.authors.first().is_some_and(|first| first == name),
        ),
    }
}
