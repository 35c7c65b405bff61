//! Encoded images in the cells of parquet files.

use std::borrow::Cow;

use parquet::data_type::{ByteArray, ByteArrayType};
use rayon::prelude::*;

use super::super::decode::ImageFiles;
use super::super::table::joined::TableFile;
use super::super::table::source::Source;
use super::column::for_each;
use super::schema::ImageLeaves;
use super::table::ParquetTable;
use crate::Error;
use crate::memory::{HINT_SMALLER, MemoryLimit};

/// The encoded images of some rows, all in memory.
pub(super) struct Cells<'a> {
    table: &'a ParquetTable,
    column: usize,
    /// The image of every row.
    images: Vec<Option<ByteArray>>,
    /// The rows of the images that are wanted.
    rows: Vec<usize>,
}

impl<'a> Cells<'a> {
    /// Reads the images of a column, file by file in parallel; those of `rows`, in their order, are the image files.
    pub fn read(
        table: &'a ParquetTable,
        column: usize,
        rows: Vec<usize>,
        memory: MemoryLimit,
    ) -> Result<Self, Error> {
        let leaves: Vec<Option<ImageLeaves>> = table
            .joined
            .files
            .iter()
            .map(|(file, places)| file.fields[places[column]].image)
            .collect();
        check_memory(table, &leaves, memory)?;
        let read: Vec<Result<Vec<Option<ByteArray>>, Error>> = table
            .joined
            .files
            .par_iter()
            .zip(&leaves)
            .map(|((file, _), leaves)| {
                let mut images = Vec::new();
                match leaves {
                    Some(leaves) => {
                        for_each::<ByteArrayType>(file, leaves.bytes, memory, |image| {
                            images.push(image.cloned());
                        })?
                    }
                    None => images.resize(file.rows(), None),
                }
                Ok(images)
            })
            .collect();
        let mut images = Vec::new();
        for of_file in read {
            images.append(&mut of_file?);
        }
        Ok(Self {
            table,
            column,
            images,
            rows,
        })
    }

    /// The path that a row's struct says.
    fn path(&self, row: usize) -> Option<String> {
        let (file, row) = self.table.joined.find(row)?;
        let (_, places) = self
            .table
            .joined
            .files
            .iter()
            .find(|(other, _)| other.path == file.path)?;
        let leaf = file.fields[places[self.column]].image?.path?;
        let (mut at, mut path) = (0, None);
        let read = for_each::<ByteArrayType>(file, leaf, self.table.memory, |value| {
            if at == row {
                path = value.map(|value| String::from_utf8_lossy(value.data()).into_owned());
            }
            at += 1;
        });
        read.ok().and(path)
    }
}

impl ImageFiles for Cells<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn bytes(&self, index: usize) -> Result<Cow<'_, [u8]>, String> {
        let row = self.rows[index];
        match self.images.get(row) {
            Some(Some(bytes)) => Ok(Cow::Borrowed(bytes.data())),
            _ => Err("the cell holds no image, only a path or nothing at all".into()),
        }
    }

    fn name(&self, index: usize) -> String {
        let row = self.rows[index];
        let place = self.table.place(row);
        let name = place
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match self.path(row) {
            Some(path) => format!("{name}, {place} ({path})"),
            None => format!("{name}, {place}"),
        }
    }
}

/// The encoded images of all files, as the footers say.
fn check_memory(
    table: &ParquetTable,
    leaves: &[Option<ImageLeaves>],
    memory: MemoryLimit,
) -> Result<(), Error> {
    let mut needed = 0_u64;
    for ((file, _), leaves) in table.joined.files.iter().zip(leaves) {
        for group in file.metadata.row_groups() {
            let chunk = leaves.and_then(|leaves| group.columns().get(leaves.bytes));
            let size = chunk.map_or(0, |chunk| {
                chunk.uncompressed_size().max(chunk.compressed_size())
            });
            needed = needed.saturating_add(u64::try_from(size).unwrap_or(u64::MAX));
        }
    }
    let what = || "the encoded images".into();
    memory.check(&table.joined.path, needed, what, HINT_SMALLER)
}
