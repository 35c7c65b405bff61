//! BibTeX written from the fields of a record.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization;

use crate::record::Paper;
use crate::venue::{self, VenueKind};

/// One entry. Accents are written as LaTeX commands, so that every version of BibTeX sorts and prints them correctly.
pub fn bibtex(paper: &Paper) -> String {
    let full = venue::find(&paper.venue).map_or(paper.venue.as_str(), |venue| venue.full.as_str());
    let named = if full == paper.venue {
        full.to_owned()
    } else {
        format!("{full} ({})", paper.venue)
    };
    let (kind, place) = match paper.kind {
        VenueKind::Conference => (
            "inproceedings",
            Some(("booktitle", format!("Proceedings of the {named}"))),
        ),
        VenueKind::Workshop => (
            "inproceedings",
            Some(("booktitle", format!("{named} Workshops"))),
        ),
        VenueKind::Journal => ("article", Some(("journal", full.to_owned()))),
        VenueKind::Thesis => ("phdthesis", Some(("school", full.to_owned()))),
        VenueKind::Preprint => match &paper.arxiv {
            Some(id) => (
                "article",
                Some(("journal", format!("arXiv preprint arXiv:{id}"))),
            ),
            None => ("misc", None),
        },
    };
    let mut authors: Vec<String> = paper.authors.iter().map(|name| author(name)).collect();
    if paper.more_authors {
        authors.push("others".into());
    }
    let mut text = format!("@{kind}{{{},\n", paper.id);
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name} = {{{value}}},");
    };
    field("title", &title(&paper.title));
    if !authors.is_empty() {
        field("author", &authors.join(" and "));
    }
    if let Some((name, value)) = place {
        field(name, &escape(&value));
    }
    field("year", &paper.year.to_string());
    if let Some(id) = &paper.arxiv {
        field("eprint", id);
        field("archiveprefix", "arXiv");
    }
    field("url", &url(&paper.paper));
    text.push_str("}\n");
    text
}

/// A title. Words with a capital after their first letter are protected from being lower-cased.
fn title(title: &str) -> String {
    let protect = |word: &str| {
        let letters = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        if letters.chars().skip(1).any(char::is_uppercase) {
            format!("{{{}}}", escape(word))
        } else {
            escape(word)
        }
    };
    title.split(' ').map(protect).collect::<Vec<_>>().join(" ")
}

/// `Given Family` as `Family, Given`; lower-case particles (`van der`) stay with the family name.
fn author(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let lower = |word: &&str| word.chars().next().is_some_and(char::is_lowercase);
    // The first word is never taken as a particle.
    let particle = words.iter().skip(1).position(lower).map(|at| at + 1);
    let suffix = words.last().is_some_and(|last| {
        matches!(
            last.trim_end_matches('.'),
            "Jr" | "Sr" | "II" | "III" | "IV"
        )
    });
    let end = words.len() - usize::from(suffix && words.len() > 2);
    let family = particle
        .unwrap_or(end.saturating_sub(1))
        .min(end.saturating_sub(1));
    let mut parts = vec![name_part(&words[family..end])];
    if end < words.len() {
        parts.push(name_part(&words[end..]));
    }
    if family > 0 {
        parts.push(name_part(&words[..family]));
    }
    parts.join(", ")
}

