//! What the parquet crate reports about damaged files.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use parquet::errors::{ParquetError, Result};

use crate::Error;

/// Runs code of the parquet crate. It asserts that some numbers of a file make sense; a file in which they do not must not
/// end the program.
pub(super) fn guarded<T>(
    path: &Path,
    read: impl FnOnce() -> Result<T>,
) -> std::result::Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(damaged(path, reason(&error))),
        Err(_) => Err(damaged(
            path,
            "damaged in a way that the decoder does not expect",
        )),
    }
}

/// The error for a file that cannot be read.
pub(super) fn damaged(path: &Path, reason: impl Into<String>) -> Error {
    Error::Parquet {
        path: path.into(),
        reason: reason.into(),
    }
}

fn reason(error: &ParquetError) -> String {
    let text = error.to_string();
    // The kind of the error comes first, such as `EOF: ` or `Parquet error: `.
    text.strip_prefix("Parquet error: ")
        .map_or(text.clone(), str::to_owned)
}
