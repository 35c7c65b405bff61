//! Compares the list's machine-readable copies under `data/` with the README, which is authoritative.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::diagnostic::{Kind, Report};
use super::entry::{self, Entry};
use super::text::{self, Line};
use crate::fold;

/// A record of `articles.json` or `latest.json`.
struct Record<'a> {
    fields: &'a serde_json::Map<String, Value>,
    line: usize,
}

impl<'a> Record<'a> {
    fn field(&self, name: &str) -> &'a str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// What the comparison needs from the README: its entries by key, and the titles of its events.
pub(crate) struct Truth<'a> {
    entries: BTreeMap<&'a str, &'a Entry>,
    by_title: BTreeMap<String, &'a str>,
    events: BTreeSet<String>,
}

impl<'a> Truth<'a> {
    /// Indexes the entries and events of a README.
    pub fn new(entries: impl Iterator<Item = (&'a str, &'a Entry)>, events: &[Entry]) -> Self {
        let entries: BTreeMap<&str, &Entry> = entries.collect();
        let by_title = entries
            .iter()
            .map(|(key, entry)| (fold::title_key(&entry.title), *key))
            .collect();
        let events = events
            .iter()
            .map(|event| fold::title_key(&event.title))
            .collect();
        Truth {
            entries,
            by_title,
            events,
        }
    }
}

/// Compares `articles.json`, which should have a record for every paper.
pub(crate) fn articles(bytes: &[u8], truth: &Truth<'_>, report: &mut Report) {
    let file = "data/articles.json";
    let Some((value, lines)) = parse(file, bytes, report) else {
        return;
    };
    let mut seen = BTreeSet::new();
    for record in records(&value, &lines) {
        if let Some(key) = compare(file, &record, truth, report) {
            seen.insert(key);
        }
    }
    for (key, entry) in &truth.entries {
        if !seen.contains(*key) {
            let message = format!("`{}` (README.md:{}) has no record", entry.title, entry.line);
            report.add(Kind::MissingRecord, file, 1, Some(key), message);
        }
    }
}

/// Compares `latest.json`, the records of the latest updates.
pub(crate) fn latest(bytes: &[u8], truth: &Truth<'_>, report: &mut Report) {
    let file = "data/latest.json";
    let Some((value, lines)) = parse(file, bytes, report) else {
        return;
    };
    for record in records(&value, &lines) {
        compare(file, &record, truth, report);
    }
}

/// Reads keys and days from `latest_names.jsonl`.
pub(crate) fn latest_names(
    bytes: &[u8],
    truth: &Truth<'_>,
    report: &mut Report,
) -> Vec<(String, String)> {
    let file = "data/latest_names.jsonl";
    let mut days = Vec::new();
    for line in text::lines(file, bytes, report)
        .iter()
        .filter(|line| !line.text.trim().is_empty())
    {
        let value: Value = match serde_json::from_str(&line.text) {
            Ok(value) => value,
            Err(error) => {
                report.add(
                    Kind::UnreadableJson,
                    file,
                    line.number,
                    None,
                    error.to_string(),
                );
                continue;
            }
        };
        let field = |name| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let (digits, key) = (field("date"), field("title"));
        let day = match (digits.get(..4), digits.get(4..6), digits.get(6..)) {
            (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
            _ => String::new(),
        };
        if !entry::is_day(&day) {
            report.add(
                Kind::UnreadableJson,
                file,
                line.number,
                Some(key),
                format!("`{digits}` is not a date of the form YYYYMMDD"),
            );
        } else if truth.entries.contains_key(key) {
            days.push((key.to_owned(), day));
        } else {
            report.add(
                Kind::UnknownRecord,
                file,
                line.number,
                Some(key),
                format!("the list has no paper with the key `{key}`"),
            );
        }
    }
    days
}

/// Compares the pending entries in `update.txt`, one per line after `KEY-*-`.
pub(crate) fn update(bytes: &[u8], truth: &Truth<'_>, report: &mut Report) {
    let file = "data/update.txt";
    for line in text::lines(file, bytes, report) {
        let Some((_, markdown)) = line.text.split_once("-*-") else {
            continue;
        };
        // Mistakes within the entry also occur in the README and have been reported there.
        let mut ignored = Report::default();
        let read = entry::read(
            &Line {
                number: line.number,
                text: markdown.to_owned(),
            },
            &mut ignored,
        );
        let key = read.as_ref().and_then(|entry| entry.key.as_deref());
        if let Some(key) = key.filter(|key| !truth.entries.contains_key(key)) {
            report.add(
                Kind::UnknownRecord,
                file,
                line.number,
                Some(key),
                format!("the list has no paper with the key `{key}`"),
            );
        } else if read.is_none() && !markdown.trim().is_empty() {
            report.add(
                Kind::UnreadableEntry,
                file,
                line.number,
                None,
                format!("cannot be read as an entry: `{markdown}`"),
            );
        }
    }
}

fn parse(file: &str, bytes: &[u8], report: &mut Report) -> Option<(Value, Vec<Line>)> {
    let lines = text::lines(file, bytes, report);
    match serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)) {
        Ok(value) => Some((value, lines)),
        Err(error) => {
            report.add(
                Kind::UnreadableJson,
                file,
                error.line().max(1),
                None,
                error.to_string(),
            );
            None
        }
    }
}

