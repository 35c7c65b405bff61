//! Opens a catalogue in any of its forms: a folder in Liebig's format, a checkout of the list, or a JSON file.

use std::path::Path;

use crate::catalogue::{self, Catalogue};
use crate::error::Error;
use crate::files;
use crate::import::{Checkout, Diagnostic, import};
use crate::record::Paper;

/// Opens a catalogue. If it is a checkout of the list, the diagnostics of the import are returned as well.
///
/// # Errors
/// [`Error::NoCatalogue`] if the path is none of the three; otherwise the errors of reading it.
pub fn open(path: &Path) -> Result<(Catalogue, Vec<Diagnostic>), Error> {
    if path.join("papers").is_dir() {
        return Ok((Catalogue::load(path)?, Vec::new()));
    }
    if path.is_dir() {
        let import = import(&Checkout::read(path)?)?;
        return Ok((import.catalogue, import.diagnostics));
    }
    if path.extension().is_some_and(|ending| ending == "json") {
        return Ok((from_json(path)?, Vec::new()));
    }
    Err(Error::NoCatalogue { path: path.into() })
}

/// Reads the records from the array that `liebig papers list --json` prints.
fn from_json(path: &Path) -> Result<Catalogue, Error> {
    let papers: Vec<Paper> =
        serde_json::from_slice(&files::read(path)?).map_err(|source| Error::Json {
            path: path.into(),
            source,
        })?;
    Ok(Catalogue::new(catalogue::shipped_sections()?, papers))
}
