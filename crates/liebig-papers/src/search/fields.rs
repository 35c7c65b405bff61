//! Conditions on fields: checks their values, and whether a record meets them.

use super::query::{Filter, year_range};
use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::fold::{fold, title_key};
use crate::record::Paper;
use crate::section;
use crate::tags;
use crate::venue::{self, VenueKind};

/// A condition whose values have been checked.
pub(crate) struct Condition {
    tests: Vec<Test>,
    negated: bool,
}

enum Test {
    Year(std::ops::RangeInclusive<u16>),
    Venue(String),
    Kind(VenueKind),
    Sections(Vec<String>),
    Has(&'static str),
    Family(String),
    Modality(String),
    Application(String),
    Tag(String),
    Host(String),
    Owner(String),
    Id(String),
}

/// The values of `has:`.
const HAS: &[&str] = &["arxiv", "code", "implementation", "project"];
const KINDS: [VenueKind; 5] = [
    VenueKind::Conference,
    VenueKind::Journal,
    VenueKind::Workshop,
    VenueKind::Preprint,
    VenueKind::Thesis,
];

/// Checks the values of filters and turns them into conditions.
pub(crate) fn compile(catalogue: &Catalogue, filters: &[Filter]) -> Result<Vec<Condition>, Error> {
    filters
        .iter()
        .map(|filter| {
            let tests = filter
                .values
                .iter()
                .map(|value| test(catalogue, filter.field, value))
                .collect::<Result<_, _>>()?;
            Ok(Condition {
                tests,
                negated: filter.negated,
            })
        })
        .collect()
}

fn test(catalogue: &Catalogue, field: &str, value: &str) -> Result<Test, Error> {
    let folded = fold(value);
    let vocabulary = tags::vocabulary();
    let known = |tags: &[String]| {
        if tags.contains(&folded) {
            Ok(folded.clone())
        } else {
            Err(unknown(field, value, tags.iter().map(String::as_str)))
        }
    };
    Ok(match field {
        "year" => Test::Year(year_range(value)?),
        "venue" => {
            let mut names: Vec<&str> = catalogue
                .papers()
                .iter()
                .map(|paper| paper.venue.as_str())
                .collect();
            names.extend(venue::known().iter().map(|venue| venue.name.as_str()));
            names.sort_unstable();
            names.dedup();
            if !names.iter().any(|name| fold(name) == folded) {
                return Err(unknown(field, value, names.into_iter()));
            }
            Test::Venue(folded)
        }
        "kind" => match KINDS.iter().find(|kind| kind.name() == folded) {
            Some(kind) => Test::Kind(*kind),
            None => return Err(unknown(field, value, KINDS.iter().map(|kind| kind.name()))),
        },
        "section" => Test::Sections(sections(catalogue, value)?),
        "has" => match HAS.iter().find(|has| **has == folded) {
            Some(has) => Test::Has(has),
            None => return Err(unknown(field, value, HAS.iter().copied())),
        },
        "family" => Test::Family(known(&vocabulary.families)?),
        "modality" => Test::Modality(known(&vocabulary.modalities)?),
        "application" => Test::Application(known(&vocabulary.applications)?),
        "tag" => Test::Tag(known(
            &[
                vocabulary.families,
                vocabulary.modalities,
                vocabulary.applications,
            ]
            .concat(),
        )?),
        "host" => Test::Host(folded),
        "owner" => Test::Owner(folded),
        _ => Test::Id(folded),
    })
}

/// The sections that a value names, with their subsections: the section with that id, or all sections whose title contains
/// its words.
fn sections(catalogue: &Catalogue, value: &str) -> Result<Vec<String>, Error> {
    let all = catalogue.sections();
    let exact = all
        .iter()
        .find(|section| section.id == fold(value))
        .map(|section| vec![section.id.clone()]);
    let words = format!(" {} ", title_key(value));
    let roots = exact.unwrap_or_else(|| {
        let holds =
            |title: &str| words.trim() != "" && format!(" {} ", title_key(title)).contains(&words);
        all.iter()
            .filter(|section| holds(&section.title))
            .map(|section| section.id.clone())
            .collect()
    });
    if roots.is_empty() {
        return Err(unknown(
            "section",
            value,
            all.iter().map(|section| section.id.as_str()),
        ));
    }
    let below = all.iter().filter(|section| {
        roots
            .iter()
            .any(|root| section::is_within(all, &section.id, root))
    });
    Ok(below.map(|section| section.id.clone()).collect())
}

fn unknown<'a>(field: &str, value: &str, known: impl Iterator<Item = &'a str>) -> Error {
    let known: Vec<&str> = known.collect();
    Error::Query {
        message: format!("`{value}` is not a known value of `{field}:`"),
        hint: format!("use one of {}", known.join(", ")),
    }
}

impl Condition {
    /// Whether a record meets the condition.
    pub fn holds(&self, paper: &Paper) -> bool {
        self.tests.iter().any(|test| test.holds(paper)) != self.negated
    }
}

impl Test {
    fn holds(&self, paper: &Paper) -> bool {
        match self {
            Test::Year(years) => years.contains(&paper.year),
            Test::Venue(name) => fold(&paper.venue) == *name,
            Test::Kind(kind) => paper.kind == *kind,
            Test::Sections(ids) => paper.sections.iter().any(|id| ids.contains(id)),
            Test::Has("arxiv") => paper.arxiv.is_some(),
            Test::Has("code") => paper.code.is_some(),
            Test::Has("project") => paper.project.is_some(),
            Test::Has(_) => !paper.implemented_by.is_empty(),
            Test::Family(tag) => paper.families.contains(tag),
            Test::Modality(tag) => paper.modalities.contains(tag),
            Test::Application(tag) => paper.applications.contains(tag),
            Test::Tag(tag) => paper.tags().any(|own| own == tag),
            Test::Host(host) => paper
                .code
                .as_ref()
                .is_some_and(|code| fold(&code.host) == *host),
            Test::Owner(owner) => paper
                .code
                .as_ref()
                .is_some_and(|code| fold(&code.owner) == *owner),
            Test::Id(id) => fold(&paper.id) == *id,
        }
    }
}
