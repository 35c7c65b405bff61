//! Reads the README of the list: headings, anchors and entries, in their order.

use std::collections::BTreeMap;

use super::diagnostic::{Kind, Report};
use super::entry::{self, Entry, FILE};
use super::text::Line;
use crate::fold;
use crate::section::{self, Section};

/// The contents of a README.
#[derive(Debug, Default)]
pub(crate) struct Readme {
    /// The sections, in their order.
    pub sections: Vec<Section>,
    /// The entries and the ids of their sections.
    pub entries: Vec<(Entry, String)>,
    /// The entries under "Latest Updates".
    pub latest: Vec<Entry>,
    /// The entries without a title link: workshops and challenges.
    pub events: Vec<Entry>,
}

/// The part of the README that a line belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// Before the first level-2 heading.
    Front,
    Latest,
    Contents,
    /// An area with sections.
    Area,
    /// Any other part, such as media coverage, citation or acknowledgements.
    Other,
}

struct Reader<'a> {
    known: &'a [Section],
    report: &'a mut Report,
    readme: Readme,
    part: Part,
    /// Heading of the current part, its line, and the number of lines with links that were not read in it.
    other: (String, usize, usize),
    /// Ids of the current area, section and subsection.
    path: Vec<String>,
    /// The headings that have no entry yet: level, line, title.
    empty: Vec<(usize, usize, String)>,
    /// The anchor before the next heading, and its line.
    anchor: Option<(String, usize)>,
    /// The table of contents: anchors by folded title.
    contents: BTreeMap<String, String>,
    /// The number of items stated by the badge, and its line.
    badge: Option<(usize, usize)>,
    /// The line of each section's heading.
    lines: BTreeMap<String, usize>,
}

/// Reads the lines of a README. Sections whose title is in `known` get their id from there.
pub(crate) fn read(lines: &[Line], known: &[Section], report: &mut Report) -> Readme {
    let mut reader = Reader {
        known,
        report,
        readme: Readme::default(),
        part: Part::Front,
        other: (String::new(), 0, 0),
        path: Vec::new(),
        empty: Vec::new(),
        anchor: None,
        contents: BTreeMap::new(),
        badge: None,
        lines: BTreeMap::new(),
    };
    let mut fenced = false;
    for line in lines {
        if line.text.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            reader.line(line);
        }
    }
    reader.finish()
}

