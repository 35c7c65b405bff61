//! NumPy's files: an npz file, or a folder of npy files.
//!
//! Arrays are found by their names: MedMNIST's (`train_images`, `train_labels`, `val_images`, ...), Keras's (`x_train`,
//! `y_train`, ...), single pairs (`images` and `labels`, `x` and `y`, `data` and `target`), or those that `data.images` and
//! `data.labels` choose. A single pair is split 80/20 by class with a fixed seed.
//!
//! Images are `[N, H, W]`, `[N, H, W, C]` or `[N, C, H, W]` of any type of number: integers 0 to 255 (or 65535), floats
//! from 0 to 1 or from 0 to 255. Arrays `[N, F]` are tables. Labels are whole numbers of any type, text, bool, or one-hot
//! rows; the classes are the distinct values that the training samples have. Python objects are never read.

mod header;
mod keys;

pub(super) use header::is_pickle;

use super::array::{Pair, Set};
use super::recognise::one_file;
use super::{Reader, Request};
use crate::files::Place;
use crate::notes::some_of;
use crate::parts::Parts;
use crate::{Error, Format, LoadOptions, NoteKind};
use keys::{Names, plan};

/// One npz file.
pub(super) static READER_NPZ: Reader = Reader {
    format: Format::new("npz"),
    dataset: None,
    looks_like: "one .npz file (train_images, train_labels, ... or x_train, y_train, ... or images, labels)",
    whole: &[".npz"],
    part: &[],
    find: |folder| one_file(folder, ".npz"),
    read: read_npz,
};

/// A folder of npy files.
pub(super) static READER_NPY: Reader = Reader {
    format: Format::new("npy"),
    dataset: None,
    looks_like: ".npy files (x_train.npy, y_train.npy, ... or images.npy, labels.npy)",
    whole: &[],
    part: &[".npy"],
    find: find_npy,
    read: |folder, request| read(folder, arrays(folder)?, request),
};

/// The folder, if it holds npy files of usual names; that of a single file whatever the names are.
fn find_npy(place: &Place) -> Result<Option<Place>, Error> {
    if place.is_file() {
        return Ok(Some(place.parent()));
    }
    let names: Vec<String> = arrays(place)?.into_iter().map(|(name, _)| name).collect();
    let is_set = keys::plan(&names, &LoadOptions::default()).is_ok();
    Ok(is_set.then(|| place.clone()))
}

fn read_npz(file: &Place, request: &Request<'_>) -> Result<Parts, Error> {
    let inside = file.inside(request.memory);
    let inside = inside.map_err(|error| not_npz(file, error))?;
    let request = Request {
        memory: request.memory.less(inside.held()),
        ..*request
    };
    let files = inside.walk(|_| true)?;
    read(file, named(&inside, files), &request)
}

const HINT_NAMES: &str = "arrays are found by names such as train_images and train_labels, x_train and y_train, images and labels; otherwise set `data.images` and `data.labels` to the names of two";

/// Reads the set at `at` from its arrays, each with its name: entries of this one file, or files in this folder.
fn read(at: &Place, files: Vec<(String, Place)>, request: &Request<'_>) -> Result<Parts, Error> {
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let plan = plan(&names, request.options).map_err(|reason| Error::ArrayFile {
        path: at.shown(),
        array: None,
        reason: format!("{reason}; it holds {}", described(&files)),
        hint: HINT_NAMES.into(),
    })?;
    let mut notes = Vec::new();
    if !plan.unused.is_empty() {
        let (count, names) = (plan.unused.len(), some_of(&plan.unused));
        notes.push(NoteKind::Skipped.note(format!("{count} array(s) not used: {names}")));
    }
    let (mut test, mut validation) = (plan.test, plan.validation);
    if test.is_none() && validation.is_some() {
        test = validation.take();
        let text = "no test arrays: the validation arrays are the test split";
        notes.push(NoteKind::Chosen.note(text));
    }
    let open = |names: &Names| open(at, &files, names);
    let set = Set {
        train: open(&plan.train)?,
        test: test.as_ref().map(open).transpose()?,
        validation: validation.as_ref().map(open).transpose()?,
        first_column: false,
    };
    let mut parts = set.read(request)?;
    parts.notes.extend(notes);
    Ok(parts)
}

fn open(at: &Place, files: &[(String, Place)], names: &Names) -> Result<Pair, Error> {
    let open = |name: &String| {
        let found = files.iter().find(|(found, _)| found == name);
        let (_, place) = found.ok_or_else(|| Error::Missing {
            folder: at.shown(),
            expected: format!("{name}.npy"),
        })?;
        let within = at.is_file().then(|| (at.shown(), name.clone()));
        header::read(place.clone(), within)
    };
    Ok(Pair {
        samples: open(&names.images)?,
        labels: open(&names.labels)?,
    })
}

/// The names of arrays with their types and shapes, as far as they can be read.
fn described(files: &[(String, Place)]) -> String {
    let describe = |(name, place): &(String, Place)| match header::read(place.clone(), None) {
        Ok(array) => format!("`{name}` {array}"),
        Err(_) => format!("`{name}`"),
    };
    match files.len() {
        0 => "no arrays".into(),
        _ => some_of(&files.iter().map(describe).collect::<Vec<_>>()),
    }
}

/// Says what a file is that could not be opened as npz.
fn not_npz(file: &Place, error: Error) -> Error {
    let Error::Archive { path, reason } = error else {
        return error;
    };
    let head = file.head(header::MAGIC.len() as u64).unwrap_or_default();
    if is_pickle(&head) {
        return Error::Pickle {
            path,
            what: "not an npz file",
            hint: header::HINT_OBJECTS,
        };
    }
    let (reason, hint) = match head == header::MAGIC {
        true => (
            "a single array (npy), not an npz file".into(),
            "save images and labels in one file: np.savez(\"set.npz\", images=images, labels=labels)",
        ),
        false => (
            format!("not a readable npz file: {reason}"),
            "fetch or save it again",
        ),
    };
    Error::ArrayFile {
        path,
        array: None,
        reason,
        hint: hint.into(),
    }
}

/// The npy files in a folder, with their names without the ending.
fn arrays(folder: &Place) -> Result<Vec<(String, Place)>, Error> {
    Ok(named(folder, folder.files()?))
}

fn named(folder: &Place, files: Vec<Place>) -> Vec<(String, Place)> {
    let top = folder.shown();
    let name = |file: Place| {
        let shown = file.shown();
        let inner = shown.strip_prefix(&top).unwrap_or(&shown);
        let name = inner.to_string_lossy().replace('\\', "/");
        let name = name
            .strip_suffix(".npy")
            .filter(|_| !file.name().starts_with('.'))?;
        Some((name.to_owned(), file))
    };
    files.into_iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests;
