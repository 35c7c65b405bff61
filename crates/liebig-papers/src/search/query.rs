//! The query syntax: words, phrases, prefixes and fields.

use crate::error::Error;
use crate::fold;

/// A parsed query. A paper must match every part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words and phrases to find.
    pub terms: Vec<Term>,
    /// Conditions on fields.
    pub filters: Vec<Filter>,
}

/// A word or a phrase, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The folded words, in order.
    pub words: Vec<String>,
    /// Whether the last word is a prefix.
    pub prefix: bool,
    /// The column to search; `None` for all.
    pub column: Option<&'static str>,
    /// Whether the term must *not* occur.
    pub negated: bool,
}

/// A condition on a field, which must have one of the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The field, one of [`FIELDS`].
    pub field: &'static str,
    /// The values, as written.
    pub values: Vec<String>,
    /// Whether the field must have *none* of the values.
    pub negated: bool,
}

/// The fields of a query. `title` and `author` are searched; the values of the others are compared as a whole.
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

/// Parses a query: `word`, `prefix*`, `"a phrase"`, `field:value`, `field:one,two`, `-unwanted`.
///
/// # Errors
/// [`Error::Query`] for an unknown field, a field without a value, an unclosed quotation mark or an invalid year.
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

/// Splits `field:value` into the field and the rest. A colon at the end of a word is punctuation.
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
            message: format!("`{name}` is not a field"),
            hint: format!(
                "the fields are {}; put text that contains a colon in quotation marks",
                FIELDS.join(", ")
            ),
        }),
    }
}

/// A quoted text, or everything up to the next space. Also returns whether it was quoted, and the rest.
fn take_value(body: &str) -> Result<(String, bool, &str), Error> {
    if let Some(inside) = body.strip_prefix('"') {
        let Some((value, after)) = inside.split_once('"') else {
            return Err(Error::Query {
                message: "a quotation mark is not closed".into(),
                hint: format!("write \"{}\"", inside.trim()),
            });
        };
        // The star of a prefix follows the closing quotation mark.
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

/// Parses `2024`, `2024..`, `..2020` or `2021..2023`, with both ends included.
pub(crate) fn year_range(value: &str) -> Result<std::ops::RangeInclusive<u16>, Error> {
    let wrong = || Error::Query {
        message: format!("`{value}` is not a year or a range of years"),
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