/// Every record at any depth, each with the line of its title.
fn records<'a>(value: &'a Value, lines: &[Line]) -> Vec<Record<'a>> {
    let mut found = Vec::new();
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(values) => waiting.extend(values.iter().rev()),
            Value::Object(fields) if fields.contains_key("title") => {
                found.push(fields);
            }
            Value::Object(fields) => {
                waiting.extend(fields.values().collect::<Vec<_>>().into_iter().rev())
            }
            _ => {}
        }
    }
    // The lines of the titles, in the order of the file; parsing may have sorted the objects.
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for line in lines {
        if let Some((_, title)) = line.text.split_once("\"title\":") {
            places
                .entry(title.trim().trim_end_matches(','))
                .or_default()
                .push(line.number);
        }
    }
    let mut located = Vec::new();
    for fields in found {
        let title = fields.get("title").cloned().unwrap_or_default();
        let spelled = title.to_string();
        let line = places
            .get_mut(spelled.as_str())
            .filter(|numbers| !numbers.is_empty())
            .map_or(1, |numbers| numbers.remove(0));
        located.push(Record { fields, line });
    }
    located
}

/// Compares a record with the list, and returns the key of the paper it describes.
fn compare(
    file: &str,
    record: &Record<'_>,
    truth: &Truth<'_>,
    report: &mut Report,
) -> Option<String> {
    let line = record.line;
    let title = fold::title_key(record.field("title"));
    for name in ["title", "author", "github", "url", "cite", "website"] {
        let value = record.field(name);
        if value != value.trim() {
            report.add(
                Kind::StraySpace,
                file,
                line,
                None,
                format!("a space before or after `{name}`: `{value}`"),
            );
        }
    }
    let (mut url, mut cite) = (record.field("url").trim(), record.field("cite").trim());
    if cite.contains("://") && !url.contains("://") {
        report.add(
            Kind::SwappedFields,
            file,
            line,
            Some(url),
            "`url` and `cite` are swapped; read as if exchanged",
        );
        std::mem::swap(&mut url, &mut cite);
    }
    if cite.is_empty() && truth.events.contains(&title) {
        return None;
    }
    let named = truth
        .entries
        .get(cite)
        .filter(|entry| fold::title_key(&entry.title) == title);
    let key = match (named, truth.by_title.get(&title)) {
        (Some(_), _) => cite,
        (None, Some(right)) => {
            let message = format!(
                "the record of `{}` has the wrong key `{cite}`",
                record.field("title")
            );
            report.add(Kind::WrongKey, file, line, Some(right), message);
            right
        }
        (None, None) if truth.entries.contains_key(cite) => cite,
        (None, None) => {
            let message = format!("the list has no paper `{}` ({cite})", record.field("title"));
            report.add(Kind::UnknownRecord, file, line, Some(cite), message);
            return None;
        }
    };
    let entry = truth.entries.get(key)?;
    let mut differ = |name: &str, theirs: &str, ours: &str| {
        let same = theirs.trim().trim_end_matches('/') == ours.trim_end_matches('/');
        if !same {
            let message = format!(
                "`{name}` is `{}`, but `{}` in the list",
                theirs.trim(),
                ours
            );
            report.add(Kind::FieldDiffers, file, line, Some(key), message);
        }
    };
    differ("title", record.field("title"), &entry.title);
    differ("url", url, entry.url.as_deref().unwrap_or_default());
    differ(
        "github",
        record.field("github"),
        entry.code.as_deref().unwrap_or_default(),
    );
    differ(
        "website",
        record.field("website"),
        entry.project.as_deref().unwrap_or_default(),
    );
    Some(key.to_owned())
}
