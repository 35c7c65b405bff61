//! Reads one citation file: a BibTeX entry, tolerating common mistakes.

use biblatex::{Bibliography, ChunksExt, Person};

use super::diagnostic::{Kind, Report};
use super::names;
use super::text::{self, Line};

/// The facts of a citation file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Citation {
    /// The name of the file without its extension: the list's key for the paper.
    pub stem: String,
    /// The path of the file, for diagnostics.
    pub file: String,
    /// The BibTeX key.
    pub key: String,
    /// The title.
    pub title: String,
    /// "Given Family", in order.
    pub authors: Vec<String>,
    /// Whether the list of authors ends in `and others`.
    pub others: bool,
    /// The year.
    pub year: Option<u16>,
    /// The arXiv id named in the journal or the eprint field.
    pub arxiv: Option<String>,
}

/// Reads a citation file. Returns `None`, with a diagnostic, if it cannot be parsed.
pub(crate) fn read(name: &str, bytes: &[u8], report: &mut Report) -> Option<Citation> {
    let file = format!("citations/{name}");
    let stem = name.strip_suffix(".txt").unwrap_or(name).to_owned();
    let lines = text::lines(&file, bytes, report);
    let mended = mend(&file, &stem, &lines, report);
    // The parser is recursive in nested braces.
    if nesting(&mended) > 100 {
        report.add(
            Kind::UnreadableBibtex,
            &file,
            1,
            Some(&stem),
            "braces are nested more than 100 deep; not read",
        );
        return None;
    }
    let bibliography = match Bibliography::parse(&mended) {
        Ok(bibliography) => bibliography,
        Err(error) => {
            let line = 1 + mended.as_bytes()[..error.span.start.min(mended.len())]
                .iter()
                .filter(|b| **b == b'\n')
                .count();
            report.add(
                Kind::UnreadableBibtex,
                &file,
                line,
                Some(&stem),
                format!("{}; not read", error.kind),
            );
            return None;
        }
    };
    let Some(entry) = bibliography.iter().next() else {
        report.add(
            Kind::UnreadableBibtex,
            &file,
            1,
            Some(&stem),
            "the file has no entry",
        );
        return None;
    };
    if bibliography.len() > 1 {
        let message = format!(
            "{} entries in one file; the first was taken",
            bibliography.len()
        );
        report.add(Kind::UnreadableBibtex, &file, 1, Some(&stem), message);
    }
    let field = |name: &str| {
        entry
            .get(name)
            .map(|chunks| tidy(&chunks.format_verbatim()))
            .unwrap_or_default()
    };
    let line = line_of(&lines, "author");
    let (mut title, mut named, mut people_in) = (field("title"), field("author"), "author");
    if names::are_names(&title) && !named.contains([',', '&']) && !named.contains(" and ") {
        report.add(
            Kind::SwappedFields,
            &file,
            line,
            Some(&stem),
            "title and authors are swapped; read as if exchanged",
        );
        (title, named, people_in) = (named, title, "title");
    }
    let people = entry.get_as::<Vec<Person>>(people_in).unwrap_or_default();
    let (authors, others) = names::read(&people, &named, &title, &file, line, &stem, report);
    let year = field("year");
    let year = if year.is_empty() { field("date") } else { year };
    let source = format!("{} {}", field("journal"), field("journaltitle"));
    Some(Citation {
        file,
        key: entry.key.clone(),
        title,
        authors,
        others,
        year: year.get(..4).and_then(|year| year.parse().ok()),
        arxiv: arxiv_in(&source)
            .or_else(|| Some(field("eprint")).filter(|id| crate::link::is_arxiv_id(id))),
        stem,
    })
}

/// The number of the line on which a field begins, from 1.
pub(crate) fn line_of(lines: &[Line], field: &str) -> usize {
    lines
        .iter()
        .find(|line| is_field(&line.text) == Some(field))
        .map_or(1, |line| line.number)
}

/// The name of the field that begins on a line, if there is one.
fn is_field(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim();
    (!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')).then_some(name)
}

/// Repairs what a strict parser would reject: unclosed braces, missing commas and mistyped `and`s.
fn mend(file: &str, stem: &str, lines: &[Line], report: &mut Report) -> String {
    let mut mended = String::new();
    for (index, line) in lines.iter().enumerate() {
        let mut text = line.text.clone();
        if is_field(&text).is_some() {
            let next = lines[index + 1..]
                .iter()
                .map(|line| line.text.trim())
                .find(|text| !text.is_empty());
            let ends = next.is_none_or(|next| is_field(next).is_some() || next == "}");
            let open = depth(&text);
            let body = text.trim_end();
            if next.is_some_and(|next| is_field(next).is_some())
                && open == 0
                && body.ends_with(['}', '"'])
            {
                text = format!("{body},");
                report.add(
                    Kind::MissingComma,
                    file,
                    line.number,
                    Some(stem),
                    "no comma before the next field; inserted",
                );
            }
            if ends && (1..20).contains(&open) && text.trim_end().ends_with(',') {
                let body = text.trim_end().trim_end_matches(',').trim_end();
                text = format!("{body}{},", "}".repeat(usize::try_from(open).unwrap_or(0)));
                report.add(
                    Kind::UnbalancedBraces,
                    file,
                    line.number,
                    Some(stem),
                    "a brace is not closed; closed at the end of the field",
                );
            }
        }
        if is_field(&text) == Some("author") {
            text = names::mend_ands(&text, file, line.number, stem, report);
        }
        mended.push_str(&text);
        mended.push('\n');
    }
    let open = depth(&mended);
    if (1..20).contains(&open) {
        report.add(
            Kind::UnbalancedBraces,
            file,
            lines.last().map_or(1, |line| line.number),
            Some(stem),
            "the entry is not closed; closed at the end of the file",
        );
        mended.push_str(&"}".repeat(usize::try_from(open).unwrap_or(0)));
    }
    mended
}

/// The number of opening minus closing braces, not counting escaped ones.
fn depth(text: &str) -> i64 {
    let mut depth = 0;
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            b'{' if !escaped => depth += 1,
            b'}' if !escaped => depth -= 1,
            _ => {}
        }
        escaped = byte == b'\\' && !escaped;
    }
    depth
}

/// The maximum nesting depth of braces.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// The arXiv id in `arXiv preprint arXiv:2006.05929` or in a link.
fn arxiv_in(journal: &str) -> Option<String> {
    journal
        .split_whitespace()
        .filter_map(|word| {
            word.strip_prefix("arXiv:")
                .map(str::to_owned)
                .or_else(|| crate::link::arxiv_id(word))
        })
        .find(|id| crate::link::is_arxiv_id(id))
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "citations_tests.rs"]
mod tests;
