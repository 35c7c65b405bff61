//! The query language: words, phrases, prefixes and fields.

use crate::error::Error;
use crate::fold;

/// A query, read. Everything in it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words and phrases to be found.
    pub terms: Vec<Term>,
    /// Conditions on fields.
    pub filters: Vec<Filter>,
}

/// A word, a phrase or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The folded words, in their order.
    pub words: Vec<String>,
    /// Whether the last word may go on.
    pub prefix: bool,
    /// The column to look in; `None` for all.
    pub column: Option<&'static str>,
    /// Whether it must *not* be found.
    pub negated: bool,
}

/// A condition on a field; one of the values must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The field, one of [`FIELDS`].
    pub field: &'static str,
    /// The values, as written.
    pub values: Vec<String>,
    /// Whether none of them may hold.
    pub negated: bool,
}

/// The fields of a query. `title` and `author` are searched, the others compared.
pub const FIELDS: &[&str] = &[
    "application",
    "author",
    "family",
    "has",
    "host",
    "id",
    "kind",
    "modality",
    "owner",
    "section",
    "tag",
    "title",
    "venue",
    "year",
];

/// Reads a query: `word`, `prefix*`, `"a phrase"`, `field:value`, `field:one,two`, `-unwanted`.
///
/// # Errors
/// [`Error::Query`] for an unknown field, an open quotation or an impossible year.
pub fn parse(text: &str) -> Result<Query, Error> {
    let mut query = Query::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let negated =
            rest.starts_with('-') && !rest[1..].starts_with(char::is_whitespace) && rest.len() > 1;
        let body = if negated { &rest[1..] } else { rest };
        let (field, body) = split_field(body)?;
        let (value, quoted, after) = take_value(body)?;
        match field {
            Some(field @ ("title" | "author")) => {
                let column = if field == "title" { "title" } else { "authors" };
                push_term(&mut query, &value, Some(column), negated);
            }
            Some(field) => query.filters.push(filter(field, &value, quoted, negated)?),
            None => push_term(&mut query, &value, None, negated),
        }
        rest = after.trim_start();
    }
    Ok(query)
}

/// `field:value` gives the field and what follows; a colon at the end of a word is punctuation.
fn split_field(body: &str) -> Result<(Option<&'static str>, &str), Error> {
    let end = body
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    let Some(value) = rest.strip_prefix(':') else {
        return Ok((None, body));
    };
    if name.is_empty() || value.is_empty() || value.starts_with(char::is_whitespace) {
        return Ok((None, body));
    }
    match FIELDS.iter().find(|field| field.eq_ignore_ascii_case(name)) {
        Some(field) => Ok((Some(field), value)),
        None => Err(Error::Query {
            message: format!("`{name}` is no field"),
            hint: format!(
                "the fields are {}; put quotation marks around a text with a colon",
                FIELDS.join(", ")
            ),
        }),
    }
}

/// A quoted text, or everything up to the next blank; with it whether it was quoted, and the rest.
fn take_value(body: &str) -> Result<(String, bool, &str), Error> {
    if let Some(inside) = body.strip_prefix('"') {
        let Some((value, after)) = inside.split_once('"') else {
            return Err(Error::Query {
                message: "a quotation mark does not close".into(),
                hint: format!("write \"{}\"", inside.trim()),
            });
        };
        // The star of a prefix stands behind the closing mark.
        return Ok(match after.strip_prefix('*') {
            Some(after) => (format!("{value}*"), true, after),
            None => (value.to_owned(), true, after),
        });
    }
    let end = body.find(char::is_whitespace).unwrap_or(body.len());
    Ok((body[..end].to_owned(), false, &body[end..]))
}

fn push_term(query: &mut Query, value: &str, column: Option<&'static str>, negated: bool) {
    let words = fold::words(value);
    if !words.is_empty() {
        query.terms.push(Term {
            words,
            prefix: value.ends_with('*'),
            column,
            negated,
        });
    }
}

fn filter(field: &'static str, value: &str, quoted: bool, negated: bool) -> Result<Filter, Error> {
    let values: Vec<String> = if quoted {
        vec![value.to_owned()]
    } else {
        value
            .split(',')
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect()
    };
    if values.is_empty() {
        return Err(Error::Query {
            message: format!("`{field}:` has no value"),
            hint: format!("write `{field}:value`"),
        });
    }
    if field == "year" {
        for value in &values {
            year_range(value)?;
        }
    }
    Ok(Filter {
        field,
        values,
        negated,
    })
}

/// `2024`, `2024..`, `..2020` or `2021..2023`, both ends included.
pub(crate) fn year_range(value: &str) -> Result<std::ops::RangeInclusive<u16>, Error> {
    let wrong = || Error::Query {
        message: format!("`{value}` is no year"),
        hint: "write year:2024, year:2024.., year:..2020 or year:2021..2023".into(),
    };
    let year = |text: &str| text.parse::<u16>().map_err(|_| wrong());
    match value.split_once("..") {
        Some(("", "")) => Err(wrong()),
        Some((from, "")) => Ok(year(from)?..=u16::MAX),
        Some(("", to)) => Ok(0..=year(to)?),
        Some((from, to)) => Ok(year(from)?..=year(to)?),
        None => year(value).map(|year| year..=year),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn term(words: &[&str], prefix: bool, column: Option<&'static str>, negated: bool) -> Term {
        Term {
            words: words.iter().map(|w| (*w).to_owned()).collect(),
            prefix,
            column,
            negated,
        }
    }

    #[test]
    fn every_form() {
        let query = parse("Dátaset condens* \"gradient  Matching\" title:long-tail* -author:Zhao \"two wor\"* DREAM: — ").unwrap();
        assert_eq!(
            query.terms,
            [
                term(&["dataset"], false, None, false),
                term(&["condens"], true, None, false),
                term(&["gradient", "matching"], false, None, false),
                term(&["long", "tail"], true, Some("title"), false),
                term(&["zhao"], false, Some("authors"), true),
                term(&["two", "wor"], true, None, false),
                term(&["dream"], false, None, false),
            ]
        );
        let query =
            parse("year:2024.. Venue:CVPR,ICLR section:\"Privacy, and more\" -has:code").unwrap();
        let filters: Vec<_> = query
            .filters
            .iter()
            .map(|f| (f.field, f.values.len(), f.negated))
            .collect();
        assert_eq!(
            filters,
            [
                ("year", 1, false),
                ("venue", 2, false),
                ("section", 1, false),
                ("has", 1, true)
            ]
        );
        assert_eq!(parse("").unwrap(), Query::default());
    }

    #[test]
    fn years() {
        assert_eq!(year_range("2021..2023").unwrap(), 2021..=2023);
        assert_eq!(year_range("..2020").unwrap(), 0..=2020);
        assert!(
            year_range("..").is_err()
                && year_range("soon").is_err()
                && year_range("20x..").is_err()
        );
    }

    #[test]
    fn mistakes_end_in_a_hint() {
        for text in [
            "venu:CVPR",
            "\"open",
            "year:soon",
            "venue:,",
            "http://a.org",
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains("hint:"), "{text}: {message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_query_panics(text in "([a-z:\"*,.-]|year:|has:|[0-9 ]|\\PC){0,30}") {
            let _ = parse(&text);
        }
    }
}
