//! Tells a dataset's format from what is at a place.

use super::numpy::is_pickle;
use super::{READERS, Reader};
use crate::files::{Place, is_archive};
use crate::notes::some_of;
use crate::{Error, Note, NoteKind};

/// A dataset's format, and where it is.
pub(crate) struct Recognised {
    pub reader: &'static Reader,
    /// What the reader has to read.
    pub at: Place,
    pub notes: Vec<Note>,
}

/// Archives that are not opened, and those that are but were found inside a folder.
const PACKED: &[&str] = &[".tar.xz", ".tar.bz2", ".tar.zst", ".7z", ".rar"];

/// Folders that systems and tools leave behind.
const NEVER_DATA: &[&str] = &["__MACOSX", "__pycache__"];

/// How many folders below the one that was given a dataset is looked for.
const LEVELS: usize = 2;

/// The reader for a place. A file is recognised by its name, a folder by what it holds, in the order of [`READERS`]. If
/// a folder holds nothing but exactly one folder below it does, that one is taken.
pub(crate) fn recognise(place: &Place) -> Result<Recognised, Error> {
    match place.kind() {
        Some(crate::files::Kind::Folder) => recognise_folder(place),
        Some(_) => recognise_file(place),
        None => Err(Error::Missing {
            folder: place.parent().shown(),
            expected: place.name(),
        }),
    }
}

fn recognise_file(file: &Place) -> Result<Recognised, Error> {
    let name = file.name().to_lowercase();
    if is_packed(&name) {
        return Err(packed(file));
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    for &reader in READERS {
        if ends(reader.whole) {
            return Ok(Recognised::new(reader, file.clone()));
        }
        if ends(reader.part)
            && let Some(at) = (reader.find)(file)?
        {
            return Ok(Recognised::new(reader, at));
        }
    }
    if is_pickle(&file.head(2)?) {
        return Err(Error::Pickle {
            path: file.shown(),
            what: "not a file of data alone",
            hint: "save its arrays in Python: np.savez(\"set.npz\", train_images=..., train_labels=..., test_images=..., test_labels=...)",
        });
    }
    Err(unrecognised(file, "a file of another kind".into()))
}

fn recognise_folder(folder: &Place) -> Result<Recognised, Error> {
    if let Some(found) = here(folder)? {
        return Ok(found);
    }
    let mut below = Vec::new();
    look_below(folder, LEVELS, &mut below)?;
    if below.len() == 1
        && let Some(mut found) = below.pop()
    {
        let text = format!("the data are in {}", found.at);
        found.notes.push(NoteKind::Chosen.note(text));
        return Ok(found);
    }
    if !below.is_empty() {
        let name = |found: &Recognised| {
            let (at, top) = (found.at.shown(), folder.shown());
            let below = at.strip_prefix(&top).unwrap_or(&at);
            below.display().to_string()
        };
        let below: Vec<String> = below.iter().map(name).collect();
        let found = format!(
            "several datasets below it: {}; give the path of one",
            some_of(&below)
        );
        return Err(unrecognised(folder, found));
    }
    let names = names(folder)?;
    if let Some(archive) = names
        .iter()
        .find(|name| is_archive(name) || is_packed(name))
    {
        return Err(packed(&folder.join(archive)));
    }
    let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
    let found = match shown.len() {
        0 => "an empty folder".into(),
        _ => format!(
            "the folder holds {}{}",
            shown.join(", "),
            if names.len() > 8 { ", ..." } else { "" }
        ),
    };
    Err(unrecognised(folder, found))
}

/// The dataset in this very folder.
fn here(folder: &Place) -> Result<Option<Recognised>, Error> {
    for &reader in READERS {
        if let Some(at) = (reader.find)(folder)? {
            return Ok(Some(Recognised::new(reader, at)));
        }
    }
    Ok(None)
}

fn look_below(folder: &Place, levels: usize, found: &mut Vec<Recognised>) -> Result<(), Error> {
    for folder in folder.folders()? {
        let name = folder.name();
        if name.starts_with('.') || NEVER_DATA.contains(&name.as_str()) {
            continue;
        }
        match here(&folder) {
            Ok(Some(dataset)) => found.push(dataset),
            // A folder that looks like data but is not is no reason to fail for what lies beside it.
            Ok(None) | Err(_) if levels > 1 => look_below(&folder, levels - 1, found)?,
            Ok(None) | Err(_) => {}
        }
    }
    Ok(())
}

impl Recognised {
    fn new(reader: &'static Reader, at: Place) -> Self {
        let notes = Vec::new();
        Self { reader, at, notes }
    }
}

fn packed(archive: &Place) -> Error {
    Error::Archive {
        path: archive.shown(),
        reason: match is_archive(&archive.name()) {
            true => "it lies in a folder; give its own path".into(),
            false => "archives of this kind are not supported".into(),
        },
    }
}

fn unrecognised(place: &Place, found: String) -> Error {
    let mut expected: Vec<&str> = READERS.iter().map(|reader| reader.looks_like).collect();
    expected.dedup();
    Error::Unrecognised {
        path: place.shown(),
        found,
        expected: expected.join("; "),
    }
}

/// The file with this ending in a folder: the only one, or the one that has the folder's name.
pub(super) fn one_file(folder: &Place, ending: &str) -> Result<Option<Place>, Error> {
    let mut files = names(folder)?;
    files.retain(|name| name.to_lowercase().ends_with(ending) && !name.starts_with('.'));
    let own = format!("{}{ending}", folder.name());
    if let Some(name) = files.iter().find(|name| **name == own) {
        return Ok(Some(folder.join(name)));
    }
    match &files[..] {
        [] => Ok(None),
        [only] => Ok(Some(folder.join(only))),
        _ => Err(unrecognised(
            folder,
            format!(
                "several {ending} files ({}); give the path of one",
                files.join(", ")
            ),
        )),
    }
}

fn is_packed(name: &str) -> bool {
    let name = name.to_lowercase();
    PACKED.iter().any(|ending| name.ends_with(ending))
}

fn names(folder: &Place) -> Result<Vec<String>, Error> {
    let entries = folder.list()?;
    Ok(entries.iter().map(|(entry, _)| entry.name()).collect())
}

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod tests;
