//! The list in Markdown: a single entry, or the whole list with its table of contents.

use std::fmt::Write as _;

use crate::catalogue::Catalogue;
use crate::record::Paper;
use crate::section::Section;

/// An entry in the format of the list, one line without its line break:
/// `+ [TITLE](URL) (AUTHORS, VENUE YEAR) [:globe_with_meridians:](…) [:octocat:](…) [:book:](./citations/ID.txt)`.
pub fn entry(paper: &Paper) -> String {
    let mut line = format!(
        "+ [{}]({}) ({}, {})",
        escape(&paper.title),
        target(&paper.paper),
        escape(&paper.short_authors()),
        escape(&paper.when())
    );
    if let Some(url) = &paper.project {
        let _ = write!(line, " [:globe_with_meridians:]({})", target(url));
    }
    if let Some(code) = &paper.code {
        let _ = write!(line, " [:octocat:]({})", target(&code.url));
    }
    let _ = write!(line, " [:book:](./citations/{}.txt)", paper.id);
    line
}

/// How many of the newest papers are shown under "Latest Updates".
const LATEST: usize = 15;

/// The whole list: badge, latest updates, table of contents, sections.
pub fn list(catalogue: &Catalogue) -> String {
    let mut text = String::from("# Dataset Distillation\n\n");
    let count = catalogue.papers().len();
    let _ = writeln!(
        text,
        "![Items](https://img.shields.io/badge/Number%20of%20Items-{count}-FF6F00)\n"
    );
    text.push_str("+ :globe_with_meridians: project page\n+ :octocat: code\n+ :book: BibTeX\n");
    latest(catalogue, &mut text);
    text.push_str("\n## Contents\n");
    let shown: Vec<(&Section, usize)> = catalogue
        .sections()
        .iter()
        .map(|section| (section, depth(catalogue, section)))
        .filter(|(s, _)| holds(catalogue, s))
        .collect();
    for (section, depth) in shown.iter().filter(|(_, depth)| *depth < 2) {
        let _ = writeln!(
            text,
            "{}- [{}](#{})",
            "  ".repeat(*depth),
            escape(&section.title),
            section.id
        );
    }
    for (section, depth) in shown {
        if depth < 2 {
            let _ = write!(text, "\n<a name=\"{}\" />\n", section.id);
        }
        let _ = write!(
            text,
            "\n{} {}\n",
            "#".repeat(depth + 2),
            escape(&section.title)
        );
        let mut papers: Vec<&Paper> = catalogue
            .papers()
            .iter()
            .filter(|paper| paper.sections.contains(&section.id))
            .collect();
        papers.sort_by(|a, b| (a.year, &a.id).cmp(&(b.year, &b.id)));
        for paper in papers {
            text.push_str(&entry(paper));
            text.push('\n');
        }
    }
    text
}

/// The most recently announced papers, newest first.
fn latest(catalogue: &Catalogue, text: &mut String) {
    let mut dated: Vec<(&str, &Paper)> = catalogue
        .papers()
        .iter()
        .filter_map(|paper| Some((paper.added.as_deref()?, paper)))
        .collect();
    dated.sort_by(|a, b| b.0.cmp(a.0).then(a.1.id.cmp(&b.1.id)));
    if !dated.is_empty() {
        text.push_str("\n## Latest Updates\n");
    }
    for (day, paper) in dated.into_iter().take(LATEST) {
        let _ = writeln!(text, "+ [{}] {}", day.replace('-', "/"), &entry(paper)[2..]);
    }
}

/// The nesting depth of a section: 0 for an area. Markdown has six heading levels, so the depth is at most 4.
fn depth(catalogue: &Catalogue, section: &Section) -> usize {
    let mut depth = 0;
    let mut at = section.parent.as_deref();
    while let (Some(id), true) = (at, depth < 4) {
        depth += 1;
        at = catalogue
            .sections()
            .iter()
            .find(|s| s.id == id)
            .and_then(|s| s.parent.as_deref());
    }
    depth
}

/// Whether a section or one of its subsections has papers.
fn holds(catalogue: &Catalogue, section: &Section) -> bool {
    let within = |id: &String| crate::section::is_within(catalogue.sections(), id, &section.id);
    catalogue
        .papers()
        .iter()
        .any(|paper| paper.sections.iter().any(within))
}

/// Escapes characters that have a meaning in Markdown.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '[' | ']' | '*' | '_' | '`' | '<' | '>') {
            escaped.push('\\');
        }
        // Ampersands are escaped afterwards, and only where they could begin an entity.
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    protect_entities(&escaped)
}

/// Escapes ampersands that could begin an entity, so that `&amp;` in a title is shown as these five characters.
fn protect_entities(text: &str) -> String {
    let mut parts = text.split('&');
    let mut protected = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let entity = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '#');
        protected.push_str(if entity { "\\&" } else { "&" });
        protected.push_str(part);
    }
    protected
}

/// A link target; one with parentheses, spaces or backslashes is put in angle brackets.
fn target(url: &str) -> String {
    if url.contains(['(', ')', ' ', '\\']) {
        format!("<{}>", url.replace(['<', '>', '\n'], ""))
    } else {
        url.to_owned()
    }
}
