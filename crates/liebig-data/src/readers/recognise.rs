//! Tells a dataset's format from what is at a path.

use std::path::{Path, PathBuf};

use super::{READERS, Reader};
use crate::Error;

const ARCHIVES: &[&str] = &[
    ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip", ".7z", ".rar",
];

/// The reader for a path, and the path that it has to read. A file is recognised by its name, a folder by what
/// it holds, in the order of [`READERS`].
pub(crate) fn recognise(path: &Path) -> Result<(&'static Reader, PathBuf), Error> {
    if fs_err::metadata(path)?.is_dir() {
        return recognise_folder(path);
    }
    let name = file_name(path).to_lowercase();
    if is_archive(&name) {
        return Err(Error::Archive { path: path.into() });
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let folder = path.parent().unwrap_or(Path::new("."));
    for &reader in READERS {
        if ends(reader.whole) {
            return Ok((reader, path.into()));
        }
        if ends(reader.part)
            && let Some(at) = (reader.find)(folder)?
        {
            return Ok((reader, at));
        }
    }
    Err(unrecognised(path, "a file of another kind".into()))
}

fn recognise_folder(folder: &Path) -> Result<(&'static Reader, PathBuf), Error> {
    for &reader in READERS {
        if let Some(at) = (reader.find)(folder)? {
            return Ok((reader, at));
        }
    }
    let names = names(folder)?;
    if let Some(archive) = names.iter().find(|name| is_archive(name)) {
        return Err(Error::Archive {
            path: folder.join(archive),
        });
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

fn unrecognised(path: &Path, found: String) -> Error {
    let mut expected: Vec<&str> = READERS.iter().map(|reader| reader.looks_like).collect();
    expected.dedup();
    Error::Unrecognised {
        path: path.into(),
        found,
        expected: expected.join("; "),
    }
}

/// The file with this ending in a folder: the only one, or the one that has the folder's name.
pub(super) fn one_file(folder: &Path, ending: &str) -> Result<Option<PathBuf>, Error> {
    let mut files = names(folder)?;
    files.retain(|name| name.to_lowercase().ends_with(ending) && !name.starts_with('.'));
    let own = format!("{}{ending}", file_name(folder));
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

fn is_archive(name: &str) -> bool {
    let name = name.to_lowercase();
    ARCHIVES.iter().any(|ending| name.ends_with(ending))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod tests;
