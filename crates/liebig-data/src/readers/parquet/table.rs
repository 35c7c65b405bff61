//! Parquet files as one table.

use std::path::PathBuf;

use parquet::data_type::{
    BoolType, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type,
    Int64Type, Int96Type,
};
use rayon::prelude::*;

use super::super::Request;
use super::super::table::cell::Counts;
use super::super::table::column::Column;
use super::super::table::joined::{Joined, TableFile};
use super::super::table::parts;
use super::super::table::source::{Kind, NamedSplits, RowPlace, Source};
use super::column::for_each;
use super::file::ParquetFile;
use super::numbers::{big_endian, decimal, half, instant96};
use super::schema::{Leaf, Values};
use crate::files::Place;
use crate::memory::MemoryLimit;
use crate::parts::Parts;
use crate::{Error, Note};

pub(super) fn read(place: &Place, request: &Request<'_>) -> Result<Parts, Error> {
    parts_of(super::open(place, request)?, request)
}

pub(super) fn parts_of(joined: Joined<ParquetFile>, request: &Request<'_>) -> Result<Parts, Error> {
    let memory = request.memory;
    let source = ParquetTable { joined, memory };
    let options = request.options;
    let asked = options
        .label_column
        .as_deref()
        .or(options.labels.as_deref());
    parts(&source, asked, request)
}

/// The files of a table.
pub(super) struct ParquetTable {
    pub joined: Joined<ParquetFile>,
    pub memory: MemoryLimit,
}

impl ParquetTable {
    /// The first file, which says what the columns are.
    fn first(&self) -> Option<&ParquetFile> {
        self.joined.files.first().map(|(file, _)| file)
    }

    /// A column of all files.
    fn column(&self, column: usize, kind: &Kind) -> Result<Column, Error> {
        let name = &self.joined.names[column];
        let is_class = self.class_names(column).is_some();
        let mut all = Column::of(kind);
        for (file, places) in &self.joined.files {
            let field = &file.fields[places[column]];
            let Some(leaf) = field.leaf else {
                (0..file.rows()).for_each(|_| all.push_missing());
                continue;
            };
            read_leaf(file, leaf, kind, is_class, self.memory, &mut all).map_err(|error| {
                match error {
                    ReadError::Other(error) => error,
                    ReadError::Kind => Error::Column {
                        path: file.path.clone(),
                        column: name.clone(),
                        reason: format!(
                            "it is stored as {:?}, which is no {}",
                            leaf.values,
                            word(kind)
                        ),
                        hint: "all files of a table need the same kinds of columns",
                    },
                }
            })?;
        }
        Ok(all)
    }
}

fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Date => "date",
        Kind::Text | Kind::Unusable(_) => "text",
        Kind::Number | Kind::Boolean => "number",
    }
}

impl Source for ParquetTable {
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

    /// Texts may be numbers, dates or truth values as in a text file.
    fn kinds(&self) -> Result<Vec<Kind>, Error> {
        let fields = self.first().map_or(&[][..], |file| &file.fields);
        let kind = |(column, kind): (usize, &Kind)| {
            if *kind != Kind::Text {
                return Ok(kind.clone());
            }
            let Column::Texts(texts) = self.column(column, kind)? else {
                return Ok(kind.clone());
            };
            let mut counts = Counts::default();
            let all: Vec<usize> = (0..texts.ids.len()).collect();
            for (text, count) in texts.distinct.iter().zip(texts.count(&all)) {
                counts.add_many(text, count);
            }
            Ok(counts.kind())
        };
        let kinds: Vec<Result<Kind, Error>> = (0..fields.len())
            .into_par_iter()
            .map(|column| kind((column, &fields[column].kind)))
            .collect();
        kinds.into_iter().collect()
    }

    fn read(&self, columns: &[(usize, Kind)]) -> Result<Vec<Column>, Error> {
        let read: Vec<Result<Column, Error>> = columns
            .par_iter()
            .map(|(column, kind)| self.column(*column, kind))
            .collect();
        read.into_iter().collect()
    }

    fn place(&self, row: usize) -> RowPlace {
        let found = self.joined.find(row);
        let (path, row) = found.map_or((self.joined.path.clone(), row), |(file, row)| {
            (file.path.clone(), row)
        });
        RowPlace {
            path,
            unit: "row",
            number: row as u64 + 1,
        }
    }

    fn class_names(&self, column: usize) -> Option<&[String]> {
        let name = self.joined.names.get(column)?;
        self.first()?.features.classes.get(name).map(Vec::as_slice)
    }

