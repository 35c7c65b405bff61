//! The parts of a report, ready to be laid out as a page or as Markdown.

use anyhow::Result;

use crate::curve::{self, Point};
use crate::table::{Cell, Column, Table};
use crate::theme::{DARK, LIGHT, Theme};

/// A run, a sequence of continual learning, a search.
pub struct Section {
    /// What it is, in a line.
    pub title: String,
    /// Its results.
    pub table: Table,
    /// What goes with the results, a paragraph each.
    pub remarks: Vec<String>,
    /// Names and values of the circumstances.
    pub facts: Vec<(&'static str, String)>,
    /// The samples.
    pub picture: Option<Picture>,
    /// What was measured, drawn.
    pub charts: Vec<Chart>,
    /// What to be careful about.
    pub caveats: Vec<String>,
    /// The resolved configuration, TOML.
    pub settings: Option<String>,
}

/// An image of the samples.
pub struct Picture {
    /// The file's bytes.
    pub png: Vec<u8>,
    /// What it shows.
    pub about: String,
}

/// A chart for light and for dark pages, as SVG.
pub struct Chart {
    pub about: &'static str,
    pub light: String,
    pub dark: String,
}

impl Chart {
    /// Lines over something; nothing if none has two points. The names are those of the axes.
    pub fn of_lines(
        about: &'static str,
        lines: &[(String, Vec<Point>)],
        axes: [&str; 2],
    ) -> Result<Option<Self>> {
        let [light, dark] = [LIGHT, DARK].map(|theme| curve::svg(lines, axes, &theme));
        Ok(light?
            .zip(dark?)
            .map(|(light, dark)| Self { about, light, dark }))
    }

    /// A chart that is drawn by a function of the theme.
    pub fn drawn(about: &'static str, draw: impl Fn(&Theme) -> Result<String>) -> Result<Self> {
        Ok(Self {
            about,
            light: draw(&LIGHT)?,
            dark: draw(&DARK)?,
        })
    }
}

/// The tables of runs in one, with a column that says which; nothing without a run.
pub fn all_runs<'a>(runs: impl Iterator<Item = &'a Section>) -> Option<Table> {
    let mut runs = runs.peekable();
    let mut all = runs.peek()?.table.clone();
    let run = Column {
        name: "run".into(),
        number: false,
    };
    all.columns.insert(0, run);
    let rows = runs.flat_map(|run| {
        let title = |row: &Vec<Cell>| {
            let title = std::iter::once(run.title.as_str().into());
            title.chain(row.iter().cloned()).collect()
        };
        run.table.rows.iter().map(title).collect::<Vec<_>>()
    });
    all.rows = rows.collect();
    Some(all)
}
