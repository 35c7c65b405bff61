//! Tables that are printed, and laid out in reports.

use crate::format::accuracy;
use crate::printer;

/// Results in rows.
#[derive(Clone, Default)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// A cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it holds numbers.
    pub number: bool,
}

/// A value in a table.
#[derive(Clone, Default)]
pub struct Cell {
    /// As people read it.
    pub text: String,
    /// To sort by, where that is not the text.
    pub value: Option<f64>,
    /// Percent of the width that a bar below it takes.
    pub bar: Option<f64>,
}

impl Table {
    /// A table whose first columns hold words and the others numbers.
    pub fn new(caption: &str, words: &[&str], numbers: &[&str]) -> Self {
        let column = |number| {
            move |name: &&str| Column {
                name: (*name).into(),
                number,
            }
        };
        Self {
            caption: caption.into(),
            columns: words
                .iter()
                .map(column(false))
                .chain(numbers.iter().map(column(true)))
                .collect(),
            rows: Vec::new(),
        }
    }

    /// As it is printed.
    pub fn text(&self) -> String {
        let header: Vec<&String> = self.columns.iter().map(|column| &column.name).collect();
        let cells = |row: &Vec<Cell>| row.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
        printer::table(header, self.rows.iter().map(cells))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Cell {
    /// A number with its text.
    pub fn number(value: f64, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            value: Some(value),
            bar: None,
        }
    }

    /// A number that may not be known, which is sorted before all that are.
    pub fn known(value: Option<f64>, text: impl Fn(f64) -> String) -> Self {
        match value {
            Some(value) => Self::number(value, text(value)),
            None => Self::number(-1.0, ""),
        }
    }

    /// Mean and deviation of accuracies, fractions, drawn as a bar.
    pub fn accuracy(mean: f64, std: f64) -> Self {
        Self {
            text: accuracy(mean, std),
            value: Some(100.0 * mean),
            bar: Some((100.0 * mean).clamp(0.0, 100.0)),
        }
    }

    /// The value to sort by, as a page has it.
    pub fn sorting(&self) -> Option<String> {
        self.value.map(|value| format!("{value:.4}"))
    }

    /// The length of the bar in percent.
    pub fn length(&self) -> Option<String> {
        self.bar.map(|bar| format!("{bar:.2}"))
    }
}
