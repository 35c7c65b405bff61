//! Text tables: CSV, TSV and their relatives, gzipped or not.

mod delimiter;
mod grid;
mod header;
mod lines;
mod source;
mod text;

use super::super::unpack::Stored;
use super::super::{Reader, Request};
use super::parts;
use super::shards::{Found, look, shards};
use crate::files::{Place, is_archive};
use crate::parts::Parts;
use crate::{Error, Format};
use grid::Grid;
use source::Grids;

/// A table in one file, or in files of a folder that are named after splits.
pub(in super::super) static READER: Reader = Reader {
    format: Format::new("CSV table"),
    dataset: None,
    looks_like: "one .csv or .tsv table, or train.csv with test.csv",
    whole: ENDINGS,
    part: &[],
    find,
    read,
};

const ENDINGS: &[&str] = &[
    ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".tab", ".tab.gz", ".psv", ".psv.gz",
];
/// No table may be larger than this once unpacked: places in it are numbers of 32 bits.
const MAX_LEN: u64 = u32::MAX as u64;

fn find(folder: &Place) -> Result<Option<Place>, Error> {
    // A packed table beside an archive is the archive's index rather than a dataset.
    let archive = folder.files()?.iter().any(|file| is_archive(&file.name()));
    let plain: Vec<&str> = ENDINGS
        .iter()
        .copied()
        .filter(|ending| !ending.ends_with(".gz"))
        .collect();
    match look(folder, if archive { &plain } else { ENDINGS })? {
        Found::Nothing => Ok(None),
        Found::File(file) => Ok(Some(file)),
        Found::Folder => Ok(Some(folder.clone())),
        Found::Several(names) => Err(Error::Unrecognised {
            path: folder.shown(),
            found: format!(
                "several tables ({}); give the path of one",
                names.join(", ")
            ),
            expected: READER.looks_like.into(),
        }),
    }
}

fn read(place: &Place, request: &Request<'_>) -> Result<Parts, Error> {
    let shards = shards(place, ENDINGS)?;
    let mut memory = request.memory;
    let mut grids = Vec::new();
    for file in shards.all() {
        let bytes = Stored::open(file, memory)?.at_most(MAX_LEN)?;
        let grid = Grid::read(file, bytes, request.options.skip_bad, memory)?;
        memory = memory.less(grid.len_in_memory());
        grids.push(grid);
    }
    let source = Grids::new(place, shards, grids)?;
    let request = Request { memory, ..*request };
    let asked = request.options.label_column.as_deref();
    parts(&source, asked, &request)
}

/// A table from its bytes alone.
#[cfg(test)]
pub(in super::super) fn parse(
    path: &str,
    bytes: &[u8],
    options: &crate::LoadOptions,
) -> Result<Parts, Error> {
    let memory = crate::memory::MemoryLimit::of(options);
    let file = Place::on_disk(path);
    let grid = Grid::read(&file, bytes.to_vec(), options.skip_bad, memory)?;
    let shards = super::shards::Shards {
        train: vec![file.clone()],
        ..Default::default()
    };
    let request = Request {
        classes: None,
        options,
        memory,
    };
    let source = Grids::new(&file, shards, vec![grid])?;
    parts(&source, options.label_column.as_deref(), &request)
}

#[cfg(test)]
mod tests;