impl Reader<'_> {
    fn line(&mut self, line: &Line) {
        let text = line.text.trim();
        let level = text.bytes().take_while(|b| *b == b'#').count();
        if (1..=6).contains(&level) && text[level..].starts_with(' ') {
            self.heading(level, text[level..].trim(), line.number);
        } else if let Some(name) = anchor_name(text) {
            self.anchor = Some((name.to_owned(), line.number));
        } else if text.contains("](") {
            self.link_line(line, text);
        }
        if let Some(count) = badge_count(text) {
            self.badge.get_or_insert((count, line.number));
        }
    }

    fn heading(&mut self, level: usize, title: &str, line: usize) {
        if level == 1 {
            return;
        }
        if level == 2 {
            self.leave_other();
            self.part = match fold::title_key(title).as_str() {
                "latest updates" => Part::Latest,
                "contents" => Part::Contents,
                key if self.is_area(key) => Part::Area,
                _ => Part::Other,
            };
            self.other = (title.to_owned(), line, 0);
        }
        let anchor = self.anchor.take();
        if self.part != Part::Area {
            self.note_empty(2);
            return;
        }
        self.note_empty(level);
        self.path.truncate(level - 2);
        self.empty.push((level, line, title.to_owned()));
        let parent = self.path.last().cloned();
        let id = self.section_id(title, parent.as_deref());
        self.check_anchor(title, line, anchor);
        if !self.readme.sections.iter().any(|section| section.id == id) {
            self.readme.sections.push(Section {
                id: id.clone(),
                title: title.to_owned(),
                parent,
            });
            self.lines.insert(id.clone(), line);
        }
        self.path.push(id);
    }

    /// Compares the anchor before a heading with the one in the table of contents.
    fn check_anchor(&mut self, title: &str, line: usize, anchor: Option<(String, usize)>) {
        let Some(expected) = self.contents.get(&fold::title_key(title)) else {
            return;
        };
        let (found, at) = match &anchor {
            Some((anchor, at)) => (format!("the anchor `{anchor}`"), *at),
            None => ("no anchor".to_owned(), line),
        };
        // A heading without an anchor has one made from its text.
        let own = anchor.map_or_else(|| section::slug(title), |(anchor, _)| anchor);
        if own != *expected {
            let message = format!("`{title}` has {found}; the table of contents has `{expected}`");
            self.report
                .add(Kind::ShiftedAnchor, FILE, at, None, message);
        }
    }

    /// The id of a section: that of the known section with this title and parent, or one made from the title.
    fn section_id(&mut self, title: &str, parent: Option<&str>) -> String {
        let key = fold::title_key(title);
        if let Some(known) = self
            .known
            .iter()
            .find(|s| fold::title_key(&s.title) == key && s.parent.as_deref() == parent)
        {
            return known.id.clone();
        }
        let slug = section::slug(title);
        match parent {
            Some(parent) if self.path.len() > 1 => format!("{parent}-{slug}"),
            _ => slug,
        }
    }

    fn is_area(&self, key: &str) -> bool {
        self.contents.contains_key(key)
            || self
                .known
                .iter()
                .any(|s| s.parent.is_none() && fold::title_key(&s.title) == key)
    }

    fn link_line(&mut self, line: &Line, text: &str) {
        let has_bullet = text.starts_with(['+', '-', '*']);
        match self.part {
            Part::Contents => {
                if let Some((title, target)) = text
                    .trim_start_matches(['-', '+', '*', ' '])
                    .split_once("](#")
                {
                    let title = fold::title_key(title.trim_start_matches('['));
                    self.contents
                        .insert(title, target.trim_end_matches(')').to_owned());
                }
            }
            // Prose and badges. In these parts only a line with a citation link is read as an entry.
            Part::Front | Part::Other if !text.contains("citations/") => self.other.2 += 1,
            Part::Area if !has_bullet && !text.starts_with('[') => {
                let message = format!("a line has a link, but neither bullet nor title: `{text}`");
                self.report
                    .add(Kind::UnreadableEntry, FILE, line.number, None, message);
            }
            _ => self.entry(line),
        }
    }

    fn entry(&mut self, line: &Line) {
        let before = self.report.0.len();
        self.empty.clear();
        let Some(entry) = entry::read(line, self.report) else {
            // Every line that cannot be read is reported exactly once.
            if self.report.0[before..]
                .iter()
                .all(|d| d.kind != Kind::UnreadableEntry)
            {
                let message = format!("cannot be read as an entry: `{}`", line.text.trim());
                self.report
                    .add(Kind::UnreadableEntry, FILE, line.number, None, message);
            }
            return;
        };
        if !entry.bullet {
            let message = format!("`{}` has no bullet; read anyway", entry.title);
            self.report.add(
                Kind::MissingBullet,
                FILE,
                line.number,
                entry.key.as_deref(),
                message,
            );
        }
        if entry.url.is_none() {
            let message = format!(
                "`{}` has no title link; it is not a paper and was left out",
                entry.title
            );
            self.report
                .add(Kind::NoTitleLink, FILE, line.number, None, message);
            self.readme.events.push(entry);
        } else if self.part == Part::Latest {
            self.readme.latest.push(entry);
        } else if entry.when.is_some() {
            if self.path.is_empty() {
                let (title, ..) = self.other.clone();
                let title = if title.is_empty() {
                    "Main".to_owned()
                } else {
                    title
                };
                let id = self.section_id(&title, None);
                if !self.readme.sections.iter().any(|section| section.id == id) {
                    self.readme.sections.push(Section {
                        id: id.clone(),
                        title,
                        parent: None,
                    });
                }
                self.path.push(id);
            }
            let section = self
                .path
                .last()
                .cloned()
                .unwrap_or_else(|| "main".to_owned());
            self.readme.entries.push((entry, section));
        }
    }

    /// Reports the headings of this level and below that have no entry.
    fn note_empty(&mut self, level: usize) {
        for (at, line, title) in std::mem::take(&mut self.empty) {
            if at >= level {
                self.report.add(
                    Kind::EmptyHeading,
                    FILE,
                    line,
                    None,
                    format!("no entry below `{title}`"),
                );
            } else {
                self.empty.push((at, line, title));
            }
        }
    }

    fn leave_other(&mut self) {
        let (title, line, links) = std::mem::take(&mut self.other);
        if self.part == Part::Other {
            let message =
                format!("`{title}` contains no papers; {links} lines with links were not read");
            self.report
                .add(Kind::NotASection, FILE, line, None, message);
        }
        self.path.clear();
    }

    fn finish(mut self) -> Readme {
        self.note_empty(2);
        self.leave_other();
        let sections = std::mem::take(&mut self.readme.sections);
        for section in &sections {
            let is_parent = sections
                .iter()
                .any(|below| below.parent.as_ref() == Some(&section.id));
            let holds = self.readme.entries.iter().any(|(_, id)| *id == section.id);
            if self.known.iter().any(|known| known.id == section.id) || is_parent || holds {
                self.readme.sections.push(section.clone());
            }
        }
        for section in &self.readme.sections {
            if !self.known.contains(section) {
                let message = format!(
                    "the section `{}` is new; its id is `{}`",
                    section.title, section.id
                );
                let line = self.lines.get(&section.id).copied().unwrap_or(1);
                self.report.add(Kind::NewSection, FILE, line, None, message);
            }
        }
        let found = self.readme.entries.len() + self.readme.events.len();
        if let Some((stated, line)) = self.badge
            && stated != found
        {
            let message = format!("the list states {stated} items; {found} were found");
            self.report
                .add(Kind::CountDiffers, FILE, line, None, message);
        }
        self.readme
    }
}

/// The name in `<a name="kernel" />`.
fn anchor_name(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("<a ")?.trim_start();
    let rest = rest
        .strip_prefix("name=")
        .or_else(|| rest.strip_prefix("id="))?;
    rest.trim_start_matches(['"', '\''])
        .split(['"', '\'', ' ', '/', '>'])
        .next()
}

/// The number in the badge `Number%20of%20Items-352-…`.
fn badge_count(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("Number%20of%20Items-")?;
    rest.split('-').next()?.parse().ok()
}
