//! The catalogue: sections and records, read from and written to TOML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use crate::error::Error;
use crate::files;
use crate::fold;
use crate::record::Paper;
use crate::section::{self, Section};

/// Sections and records. Records are sorted by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    sections: Vec<Section>,
    papers: Vec<Paper>,
}

/// The format of a file in `papers/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(default)]
    paper: Vec<Paper>,
}

impl Catalogue {
    /// A catalogue of these sections and records. Sections that appear in records but not in `sections` are added as areas.
    pub fn new(mut sections: Vec<Section>, mut papers: Vec<Paper>) -> Self {
        papers.sort_by(|a, b| a.id.cmp(&b.id));
        let mut known: BTreeSet<String> =
            sections.iter().map(|section| section.id.clone()).collect();
        for id in papers.iter().flat_map(|paper| &paper.sections) {
            if known.insert(id.clone()) {
                sections.push(Section {
                    id: id.clone(),
                    title: id.clone(),
                    parent: None,
                });
            }
        }
        Catalogue { sections, papers }
    }

    /// The catalogue shipped with the program.
    ///
    /// # Errors
    /// [`Error::Toml`] if a shipped file is malformed; a test reads all of them.
    pub fn shipped() -> Result<Self, Error> {
        let files = crate::shipped::PAPERS
            .iter()
            .map(|(name, text)| (format!("papers/{name}.toml"), *text));
        Self::parse(&shipped_sections()?, files)
    }

    /// Reads a folder that [`Catalogue::save`] has written: `papers/*.toml`, and `sections.toml` if the sections are not
    /// the shipped ones.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::TooLarge`], [`Error::Toml`].
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let own = folder.join("sections.toml");
        let sections = if own.exists() {
            parse_sections(&own.display().to_string(), &files::read_text(&own)?)?
        } else {
            shipped_sections()?
        };
        let papers = folder.join("papers");
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&papers).map_err(|source| Error::read(&papers, source))? {
            let path = entry.map_err(|source| Error::read(&papers, source))?.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        let texts: Vec<(String, String)> = paths
            .iter()
            .map(|path| Ok((path.display().to_string(), files::read_text(path)?)))
            .collect::<Result<_, Error>>()?;
        Self::parse(
            &sections,
            texts
                .iter()
                .map(|(name, text)| (name.clone(), text.as_str())),
        )
    }

    fn parse<'a>(
        sections: &[Section],
        files: impl Iterator<Item = (String, &'a str)>,
    ) -> Result<Self, Error> {
        let mut papers = Vec::new();
        for (file, text) in files {
            let table: Table = toml::from_str(text).map_err(|error| Error::Toml {
                file,
                message: error.to_string(),
            })?;
            papers.extend(table.paper);
        }
        Ok(Self::new(sections.to_vec(), papers))
    }

    /// Writes `sections.toml` and one file per section, sorted by id. The files of sections that have become empty are
    /// deleted.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Name`] if the id of a section cannot be a file name.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        let mut files: BTreeMap<&str, String> = BTreeMap::new();
        for paper in &self.papers {
            let name = paper.sections.first().map_or("main", String::as_str);
            if !files::is_name(name) {
                return Err(Error::Name {
                    what: "a section",
                    name: name.into(),
                });
            }
            files.entry(name).or_default().push_str(&record_toml(paper));
        }
        for (name, records) in &files {
            let title = section::full_title(&self.sections, name);
            let text = format!("# {}\n{records}", title.replace(['\n', '\r'], " "));
            files::write(
                &folder.join("papers").join(format!("{name}.toml")),
                text.as_bytes(),
            )?;
        }
        // An empty catalogue has the folder, too, because `open` recognises a catalogue by it.
        let papers = folder.join("papers");
        std::fs::create_dir_all(&papers).map_err(|source| Error::write(&papers, source))?;
        files::write(
            &folder.join("sections.toml"),
            self.sections_toml().as_bytes(),
        )?;
        for entry in std::fs::read_dir(&papers).into_iter().flatten().flatten() {
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let stale = path.extension().is_some_and(|ending| ending == "toml")
                && stem.is_some_and(|stem| !files.contains_key(stem));
            if stale && is_records(&path) {
                std::fs::remove_file(&path).map_err(|source| Error::write(&path, source))?;
            }
        }
        Ok(())
    }

    fn sections_toml(&self) -> String {
        let mut text = String::from(
            "# The sections of the list, in its order. A section without a parent is an area; an id is also the name of\n\
             # the file in `papers/` that holds the section's records.\n",
        );
        for section in &self.sections {
            let _ = write!(
                text,
                "\n[[section]]\nid = {}\ntitle = {}\n",
                quoted(&section.id),
                quoted(&section.title)
            );
            if let Some(parent) = &section.parent {
                let _ = writeln!(text, "parent = {}", quoted(parent));
            }
        }
        text
    }

    /// The records, sorted by id.
    pub fn papers(&self) -> &[Paper] {
        &self.papers
    }

    /// The sections, in the order of the list.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The record with this id.
    ///
    /// # Errors
    /// [`Error::UnknownPaper`], whose hint lists similar ids.
    pub fn get(&self, id: &str) -> Result<&Paper, Error> {
        if let Some(paper) = self.papers.iter().find(|paper| paper.id == id) {
            return Ok(paper);
        }
        let wanted = fold::fold(id);
        let start: String = wanted.chars().take(4).collect();
        let near: Vec<&str> = self
            .papers
            .iter()
            .filter(|paper| {
                !start.is_empty() && (paper.id.starts_with(&start) || paper.id.contains(&wanted))
            })
            .map(|paper| paper.id.as_str())
            .take(5)
            .collect();
        let hint = if near.is_empty() {
            "find the id with `liebig papers search`".to_owned()
        } else {
            format!("did you mean {}?", near.join(", "))
        };
        Err(Error::UnknownPaper {
            id: id.into(),
            hint,
        })
    }
}

