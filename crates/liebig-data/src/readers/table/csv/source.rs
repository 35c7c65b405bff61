//! One or several text files as one table.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::super::cell::{self, Counts};
use super::super::column::Column;
use super::super::joined::{Joined, TableFile};
use super::super::shards::Shards;
use super::super::source::{Kind, NamedSplits, RowPlace, Source};
use super::grid::Grid;
use crate::files::Place;
use crate::{Error, Note, NoteKind};

/// The files of a table.
pub(super) struct Grids {
    joined: Joined<Grid>,
    counts: OnceLock<Vec<Counts>>,
}

impl TableFile for Grid {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn rows(&self) -> usize {
        self.len()
    }

    fn notes(&self) -> &[Note] {
        &self.notes
    }
}

impl Grids {
    /// `grids` are the files of `shards`.
    pub fn new(place: &Place, shards: Shards, grids: Vec<Grid>) -> Result<Self, Error> {
        Ok(Self {
            joined: Joined::new(place, shards, grids)?,
            counts: OnceLock::new(),
        })
    }

    /// How many cells of every column are of each kind.
    fn counts(&self) -> &[Counts] {
        self.counts.get_or_init(|| self.count())
    }

    fn count(&self) -> Vec<Counts> {
        let mut all = vec![Counts::default(); self.joined.names.len()];
        for (grid, columns) in &self.joined.files {
            let blocks = grid.blocks(|rows| {
                let mut counts = vec![Counts::default(); columns.len()];
                for row in rows {
                    for (counts, &column) in counts.iter_mut().zip(columns) {
                        counts.add(grid.cell(row, column), grid.comma);
                    }
                }
                counts
            });
            for block in blocks {
                for (all, counts) in all.iter_mut().zip(block) {
                    *all = all.merge(counts);
                }
            }
        }
        all
    }

    /// The first row whose cell of a column satisfies `holds`, with that cell.
    fn first(&self, column: usize, holds: impl Fn(&str) -> bool) -> Option<(RowPlace, String)> {
        let cells = self.joined.files.iter().flat_map(|(grid, columns)| {
            (0..grid.len()).map(move |row| (grid, row, grid.cell(row, columns[column])))
        });
        let (grid, row, cell) = cells.into_iter().find(|(_, _, cell)| holds(cell))?;
        Some((place(grid, row), cell.to_owned()))
    }

    /// Refuses numbers that can be read in two ways.
    fn check_numbers(&self, column: usize, counts: &Counts) -> Result<(), Error> {
        let name = &self.joined.names[column];
        if 2 * counts.grouped > counts.numbers + counts.words
            && let Some((place, cell)) = self.first(column, cell::is_grouped)
        {
            let expected =
                format!("numbers without separators between groups of digits in column `{name}`");
            return Err(place.error(expected, format!("`{cell}`")));
        }
        if counts.commas > 0
            && counts.points > 0
            && let Some((place, cell)) = self.first(column, |cell| {
                cell.contains(',') && cell::number(cell, true).is_some()
            })
        {
            let expected = format!("decimal points only or decimal commas only in column `{name}`");
            return Err(place.error(expected, format!("`{cell}` beside numbers with a point")));
        }
        Ok(())
    }
}

impl Source for Grids {
    fn path(&self) -> PathBuf {
        self.joined.path.clone()
    }

    fn names(&self) -> &[String] {
        &self.joined.names
    }

    fn rows(&self) -> usize {
        self.joined.rows()
    }

    fn splits(&self) -> Option<NamedSplits> {
        self.joined.splits.clone()
    }

    fn kinds(&self) -> Result<Vec<Kind>, Error> {
        let counts = self.counts();
        for (column, counts) in counts.iter().enumerate() {
            self.check_numbers(column, counts)?;
        }
        Ok(counts.iter().map(Counts::kind).collect())
    }

    fn read(&self, columns: &[(usize, Kind)]) -> Result<Vec<Column>, Error> {
        let empty = |(_, kind): &(usize, Kind)| Column::of(kind);
        let mut all: Vec<Column> = columns.iter().map(empty).collect();
        for (grid, places) in &self.joined.files {
            let blocks = grid.blocks(|rows| {
                let mut block: Vec<Column> = columns.iter().map(empty).collect();
                for row in rows {
                    for (cells, (column, kind)) in block.iter_mut().zip(columns) {
                        cells.push(kind, grid.cell(row, places[*column]), grid.comma);
                    }
                }
                block
            });
            for block in blocks {
                for (all, cells) in all.iter_mut().zip(block) {
                    all.append(cells);
                }
            }
        }
        Ok(all)
    }

    fn place(&self, row: usize) -> RowPlace {
        match self.joined.find(row) {
            Some((grid, row)) => place(grid, row),
            None => RowPlace {
                path: self.joined.path.clone(),
                unit: "row",
                number: row as u64 + 1,
            },
        }
    }

    fn notes(&self) -> Vec<Note> {
        let mut notes = self.joined.notes.clone();
        let counts = self
            .counts()
            .iter()
            .copied()
            .fold(Counts::default(), Counts::merge);
        if counts.commas > 0 {
            notes.push(NoteKind::Converted.note("decimal commas read as decimal points"));
        }
        if counts.commas > 0 && counts.commas == counts.thousands {
            let text = "every number with a comma has three digits after it: if these are thousands, remove the commas";
            notes.push(NoteKind::Warning.note(text));
        }
        notes
    }
}

fn place(grid: &Grid, row: usize) -> RowPlace {
    RowPlace {
        path: grid.path.clone(),
        unit: "line",
        number: grid.line(row),
    }
}
