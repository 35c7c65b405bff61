//! Standard output: either text for people or one JSON object. Everything else goes to standard error.

use std::io::Write;

use anyhow::Result;
use comfy_table::{Row, Table, presets};
use serde::Serialize;

/// Writes results; the only user of standard output.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    json: bool,
}

impl Printer {
    /// A printer of JSON or of text.
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints `value` as JSON, or else what `text` makes.
    pub fn print(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
        if self.json {
            self.text(&serde_json::to_string_pretty(value)?)
        } else {
            self.text(&text())
        }
    }

    /// Prints text, whatever the mode.
    pub fn text(&self, text: &str) -> Result<()> {
        let mut output = anstream::stdout().lock();
        output.write_all(text.trim_end().as_bytes())?;
        output.write_all(b"\n")?;
        Ok(output.flush()?)
    }
}

/// A table with a rule under its header; without a terminal as wide as it needs.
pub fn table<R: Into<Row>>(header: impl Into<Row>, rows: impl IntoIterator<Item = R>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table
        .to_string()
        .lines()
        .map(|line| line.trim_end().to_string())
        .collect();
    lines.join("\n")
}
