//! Venues: short names, kinds and full names.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// The kind of venue in which a paper appeared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VenueKind {
    /// A conference with proceedings.
    Conference,
    /// A journal.
    Journal,
    /// A workshop, usually of a conference.
    Workshop,
    /// A preprint that is not (yet) published elsewhere.
    Preprint,
    /// A thesis; the venue is the university.
    Thesis,
}

impl VenueKind {
    /// The name used in records and queries.
    pub fn name(self) -> &'static str {
        match self {
            VenueKind::Conference => "conference",
            VenueKind::Journal => "journal",
            VenueKind::Workshop => "workshop",
            VenueKind::Preprint => "preprint",
            VenueKind::Thesis => "thesis",
        }
    }
}

/// A venue from `data/venues.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Venue {
    /// Short name, e.g. `CVPR`.
    pub name: String,
    /// Its kind.
    pub kind: VenueKind,
    /// Full name, for BibTeX.
    pub full: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    venue: Vec<Venue>,
}

static VENUES: LazyLock<Vec<Venue>> = LazyLock::new(|| {
    // A test reads the shipped table, so an unreadable one cannot be released.
    toml::from_str::<Table>(include_str!("../data/venues.toml"))
        .map(|table| table.venue)
        .unwrap_or_default()
});

/// All known venues, by name.
pub fn known() -> &'static [Venue] {
    &VENUES
}

/// The known venue with this short name.
pub fn find(name: &str) -> Option<&'static Venue> {
    VENUES.iter().find(|venue| venue.name == name)
}

/// The kind of a known venue.
pub fn kind_of(name: &str) -> Option<VenueKind> {
    find(name).map(|venue| venue.kind)
}

/// Venue, kind and year as read from the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// Short name of the venue.
    pub venue: String,
    /// Its kind.
    pub kind: VenueKind,
    /// The year.
    pub year: u16,
}

/// Reads `ICML 2023`, `CVPR 2024 Workshop`, `arXiv 2026` or a bare `2018` (a preprint).
/// Returns `None` if there is no year between 1900 and 2199.
pub fn parse_when(text: &str) -> Option<When> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.iter().rposition(|word| year(word).is_some())?;
    let year = year(words[at])?;
    let workshop = words[at + 1..]
        .iter()
        .any(|word| word.eq_ignore_ascii_case("workshop"));
    let mut rest: Vec<&str> = words[..at].to_vec();
    rest.extend(
        words[at + 1..]
            .iter()
            .filter(|word| !word.eq_ignore_ascii_case("workshop")),
    );
    let venue = rest.join(" ");
    if venue.is_empty() || venue.eq_ignore_ascii_case("arxiv") {
        return Some(When {
            venue: "arXiv".into(),
            kind: VenueKind::Preprint,
            year,
        });
    }
    let known = VENUES
        .iter()
        .find(|known| known.name.eq_ignore_ascii_case(&venue));
    let kind = match known {
        _ if workshop => VenueKind::Workshop,
        Some(known) => known.kind,
        None if venue.contains("Universit") => VenueKind::Thesis,
        None => VenueKind::Conference,
    };
    Some(When {
        venue: known.map_or(venue, |known| known.name.clone()),
        kind,
        year,
    })
}

fn year(word: &str) -> Option<u16> {
    (word.len() == 4)
        .then(|| word.parse().ok())
        .flatten()
        .filter(|year| (1900..2200).contains(year))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_readable_and_sorted() {
        let table: Table = toml::from_str(include_str!("../data/venues.toml")).unwrap();
        assert_eq!(table.venue, known());
        assert!(
            table
                .venue
                .windows(2)
                .all(|pair| pair[0].name.to_lowercase() < pair[1].name.to_lowercase())
        );
    }

    #[test]
    fn the_lists_own_ways() {
        let when = |text| parse_when(text).map(|w| (w.venue, w.kind, w.year));
        assert_eq!(
            when("ICML 2023"),
            Some(("ICML".into(), VenueKind::Conference, 2023))
        );
        assert_eq!(
            when("CVPR 2024 Workshop"),
            Some(("CVPR".into(), VenueKind::Workshop, 2024))
        );
        assert_eq!(
            when("2018"),
            Some(("arXiv".into(), VenueKind::Preprint, 2018))
        );
        assert_eq!(
            when("arXiv 2026"),
            Some(("arXiv".into(), VenueKind::Preprint, 2026))
        );
        assert_eq!(
            when("TMLR 2024"),
            Some(("TMLR".into(), VenueKind::Journal, 2024))
        );
        assert_eq!(
            when("The University of Edinburgh 2023").map(|w| w.1),
            Some(VenueKind::Thesis)
        );
        assert_eq!(when("soon"), None);
        assert_eq!(when("20234"), None);
    }
}
