//! Reads one entry of the list: `+ [TITLE](URL) (AUTHORS, VENUE YEAR) [:octocat:](CODE) … [:book:](./citations/KEY.txt)`.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::diagnostic::{Kind, Report};
use super::text::Line;
use crate::link;
use crate::venue::{self, When};

/// The name of the file in diagnostics.
pub(crate) const FILE: &str = "README.md";

/// The facts of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The line, from 1.
    pub line: usize,
    /// Whether the line began with a bullet.
    pub bullet: bool,
    /// The date before an entry under "Latest Updates", `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The title.
    pub title: String,
    /// The link on the title; `None` for a workshop or a challenge.
    pub url: Option<String>,
    /// The authors that the line names.
    pub leads: Vec<String>,
    /// Whether "et al." follows them.
    pub et_al: bool,
    /// Venue, kind and year.
    pub when: Option<When>,
    /// Link to the code.
    pub code: Option<String>,
    /// Link to the project page.
    pub project: Option<String>,
    /// The key of the citation file.
    pub key: Option<String>,
}

/// A part of a line: a link (target, text) or the text between links.
enum Piece {
    Link(String, String),
    Text(String),
}

/// Reads a line that looks like an entry. Returns `None` if it is not one.
pub(crate) fn read(line: &Line, report: &mut Report) -> Option<Entry> {
    let number = line.number;
    let trimmed = line.text.trim();
    let (bullet, body) = match trimmed.strip_prefix(['+', '-', '*']) {
        Some(rest) if rest.starts_with(' ') => (true, rest.trim_start()),
        _ => (false, trimmed),
    };
    let (date, body) = split_date(body);
    let pieces = pieces(body);
    let mut entry = Entry {
        line: number,
        bullet,
        date,
        title: String::new(),
        url: None,
        leads: Vec::new(),
        et_al: false,
        when: None,
        code: None,
        project: None,
        key: None,
    };
    let mut facts = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Link(target, text) if index == 0 => {
                entry.title = text.split_whitespace().collect::<Vec<_>>().join(" ");
                entry.url = Some(target.clone());
            }
            Piece::Link(target, text) => attach(&mut entry, target, text, report),
            Piece::Text(text) if facts.is_empty() => text.trim().clone_into(&mut facts),
            Piece::Text(text) => {
                if !text.trim().is_empty() {
                    report.add(
                        Kind::UnreadableEntry,
                        FILE,
                        number,
                        None,
                        format!("unexpected text `{}`", text.trim()),
                    );
                }
            }
        }
    }
    if entry.url.is_none() {
        // No title link: the title is the text before the last bracketed group.
        let open = opening_of_last_group(&facts)?;
        facts[..open].trim().clone_into(&mut entry.title);
        facts = facts[open..].to_owned();
    }
    // A malformed link: it contains the title, but where is unclear.
    if entry.title.is_empty() || entry.url.is_none() && entry.title.contains("](") {
        return None;
    }
    let Some(inner) = facts
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        let message = format!("expected `(AUTHORS, VENUE YEAR)` after the title, found `{facts}`");
        report.add(
            Kind::UnreadableEntry,
            FILE,
            number,
            entry.key.as_deref(),
            message,
        );
        return None;
    };
    read_facts(&mut entry, inner, report);
    entry.url = entry
        .url
        .take()
        .map(|url| checked(&url, number, entry.key.as_deref(), report));
    entry.code = entry
        .code
        .take()
        .map(|url| checked(&url, number, entry.key.as_deref(), report));
    entry.project = entry
        .project
        .take()
        .map(|url| checked(&url, number, entry.key.as_deref(), report));
    if line.text.ends_with([' ', '\t']) || body.contains("  ") {
        report.add(
            Kind::StraySpace,
            FILE,
            number,
            entry.key.as_deref(),
            "an extra space, or a space at the end of the line",
        );
    }
    Some(entry)
}

/// Splits `[2026/07/08] rest` into the date and the rest.
fn split_date(body: &str) -> (Option<String>, &str) {
    let split = || {
        let (date, rest) = body.strip_prefix('[')?.split_once(']')?;
        let day = date.replace('/', "-");
        (is_day(&day) && !rest.starts_with('(')).then(|| (Some(day), rest.trim_start()))
    };
    split().unwrap_or((None, body))
}

