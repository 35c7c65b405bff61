//! The cells of one file as text, in one piece of memory.

use std::path::PathBuf;

use rayon::prelude::*;

use super::delimiter::delimiter;
use super::header::{self, Header};
use super::lines::Lines;
use super::text::decode;
use crate::files::Place;
use crate::memory::{HINT_SMALLER, MemoryLimit};
use crate::{Error, Note, NoteKind};

/// The cells of one file, row by row.
pub(super) struct Grid {
    pub path: PathBuf,
    /// The columns' names; numbers from 1 if the file has no header.
    pub names: Vec<String>,
    /// Whether numbers may have a decimal comma.
    pub comma: bool,
    pub notes: Vec<Note>,
    /// All cells one after the other.
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
    /// The line of each row.
    lines: Vec<u64>,
}

impl Grid {
    /// Reads a file's bytes. Rows with another number of cells than the first are refused, or left out with `skip_bad`.
    pub fn read(
        file: &Place,
        bytes: Vec<u8>,
        skip_bad: bool,
        memory: MemoryLimit,
    ) -> Result<Self, Error> {
        let path = file.shown();
        check_memory(&path, &bytes, memory)?;
        let wrong = |number: u64, expected: &str, found: String| Error::Row {
            path: path.clone(),
            unit: "line",
            number,
            expected: expected.into(),
            found,
        };
        let (whole, note) = decode(bytes).map_err(|reason| wrong(1, "a table of text", reason))?;
        if u32::try_from(whole.len()).is_err() {
            return Err(Error::UnpacksTooLarge {
                path,
                limit: super::MAX_LEN,
            });
        }
        let (named, text) = separator_line(&whole);
        let first_line = 1 + u64::from(named.is_some());
        let found = named.or_else(|| delimiter(text, &file.name()));
        let separator = found.unwrap_or(b',');
        let mut grid = Self {
            path: path.clone(),
            names: Vec::new(),
            comma: separator != b',',
            notes: note.into_iter().collect(),
            text: String::with_capacity(text.len()),
            ends: Vec::new(),
            lines: Vec::new(),
        };
        let ragged = grid.fill(text, separator, first_line, skip_bad)?;
        if !ragged.is_empty() {
            let text = format!(
                "{} row(s) with another number of cells, the first line {}",
                ragged.len(),
                ragged[0]
            );
            grid.notes.push(NoteKind::Skipped.note(text));
        }
        if grid.names.len() == 1 && grid.len() > 0 {
            let found = format!("one: `{}`", grid.cell(0, 0));
            return Err(wrong(
                grid.lines[0],
                "at least two columns, separated by `,`, `;`, `|` or tab",
                found,
            ));
        }
        match header::of(&grid) {
            Header::Names(names) => {
                let (names, note) = header::distinct(names);
                grid.names = names;
                grid.notes.extend(note);
                grid.drop_first();
            }
            Header::None => {
                let text = "no line of column names: columns are called by their numbers from 1";
                grid.notes.push(NoteKind::Chosen.note(text));
            }
        }
        if grid.len() == 0 {
            let found = "the end of the file".into();
            let line = grid.lines.last().map_or(first_line, |line| line + 1);
            return Err(wrong(
                line,
                "a line of column names and lines of data",
                found,
            ));
        }
        Ok(grid)
    }

    /// Copies the cells. The lines of the rows left out.
    fn fill(
        &mut self,
        text: &str,
        delimiter: u8,
        first_line: u64,
        skip_bad: bool,
    ) -> Result<Vec<u64>, Error> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .trim(csv::Trim::All)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut lines = Lines::new(text, first_line);
        let mut record = csv::StringRecord::new();
        let mut ragged = Vec::new();
        let row_error = |path: &PathBuf, number, expected: String, found: String| Error::Row {
            path: path.clone(),
            unit: "line",
            number,
            expected,
            found,
        };
        loop {
            let more = reader.read_record(&mut record).map_err(|error| {
                let line = error.position().map_or(0, |at| lines.line_of(at.byte()));
                row_error(
                    &self.path,
                    line,
                    "a table of text".into(),
                    error.to_string(),
                )
            })?;
            if !more {
                break;
            }
            let line = record.position().map_or(0, |at| lines.line_of(at.byte()));
            if self.names.is_empty() {
                self.names = (1..=record.len())
                    .map(|number| number.to_string())
                    .collect();
            }
            if record.len() != self.names.len() {
                if !skip_bad {
                    let expected = format!("{} cells", self.names.len());
                    return Err(row_error(
                        &self.path,
                        line,
                        expected,
                        record.len().to_string(),
                    ));
                }
                ragged.push(line);
                continue;
            }
            for cell in &record {
                self.text.push_str(cell);
                self.ends.push(self.text.len() as u32);
            }
            self.lines.push(line);
        }
        Ok(ragged)
    }

    /// Makes the first row the header.
    fn drop_first(&mut self) {
        // The text stays, so that the next cell still begins where the last one ended.
        self.lines.remove(0);
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    pub fn cell(&self, row: usize, column: usize) -> &str {
        // A header that was taken off is still there.
        let header = self.ends.len() - self.lines.len() * self.names.len();
        let at = header + row * self.names.len() + column;
        let start = at
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[at] as usize]
    }

    /// Maps blocks of rows in parallel, in order.
    pub fn blocks<T: Send>(&self, map: impl Fn(std::ops::Range<usize>) -> T + Sync) -> Vec<T> {
        const ROWS: usize = 4096;
        let blocks = self.len().div_ceil(ROWS);
        let block = |block: usize| map(block * ROWS..((block + 1) * ROWS).min(self.len()));
        (0..blocks).into_par_iter().map(block).collect()
    }

    pub fn len_in_memory(&self) -> u64 {
        (self.text.len() + 4 * self.ends.len() + 8 * self.lines.len()) as u64
    }
}

/// Excel's first line `sep=;`, which names the delimiter, and what follows it.
fn separator_line(text: &str) -> (Option<u8>, &str) {
    let Some(rest) = text.strip_prefix("sep=") else {
        return (None, text);
    };
    let mut bytes = rest.bytes();
    let (Some(delimiter), Some(b'\r' | b'\n')) = (bytes.next(), bytes.next()) else {
        return (None, text);
    };
    if !delimiter.is_ascii() {
        return (None, text);
    }
    let rest = &rest[1..];
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.get(1..));
    (Some(delimiter), rest.unwrap_or_default())
}

/// The text twice (as read and as cells), where each cell ends, and the line of each row.
fn check_memory(path: &std::path::Path, bytes: &[u8], memory: MemoryLimit) -> Result<(), Error> {
    let (mut lines, mut cells) = (1_u64, 1_u64);
    for byte in bytes {
        match byte {
            b'\n' => lines += 1,
            b',' | b';' | b'\t' | b'|' => cells += 1,
            _ => {}
        }
    }
    let needed = 2 * bytes.len() as u64 + 4 * (cells + lines) + 8 * lines;
    memory.check(
        path,
        needed,
        || format!("a table of {lines} lines"),
        HINT_SMALLER,
    )
}