/// Whether a file contains only records, so that it can be deleted with them.
fn is_records(path: &Path) -> bool {
    files::read_text(path).is_ok_and(|text| toml::from_str::<Table>(&text).is_ok())
}

/// The sections shipped with the program.
pub(crate) fn shipped_sections() -> Result<Vec<Section>, Error> {
    parse_sections("sections.toml", include_str!("../data/sections.toml"))
}

fn parse_sections(file: &str, text: &str) -> Result<Vec<Section>, Error> {
    let table: section::Table = toml::from_str(text).map_err(|error| Error::Toml {
        file: file.into(),
        message: error.to_string(),
    })?;
    Ok(table.section)
}

/// One record as TOML, one field per line.
fn record_toml(paper: &Paper) -> String {
    let mut text = String::from("\n[[paper]]\n");
    let mut line = |key: &str, value: String| {
        let _ = writeln!(text, "{key} = {value}");
    };
    line("id", quoted(&paper.id));
    line("title", quoted(&paper.title));
    line("authors", list(&paper.authors));
    if paper.more_authors {
        line("more_authors", "true".into());
    }
    if paper.leads != 1 {
        line("leads", paper.leads.to_string());
    }
    line("venue", quoted(&paper.venue));
    line("kind", quoted(paper.kind.name()));
    line("year", paper.year.to_string());
    line("paper", quoted(&paper.paper));
    for (key, value) in [
        ("arxiv", paper.arxiv.as_deref()),
        ("code", paper.code.as_ref().map(|code| code.url.as_str())),
        ("project", paper.project.as_deref()),
    ] {
        if let Some(value) = value {
            line(key, quoted(value));
        }
    }
    line("sections", list(&paper.sections));
    for (key, values) in [
        ("families", &paper.families),
        ("modalities", &paper.modalities),
        ("applications", &paper.applications),
    ] {
        if !values.is_empty() {
            line(key, list(values));
        }
    }
    if let Some(added) = &paper.added {
        line("added", quoted(added));
    }
    if !paper.implemented_by.is_empty() {
        line("implemented_by", list(&paper.implemented_by));
    }
    text
}

fn list(values: &[String]) -> String {
    format!(
        "[{}]",
        values
            .iter()
            .map(|value| quoted(value))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

/// A TOML basic string. The TOML library chooses among four kinds of string; one kind gives smaller diffs.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
