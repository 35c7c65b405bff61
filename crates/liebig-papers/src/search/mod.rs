//! Search in the catalogue: ranked full text, conditions on fields, facets.
//!
//! SQLite's FTS5 builds the index in memory from the records, in a few milliseconds, and ranks the results (BM25 with the
//! highest weight on the title). Case and accents are ignored.

mod facets;
mod fields;
mod query;

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

pub(crate) use facets::most_first;
pub use facets::{Facets, facets};
pub use query::{FIELDS, Filter, Query, Term, parse};

use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::fold;
use crate::record::Paper;
use crate::section;
use crate::venue;

/// A search result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<'a> {
    /// The record.
    pub paper: &'a Paper,
    /// Relevance, larger is better; 0 for a query without words.
    pub score: f64,
}

/// The searchable form of a catalogue.
#[derive(Debug)]
pub struct Index<'a> {
    catalogue: &'a Catalogue,
    database: Connection,
}

impl<'a> Index<'a> {
    /// Builds the index.
    ///
    /// # Errors
    /// [`Error::Search`] if SQLite fails.
    pub fn new(catalogue: &'a Catalogue) -> Result<Self, Error> {
        let mut database = Connection::open_in_memory()?;
        database.execute_batch(
            "CREATE VIRTUAL TABLE paper USING fts5(title, authors, venue, tags, key, \
             tokenize = 'unicode61 remove_diacritics 2')",
        )?;
        let all = database.transaction()?;
        {
            let mut insert = all.prepare("INSERT INTO paper(rowid, title, authors, venue, tags, key) VALUES (?, ?, ?, ?, ?, ?)")?;
            for (row, paper) in (0_i64..).zip(catalogue.papers()) {
                let full = venue::find(&paper.venue).map_or("", |venue| venue.full.as_str());
                let place = format!(
                    "{} {} {} {full}",
                    paper.venue,
                    paper.kind.name(),
                    paper.year
                );
                let sections = paper
                    .sections
                    .iter()
                    .map(|id| section::full_title(catalogue.sections(), id));
                let tags = sections
                    .chain(paper.tags().map(str::to_owned))
                    .collect::<Vec<_>>()
                    .join(" ");
                insert.execute(params![
                    row,
                    fold::fold(&paper.title),
                    fold::fold(&paper.authors.join(", ")),
                    fold::fold(&place),
                    fold::fold(&tags),
                    fold::fold(&paper.id),
                ])?;
            }
        }
        all.commit()?;
        Ok(Index {
            catalogue,
            database,
        })
    }

    /// The papers that match every part of the query, best match first; for a query without words, newest first.
    ///
    /// # Errors
    /// [`Error::Query`] for an unknown value of a field; [`Error::Search`] if SQLite fails.
    pub fn search(&self, query: &Query) -> Result<Vec<Hit<'a>>, Error> {
        let wanted: Vec<&Term> = query.terms.iter().filter(|term| !term.negated).collect();
        let scores = if wanted.is_empty() {
            None
        } else {
            Some(self.matching(&wanted)?)
        };
        let mut unwanted = BTreeMap::new();
        for term in query.terms.iter().filter(|term| term.negated) {
            unwanted.extend(self.matching(&[term])?);
        }
        let filters = fields::compile(self.catalogue, &query.filters)?;
        let mut hits: Vec<Hit<'a>> = (0_i64..)
            .zip(self.catalogue.papers())
            .filter(|(row, paper)| {
                !unwanted.contains_key(row) && filters.iter().all(|filter| filter.holds(paper))
            })
            .filter_map(|(row, paper)| {
                let score = scores
                    .as_ref()
                    .map_or(Some(0.0), |scores| scores.get(&row).copied())?;
                Some(Hit { paper, score })
            })
            .collect();
        hits.sort_by(|a, b| {
            b.score
                .total_cmp(&a.score)
                .then(b.paper.year.cmp(&a.paper.year))
                .then(a.paper.id.cmp(&b.paper.id))
        });
        Ok(hits)
    }

    /// The rows that contain all these terms, with their relevance.
    fn matching(&self, terms: &[&Term]) -> Result<BTreeMap<i64, f64>, Error> {
        let expression = terms
            .iter()
            .map(|term| expression(term))
            .collect::<Vec<_>>()
            .join(" AND ");
        let mut select = self.database.prepare(
            "SELECT rowid, -bm25(paper, 10.0, 6.0, 3.0, 4.0, 2.0) FROM paper WHERE paper MATCH ?",
        )?;
        let rows = select.query_map(params![expression], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A term in FTS5's query syntax. The words contain only letters and digits, so nothing needs escaping.
fn expression(term: &Term) -> String {
    let column = term
        .column
        .map(|column| format!("{column} : "))
        .unwrap_or_default();
    let star = if term.prefix { " *" } else { "" };
    format!("{column}\"{}\"{star}", term.words.join(" "))
}
