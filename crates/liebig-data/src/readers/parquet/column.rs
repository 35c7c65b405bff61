//! Reads a column of values, row group by row group.

use std::sync::Arc;

use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::DataType;
use parquet::file::serialized_reader::SerializedPageReader;

use super::file::ParquetFile;
use super::guard::{damaged, guarded};
use super::pages;
use crate::Error;
use crate::memory::MemoryLimit;

/// Rows that are decoded at a time.
const BATCH: usize = 4096;

/// Calls `visit` with the value of every row in order; `None` where there is none.
pub(super) fn for_each<T: DataType>(
    file: &ParquetFile,
    leaf: usize,
    memory: MemoryLimit,
    mut visit: impl FnMut(Option<&T::T>),
) -> Result<(), Error> {
    let content = Arc::new(file.content.clone());
    for group in file.metadata.row_groups() {
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let wrong = |found: String| {
            let column = file.metadata.file_metadata().schema_descr().column(leaf);
            damaged(
                &file.path,
                format!(
                    "column `{}` has {found} values in a row group of {rows}",
                    column.path()
                ),
            )
        };
        let Some(chunk) = group.columns().get(leaf) else {
            return Err(wrong("no".into()));
        };
        pages::check(file, chunk, memory)?;
        let mut reader = guarded(&file.path, || {
            let pages = SerializedPageReader::new(Arc::clone(&content), chunk, rows, None)?;
            Ok(ColumnReaderImpl::<T>::new(
                chunk.column_descr_ptr(),
                Box::new(pages),
            ))
        })?;
        let there = chunk.column_descr().max_def_level();
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let mut found = 0;
        loop {
            levels.clear();
            values.clear();
            let (records, _, _) = guarded(&file.path, || {
                reader.read_records(BATCH, Some(&mut levels), None, &mut values)
            })?;
            found += records;
            if records == 0 {
                break;
            }
            if found > rows {
                return Err(wrong("more".into()));
            }
            if there == 0 {
                values.iter().for_each(|value| visit(Some(value)));
                continue;
            }
            let mut left = values.iter();
            for &level in &levels {
                visit(if level == there { left.next() } else { None });
            }
        }
        if found < rows {
            return Err(wrong(format!("only {found}")));
        }
    }
    Ok(())
}
