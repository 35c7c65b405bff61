//! From a name or a path to a dataset.

use std::path::{Path, PathBuf};

use crate::assemble::{Origin, assemble};
use crate::discover::{data_roots, name_of, plain};
use crate::files::Place;
use crate::known;
use crate::memory::MemoryLimit;
use crate::readers::Request;
use crate::readers::recognise::{Recognised, recognise};
use crate::stratified::tested_by_validation;
use crate::zca::whitened;
use crate::{Dataset, Error, Format, LoadOptions};

/// Loads a dataset by name or path.
///
/// A built-in dataset (`strokes`) is found by its name alone. Anything that exists as a path is read from there; a file
/// that is one of several of a dataset (`train-images-idx3-ubyte.gz`) stands for its folder. Any other name is looked up
/// in [`data_roots`](crate::data_roots), in upper or lower case and with `-` or `_` between words.
///
/// With [`LoadOptions::validation`], the test split is the validation split.
///
/// Known datasets get the normalisation constants of the literature, all others those of their training split.
///
/// # Errors
/// Every [`Error`]: it names the place, says what was expected there, and ends in a hint.
///
/// ```
/// use liebig_data::{LoadOptions, load};
///
/// let options = LoadOptions { image_size: Some((16, 16)), ..LoadOptions::default() };
/// let strokes = load("strokes", &options)?;
/// assert_eq!(strokes.shape.to_string(), "1x16x16");
/// # Ok::<(), liebig_data::Error>(())
/// ```
pub fn load(name_or_path: &str, options: &LoadOptions) -> Result<Dataset, Error> {
    let mut dataset = load_from(name_or_path, options, &data_roots())?;
    if options.validation {
        dataset = tested_by_validation(dataset)?;
    }
    whitened(dataset, options.zca, MemoryLimit::of(options))
}

fn load_from(
    name_or_path: &str,
    options: &LoadOptions,
    roots: &[PathBuf],
) -> Result<Dataset, Error> {
    options.check()?;
    let memory = MemoryLimit::of(options);
    let name = plain(name_or_path);
    if let Some((entry, make)) =
        known::entry(&name).and_then(|entry| Some((entry, entry.built_in?)))
    {
        let origin = Origin {
            name,
            format: Format::BUILT_IN,
            at: None,
            entry: Some(entry),
        };
        return assemble(origin, make()?, options, memory);
    }
    let path = Path::new(name_or_path);
    if path.exists() {
        return load_path(path, name_of(path), options, memory);
    }
    match known::locate(&name, roots) {
        Some(path) => load_path(&path, name, options, memory),
        None => Err(Error::NotFound {
            name: name_or_path.into(),
            looked_in: match roots.len() {
                0 => "any folder, as LIEBIG_DATA is not set".into(),
                _ => roots
                    .iter()
                    .map(|root| root.display().to_string())
                    .collect::<Vec<_>>()
                    .join(" or "),
            },
            known: known::names(),
        }),
    }
}

fn load_path(
    path: &Path,
    name: String,
    options: &LoadOptions,
    memory: MemoryLimit,
) -> Result<Dataset, Error> {
    let place = Place::open(path, memory)?;
    let memory = memory.less(place.held());
    let Recognised { reader, at, notes } = recognise(&place)?;
    let name = reader.dataset.map_or(name, str::to_owned);
    let entry = known::entry(&name);
    let request = Request {
        classes: entry.map(|entry| entry.classes),
        options,
        memory,
    };
    let mut parts = (reader.read)(&at, &request)?;
    parts.notes.extend(notes);
    let origin = Origin {
        name,
        format: reader.format,
        at: Some(at.shown()),
        entry,
    };
    assemble(origin, parts, options, memory)
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
