//! CSV tables: a header line, numeric feature columns and one label column.

use std::collections::BTreeMap;
use std::path::Path;

use super::recognise::one_file;
use super::unpack::Stored;
use super::{Reader, Request};
use crate::memory::{HINT_SMALLER, MemoryLimit};
use crate::parts::Parts;
use crate::random::stream;
use crate::stratified::stratified;
use crate::{Error, Format, SampleShape, Split};

/// One table.
pub(super) static READER: Reader = Reader {
    format: Format::new("CSV table"),
    dataset: None,
    looks_like: "one .csv table",
    whole: &[".csv", ".csv.gz"],
    part: &[],
    find: |folder| one_file(folder, ".csv"),
    read,
};

/// This share of every class becomes the test split.
const TEST_SHARE: f64 = 0.2;
/// Fixed, because the split is a part of the dataset's identity.
const SPLIT_SEED: u64 = 0;
/// Names of columns that hold the class, in lower case.
const LABEL_NAMES: &[&str] = &[
    "class",
    "label",
    "target",
    "species",
    "variety",
    "category",
    "diagnosis",
    "y",
];
/// No table may be larger than this once unpacked.
const MAX_LEN: u64 = 1 << 30;
/// What a line takes in memory while it is text, beside its characters: a record's own fields and its two allocations.
const LINE_OVERHEAD: u64 = 192;
/// The same for a cell: where it ends, and its value as a number in the table and in a split.
const CELL_OVERHEAD: u64 = 16;

/// A table as text: the column names, and every other line with its line number.
struct Table<'a> {
    path: &'a Path,
    columns: Vec<String>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// Reads a table, and splits it 80/20 by class with a fixed seed.
fn read(path: &Path, request: &Request<'_>) -> Result<Parts, Error> {
    let file = Stored::open(path, request.memory)?;
    let bytes = file.at_most(MAX_LEN)?;
    drop(file);
    check_memory(path, &bytes, request.memory)?;
    parse(path, &bytes, request.options.label_column.as_deref())
}

/// The text twice (as read and as cells) and what lines and cells take beside it.
fn check_memory(path: &Path, bytes: &[u8], memory: MemoryLimit) -> Result<(), Error> {
    let (mut lines, mut cells) = (1_u64, 1_u64);
    for byte in bytes {
        match byte {
            b'\n' | b'\r' => (lines, cells) = (lines + 1, cells + 1),
            b',' | b';' | b'\t' => cells += 1,
            _ => {}
        }
    }
    let needed = 2 * bytes.len() as u64 + LINE_OVERHEAD * lines + CELL_OVERHEAD * cells;
    memory.check(
        path,
        needed,
        || format!("a table of {lines} lines"),
        HINT_SMALLER,
    )
}

fn parse(path: &Path, bytes: &[u8], label_column: Option<&str>) -> Result<Parts, Error> {
    let table = Table::parse(path, bytes)?;
    let label = table.label_column(label_column)?;
    let (class_names, labels) = table.classes(label);
    for (class, name) in class_names.iter().enumerate() {
        let found = labels
            .iter()
            .filter(|&&label| label as usize == class)
            .count();
        if found < 2 {
            return Err(Error::ClassTooSmall {
                place: format!("{}: column `{}`", path.display(), table.columns[label]),
                class: name.clone(),
                found,
            });
        }
    }
    let features = table.features(label)?;
    let shape = SampleShape::Table {
        features: table.columns.len() - 1,
    };
    let all = Split::table(shape, features, labels)?;
    let (train, test) = stratified(
        all.labels(),
        TEST_SHARE,
        &mut stream(SPLIT_SEED, "table split", 0),
    );
    Ok(Parts {
        class_names: Some(class_names),
        train: all.subset(&train),
        validation: None,
        test: all.subset(&test),
        notes: vec![
            format!("label column `{}`", table.columns[label]),
            format!("split 80/20 by class and seed {SPLIT_SEED}"),
        ],
    })
}