/// The words of a name; a word that BibTeX would parse as syntax is put in braces.
fn name_part(words: &[&str]) -> String {
    let word = |word: &&str| {
        let special = *word == "and" || *word == "others" || word.contains([',', '=']);
        if special {
            format!("{{{}}}", escape(word))
        } else {
            escape(word)
        }
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// A link, with braces and backslashes percent-encoded because they have a meaning in BibTeX.
fn url(url: &str) -> String {
    url.chars()
        .map(|c| match c {
            '{' => "%7B".to_owned(),
            '}' => "%7D".to_owned(),
            '\\' => "%5C".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

/// Text with LaTeX's special characters escaped and accents written as commands.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '#' | '_' | '$' => escaped.extend(['\\', c]),
            '{' => escaped.push_str("\\{"),
            '}' => escaped.push_str("\\}"),
            '\\' => escaped.push_str("{\\textbackslash}"),
            '~' => escaped.push_str("{\\textasciitilde}"),
            '^' => escaped.push_str("{\\textasciicircum}"),
            'ł' => escaped.push_str("{\\l}"),
            'Ł' => escaped.push_str("{\\L}"),
            'ø' => escaped.push_str("{\\o}"),
            'Ø' => escaped.push_str("{\\O}"),
            'ß' => escaped.push_str("{\\ss}"),
            c if c.is_ascii() => escaped.push(c),
            c => escaped.push_str(&accented(c)),
        }
    }
    escaped
}

/// `é` as `{\'e}`; characters without a command are unchanged.
fn accented(c: char) -> String {
    let parts: Vec<char> = c.nfd().collect();
    if let [base, mark] = parts.as_slice()
        && base.is_ascii_alphabetic()
        && !matches!(base, 'i' | 'j')
        && let Some(command) = command(*mark)
    {
        let blank = if command.is_ascii_alphabetic() {
            " "
        } else {
            ""
        };
        return format!("{{\\{command}{blank}{base}}}");
    }
    c.to_string()
}

/// The LaTeX command for a combining mark.
fn command(mark: char) -> Option<char> {
    Some(match mark {
        '\u{300}' => '`',
        '\u{301}' => '\'',
        '\u{302}' => '^',
        '\u{303}' => '~',
        '\u{304}' => '=',
        '\u{306}' => 'u',
        '\u{307}' => '.',
        '\u{308}' => '"',
        '\u{30a}' => 'r',
        '\u{30b}' => 'H',
        '\u{30c}' => 'v',
        '\u{327}' => 'c',
        _ => return None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use biblatex::{Bibliography, ChunksExt, Person};

    use super::*;

    /// Title and names ("Given Family") as the parser reads them.
    fn back(text: &str) -> (String, Vec<String>) {
        let bibliography =
            Bibliography::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let entry = bibliography.iter().next().unwrap();
        let people: Vec<Person> = entry.author().unwrap();
        let name = |p: &Person| {
            [&p.given_name, &p.prefix, &p.name, &p.suffix]
                .map(String::as_str)
                .join(" ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        (
            entry.title().unwrap().format_verbatim(),
            people.iter().map(name).collect(),
        )
    }

    fn paper(title: &str, authors: &[&str]) -> Paper {
        let mut paper = crate::Catalogue::shipped().unwrap().papers()[0].clone();
        paper.title = title.into();
        paper.authors = authors.iter().map(|name| (*name).to_owned()).collect();
        paper.more_authors = false;
        paper
    }

    #[test]
    fn accents_and_special_characters_come_back() {
        let authors = [
            "Bárbara Capelo",
            "Łukasz Neumann",
            "Bo van der Dam",
            "Ada Lee Jr.",
            "Tom De Schepper",
            "Arthème Gauthier-Villars",
            "Şule Çelik",
            "Zhuang",
            "Tomáš Íñigo",
        ];
        let title = "50% of CaO2 & C#: $x_1$ \"Dream+\" — Erdős";
        assert_eq!(
            back(&bibtex(&paper(title, &authors))),
            (title.to_owned(), authors.map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn every_shipped_record_comes_back() {
        for paper in crate::Catalogue::shipped().unwrap().papers() {
            let text = bibtex(paper);
            let (title, mut names) = back(&text);
            if paper.more_authors {
                assert_eq!(names.pop().as_deref(), Some("others"));
            }
            assert_eq!((&title, &names), (&paper.title, &paper.authors), "{text}");
            assert!(
                text.is_ascii() || paper.title.contains(['–', '—']),
                "{text}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_title_it_parses(title in "\\PC{1,40}", name in "[A-ZÀ-Ö][a-zà-ö]{1,8} \\PC{1,12}") {
            let text = bibtex(&paper(&title, &[&name]));
            proptest::prop_assert!(Bibliography::parse(&text).is_ok(), "{}", text);
        }
    }
}
