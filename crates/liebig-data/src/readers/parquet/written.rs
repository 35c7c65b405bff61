#![allow(clippy::unwrap_used)]
//! Parquet files for tests, written by the parquet crate.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use crate::{Dataset, Error, LoadOptions, load};

/// The values of a column; `None` is null.
#[derive(Clone)]
pub(super) enum Cells {
    Bool(Vec<Option<bool>>),
    I32(Vec<Option<i32>>),
    I64(Vec<Option<i64>>),
    F32(Vec<Option<f32>>),
    F64(Vec<Option<f64>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Cells {
    pub fn texts(texts: &[&str]) -> Self {
        Self::Bytes(
            texts
                .iter()
                .map(|text| Some(text.as_bytes().to_vec()))
                .collect(),
        )
    }

    pub fn whole(values: impl IntoIterator<Item = i64>) -> Self {
        Self::I64(values.into_iter().map(Some).collect())
    }

    pub fn doubles(values: impl IntoIterator<Item = f64>) -> Self {
        Self::F64(values.into_iter().map(Some).collect())
    }

    fn len(&self) -> usize {
        match self {
            Self::Bool(cells) => cells.len(),
            Self::I32(cells) => cells.len(),
            Self::I64(cells) => cells.len(),
            Self::F32(cells) => cells.len(),
            Self::F64(cells) => cells.len(),
            Self::Bytes(cells) => cells.len(),
        }
    }

    fn write(&self, column: &mut SerializedColumnWriter<'_>, rows: std::ops::Range<usize>) {
        match self {
            Self::Bool(cells) => put::<BoolType>(column, &cells[rows]),
            Self::I32(cells) => put::<Int32Type>(column, &cells[rows]),
            Self::I64(cells) => put::<Int64Type>(column, &cells[rows]),
            Self::F32(cells) => put::<FloatType>(column, &cells[rows]),
            Self::F64(cells) => put::<DoubleType>(column, &cells[rows]),
            Self::Bytes(cells) => {
                let cells: Vec<Option<ByteArray>> = cells[rows]
                    .iter()
                    .map(|cell| cell.clone().map(ByteArray::from))
                    .collect();
                put::<ByteArrayType>(column, &cells);
            }
        }
    }
}

fn put<T: DataType>(column: &mut SerializedColumnWriter<'_>, cells: &[Option<T::T>]) {
    let typed = column.typed::<T>();
    let most = typed.get_descriptor().max_def_level();
    let values: Vec<T::T> = cells.iter().flatten().cloned().collect();
    let levels: Vec<i16> = cells
        .iter()
        .map(|cell| if cell.is_some() { most } else { most - 1 })
        .collect();
    let levels = (most > 0).then_some(&levels[..]);
    typed.write_batch(&values, levels, None).unwrap();
}

/// How a file is written.
pub(super) struct Style {
    pub compression: Compression,
    pub rows_in_group: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            compression: Compression::SNAPPY,
            rows_in_group: 1 << 20,
        }
    }
}

/// A file with these columns; `schema` is what is between the braces of a message type. `huggingface` is the JSON of the
/// features.
pub(super) fn file(
    schema: &str,
    columns: &[Cells],
    huggingface: Option<&str>,
    style: &Style,
) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message m {{ {schema} }}")).unwrap());
    let metadata = huggingface.map(|features| {
        let json = format!(r#"{{"info": {{"features": {features}}}}}"#);
        vec![KeyValue::new("huggingface".into(), json)]
    });
    let properties = WriterProperties::builder()
        .set_compression(style.compression)
        .set_key_value_metadata(metadata)
        .build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    let rows = columns[0].len();
    for start in (0..rows).step_by(style.rows_in_group) {
        let mut group = writer.next_row_group().unwrap();
        let mut columns = columns.iter();
        while let Some(mut column) = group.next_column().unwrap() {
            let end = (start + style.rows_in_group).min(rows);
            columns.next().unwrap().write(&mut column, start..end);
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

/// Files by name in a folder, loaded.
pub(super) fn loaded_with(
    files: &[(&str, Vec<u8>)],
    path: &str,
    options: &LoadOptions,
) -> Result<Dataset, Error> {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("set");
    for (name, bytes) in files {
        let path = folder.join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, bytes).unwrap();
    }
    load(folder.join(path).to_str().unwrap(), options)
}

pub(super) fn loaded(bytes: Vec<u8>) -> Result<Dataset, Error> {
    loaded_with(
        &[("t.parquet", bytes)],
        "t.parquet",
        &LoadOptions::default(),
    )
}

pub(super) fn message(result: Result<Dataset, Error>) -> String {
    result.unwrap_err().to_string()
}

pub(super) fn texts(set: &Dataset) -> Vec<String> {
    set.notes.iter().map(ToString::to_string).collect()
}