impl<'a> Table<'a> {
    fn parse(path: &'a Path, bytes: &[u8]) -> Result<Self, Error> {
        let first_line = bytes
            .split(|&byte| byte == b'\n')
            .next()
            .unwrap_or_default();
        let count = |byte: u8| first_line.iter().filter(|&&found| found == byte).count();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .rev()
            .max_by_key(|&byte| count(byte))
            .unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .trim(csv::Trim::All)
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let row_error = |line, expected: String, found: String| Error::Row {
            path: path.into(),
            line,
            expected,
            found,
        };
        let mut rows = Vec::new();
        let mut lines = Lines {
            bytes,
            byte: 0,
            line: 1,
        };
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, |at| lines.line_of(at.byte()));
                row_error(line, "UTF-8 text".into(), error.to_string())
            })?;
            let line = record.position().map_or(0, |at| lines.line_of(at.byte()));
            rows.push((line, record));
        }
        if rows.len() < 2 {
            return Err(row_error(
                rows.len() as u64 + 1,
                "a line of column names and lines of data".into(),
                "the end of the file".into(),
            ));
        }
        let (_, header) = rows.remove(0);
        let columns: Vec<String> = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        if let Some(number) = columns.iter().find(|name| name.parse::<f64>().is_ok()) {
            return Err(row_error(
                1,
                "the names of the columns".into(),
                format!("the number {number}"),
            ));
        }
        if columns.len() < 2 {
            return Err(row_error(
                1,
                "at least two columns, one of them the label".into(),
                format!("{}", columns.len()),
            ));
        }
        for (line, row) in &rows {
            if row.len() != columns.len() {
                return Err(row_error(
                    *line,
                    format!("{} cells", columns.len()),
                    format!("{}", row.len()),
                ));
            }
        }
        Ok(Self {
            path,
            columns,
            rows,
        })
    }

    /// The column asked for; otherwise the one with a usual name; otherwise the only one in which most cells are not numbers.
    fn label_column(&self, asked: Option<&str>) -> Result<usize, Error> {
        let fail = |reason: String| Error::LabelColumn {
            path: self.path.into(),
            reason,
            columns: self.columns.join(", "),
        };
        if let Some(asked) = asked {
            let column = self.columns.iter().position(|name| name == asked);
            return column.ok_or_else(|| fail(format!("no column `{asked}`")));
        }
        let named = |name: &String| LABEL_NAMES.contains(&name.to_lowercase().as_str());
        let mut candidates: Vec<usize> = (0..self.columns.len())
            .filter(|&i| named(&self.columns[i]))
            .collect();
        if candidates.is_empty() {
            let words = |column: usize| {
                self.rows
                    .iter()
                    .filter(|(_, row)| number(&row[column]).is_none())
                    .count()
            };
            candidates = (0..self.columns.len())
                .filter(|&i| 2 * words(i) > self.rows.len())
                .collect();
        }
        match candidates[..] {
            [column] => Ok(column),
            [] => Err(fail("no column looks like a label".into())),
            _ => Err(fail("more than one column looks like a label".into())),
        }
    }

    /// The distinct labels (numbers by value, then words in alphabetical order) and the class of every row.
    fn classes(&self, column: usize) -> (Vec<String>, Vec<u32>) {
        let mut names: Vec<&str> = self.rows.iter().map(|(_, row)| &row[column]).collect();
        names.sort_unstable_by(|a, b| {
            let value = |name: &str| number(name).unwrap_or(f32::INFINITY);
            value(a).total_cmp(&value(b)).then_with(|| a.cmp(b))
        });
        names.dedup();
        let index: BTreeMap<&str, u32> = names.iter().copied().zip(0..).collect();
        let labels = self
            .rows
            .iter()
            .map(|(_, row)| index[&row[column]])
            .collect();
        (names.into_iter().map(str::to_owned).collect(), labels)
    }

    /// All cells except the labels, row by row.
    fn features(&self, label: usize) -> Result<Vec<f32>, Error> {
        let mut features = Vec::with_capacity(self.rows.len() * (self.columns.len() - 1));
        for (line, row) in &self.rows {
            for (column, cell) in row
                .iter()
                .enumerate()
                .filter(|&(column, _)| column != label)
            {
                features.push(number(cell).ok_or_else(|| Error::Row {
                    path: self.path.into(),
                    line: *line,
                    expected: format!("a finite number in column `{}`", self.columns[column]),
                    found: format!("`{cell}`"),
                })?);
            }
        }
        Ok(features)
    }
}

/// Counts lines; the csv crate's own count is one too low after `\r\n` and blank lines.
struct Lines<'a> {
    bytes: &'a [u8],
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line, from 1, of the first text at or after `byte`, which never decreases from call to call.
    fn line_of(&mut self, byte: u64) -> u64 {
        let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let rest = &self.bytes[self.byte..];
        let ahead = (byte as usize).saturating_sub(self.byte).min(rest.len());
        let breaks = rest[ahead..]
            .iter()
            .take_while(|&byte| is_break(byte))
            .count();
        let passed = &rest[..ahead + breaks];
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.byte += passed.len();
        self.line
    }
}

fn number(cell: &str) -> Option<f32> {
    cell.parse::<f32>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
