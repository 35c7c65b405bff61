//! A report as one page that needs nothing else.

use anyhow::Result;
use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::section::{Picture, Section, all_runs};
use crate::table::Table;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    /// The results of all runs.
    runs: Option<Table>,
    sections: &'a [Part],
}

/// A section of the page.
pub struct Part {
    pub section: Section,
    /// Whether it is a run, whose results are in the table of all runs.
    pub run: bool,
}

/// The page.
pub fn page(parts: &[Part]) -> Result<String> {
    Ok(Page {
        runs: all_runs(
            parts
                .iter()
                .filter(|part| part.run)
                .map(|part| &part.section),
        ),
        sections: parts,
    }
    .render()?)
}

impl Picture {
    /// The picture in its address.
    fn uri(&self) -> String {
        format!(
            "data:image/png;base64,{}",
            BASE64_STANDARD.encode(&self.png)
        )
    }
}