    fn notes(&self) -> Vec<Note> {
        self.joined.notes.clone()
    }
}

/// Why a column cannot be read.
enum ReadError {
    /// Values of this type are not of the kind that is wanted.
    Kind,
    Other(Error),
}

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Adds a file's values to a column. The class number -1 means that there is no label.
fn read_leaf(
    file: &ParquetFile,
    leaf: Leaf,
    kind: &Kind,
    is_class: bool,
    memory: MemoryLimit,
    all: &mut Column,
) -> Result<(), ReadError> {
    let is_date = matches!(
        leaf.values,
        Values::Days | Values::Instant(_) | Values::Instant96
    );
    let fits = match (kind, leaf.values) {
        (_, Values::Bytes) => false,
        (Kind::Text, _) | (_, Values::Text) => true,
        (Kind::Date, _) => is_date,
        _ => !is_date,
    };
    if !fits {
        return match kind {
            Kind::Text => {
                (0..file.rows()).for_each(|_| all.push_missing());
                Ok(())
            }
            _ => Err(ReadError::Kind),
        };
    }
    let read = Leaves {
        file,
        leaf: leaf.index,
        memory,
    };
    match leaf.values {
        Values::Bool => read.each::<BoolType>(all, |value, all| all.push_truth(*value)),
        Values::Int32 => read.each::<Int32Type>(all, |value, all| {
            all.push_whole(i64::from(*value), is_class)
        }),
        Values::Int64 => read.each::<Int64Type>(all, |value, all| all.push_whole(*value, is_class)),
        Values::Unsigned32 => read.each::<Int32Type>(all, |value, all| {
            all.push_whole(i64::from(*value as u32), is_class)
        }),
        Values::Unsigned64 => {
            read.each::<Int64Type>(all, |value, all| all.push_number(*value as u64 as f64))
        }
        Values::Float => read.each::<FloatType>(all, |value, all| all.push_single(*value)),
        Values::Double => read.each::<DoubleType>(all, |value, all| all.push_number(*value)),
        Values::Half => read
            .each::<FixedLenByteArrayType>(all, |value, all| all.push_number(half(value.data()))),
        Values::Days => {
            read.each::<Int32Type>(all, |value, all| all.push_number(f64::from(*value)))
        }
        Values::Instant(units) => read.each::<Int64Type>(all, |value, all| {
            all.push_number(*value as f64 / units as f64)
        }),
        Values::Instant96 => {
            read.each::<Int96Type>(all, |value, all| all.push_number(instant96(value)))
        }
        Values::Decimal(scale) => read.decimals(all, scale),
        Values::Text => read.each::<ByteArrayType>(all, |value, all| {
            all.push(kind, String::from_utf8_lossy(value.data()).trim(), false);
        }),
        Values::Bytes => Ok(()),
    }
    .map_err(ReadError::Other)
}

/// A column of values of a file.
struct Leaves<'a> {
    file: &'a ParquetFile,
    leaf: usize,
    memory: MemoryLimit,
}

impl Leaves<'_> {
    fn each<T: DataType>(
        &self,
        all: &mut Column,
        push: impl Fn(&T::T, &mut Column),
    ) -> Result<(), Error> {
        for_each::<T>(self.file, self.leaf, self.memory, |value| match value {
            Some(value) => push(value, all),
            None => all.push_missing(),
        })
    }

    fn decimals(&self, all: &mut Column, scale: u32) -> Result<(), Error> {
        use parquet::basic::Type;
        let schema = self.file.metadata.file_metadata().schema_descr();
        match schema.column(self.leaf).physical_type() {
            Type::INT32 => self.each::<Int32Type>(all, |value, all| {
                all.push_number(decimal(f64::from(*value), scale))
            }),
            Type::INT64 => self.each::<Int64Type>(all, |value, all| {
                all.push_number(decimal(*value as f64, scale))
            }),
            Type::BYTE_ARRAY => self.each::<ByteArrayType>(all, |value, all| {
                all.push_number(decimal(big_endian(value.data()), scale));
            }),
            Type::FIXED_LEN_BYTE_ARRAY => self.each::<FixedLenByteArrayType>(all, |value, all| {
                all.push_number(decimal(big_endian(value.data()), scale));
            }),
            // The format has no decimals of other types.
            _ => {
                (0..self.file.rows()).for_each(|_| all.push_missing());
                Ok(())
            }
        }
    }
}