/// Whether a text is a date of the form `YYYY-MM-DD`.
pub(crate) fn is_day(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| {
        text.get(range)
            .and_then(|digits| digits.parse::<u32>().ok())
    };
    let bytes = text.as_bytes();
    let form = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| {
            if i == 4 || i == 7 {
                *b == b'-'
            } else {
                b.is_ascii_digit()
            }
        });
    form && number(5..7).is_some_and(|m| (1..=12).contains(&m))
        && number(8..10).is_some_and(|d| (1..=31).contains(&d))
}

/// The links of a line and the text between them, as read by the Markdown parser.
fn pieces(body: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut link: Option<(String, String)> = None;
    for event in Parser::new(body) {
        let text = match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                link = Some((dest_url.into_string(), String::new()));
                continue;
            }
            Event::End(TagEnd::Link) => {
                if let Some((target, text)) = link.take() {
                    pieces.push(Piece::Link(target, text));
                }
                continue;
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                text.into_string()
            }
            Event::SoftBreak | Event::HardBreak => " ".to_owned(),
            _ => continue,
        };
        match (&mut link, pieces.last_mut()) {
            (Some((_, inside)), _) => inside.push_str(&text),
            (None, Some(Piece::Text(before))) => before.push_str(&text),
            (None, _) => pieces.push(Piece::Text(text)),
        }
    }
    pieces
}

/// Stores a link that follows the title in the right field.
fn attach(entry: &mut Entry, target: &str, text: &str, report: &mut Report) {
    let place = match text {
        _ if target.contains("citations/") => {
            let file = target.rsplit('/').next().unwrap_or_default().trim();
            entry.key = Some(file.strip_suffix(".txt").unwrap_or(file).to_owned());
            return;
        }
        text if text.contains("globe") => &mut entry.project,
        text if text.contains("octocat") => &mut entry.code,
        other => {
            let message = format!(
                "the link `{other}` to {target} is neither project page, code nor BibTeX; ignored"
            );
            report.add(
                Kind::UnknownLink,
                FILE,
                entry.line,
                entry.key.as_deref(),
                message,
            );
            return;
        }
    };
    if let Some(first) = place {
        let message =
            format!("a second link of the same kind, {target}; the first, {first}, was kept");
        report.add(
            Kind::UnknownLink,
            FILE,
            entry.line,
            entry.key.as_deref(),
            message,
        );
    } else {
        *place = Some(target.to_owned());
    }
}

/// Splits `AUTHORS, VENUE YEAR` from the right.
fn read_facts(entry: &mut Entry, inner: &str, report: &mut Report) {
    let (authors, when) = match inner.rsplit_once(',') {
        Some((authors, when)) => (authors, when),
        None if venue::parse_when(inner).is_some() => ("", inner),
        None => (inner, ""),
    };
    entry.when = venue::parse_when(when);
    let authors = authors.trim();
    let named = authors
        .strip_suffix("et al.")
        .or_else(|| authors.strip_suffix("et al"));
    entry.et_al = named.is_some();
    entry.leads = named
        .unwrap_or(authors)
        .split('&')
        .map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|name| !name.is_empty())
        .collect();
    if entry.leads.is_empty() {
        report.add(
            Kind::NoAuthors,
            FILE,
            entry.line,
            entry.key.as_deref(),
            format!("no authors in `({inner})`"),
        );
    }
    if entry.when.is_none() {
        let message = format!("no year in `({inner})`; the entry was left out");
        report.add(
            Kind::NoYear,
            FILE,
            entry.line,
            entry.key.as_deref(),
            message,
        );
    }
}

/// A link, repaired if it is mistyped and can be repaired.
fn checked(url: &str, line: usize, id: Option<&str>, report: &mut Report) -> String {
    let trimmed = url.trim();
    if trimmed != url {
        report.add(
            Kind::StraySpace,
            FILE,
            line,
            id,
            format!("a space before or after the link {trimmed}"),
        );
    }
    if link::is_well_formed(trimmed) {
        return trimmed.to_owned();
    }
    let repaired = link::repair(trimmed);
    let made = repaired
        .as_ref()
        .map_or("kept unchanged".to_owned(), |url| format!("read as {url}"));
    report.add(
        Kind::MalformedUrl,
        FILE,
        line,
        id,
        format!("the link `{trimmed}` is mistyped; {made}"),
    );
    repaired.unwrap_or_else(|| trimmed.to_owned())
}

/// The position of the opening bracket that matches the last character.
fn opening_of_last_group(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, c) in text.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
