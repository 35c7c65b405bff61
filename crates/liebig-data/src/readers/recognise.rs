//! Tells a dataset's format from what lies at a path.

use std::path::{Path, PathBuf};

use super::cifar::{self, Kind};
use super::{idx, image_folder};
use crate::Error;

/// What lies at a path, and where exactly.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Npz(PathBuf),
    Idx(PathBuf),
    Cifar(PathBuf, Kind),
    ImageFolder(PathBuf),
    Csv(PathBuf),
}

/// Folders that the official archives unpack to.
const INNER: &[&str] = &["cifar-10-batches-bin", "cifar-100-binary", "raw"];
const ARCHIVES: &[&str] = &[
    ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip", ".7z", ".rar",
];

/// Recognises a file by its name and a folder by what it holds, in this order: npz, IDX, CIFAR, image folder, CSV.
pub(crate) fn recognise(path: &Path) -> Result<Place, Error> {
    if fs_err::metadata(path)?.is_dir() {
        return recognise_folder(path);
    }
    let name = file_name(path).to_lowercase();
    let folder = path.parent().unwrap_or(Path::new("."));
    if is_archive(&name) {
        return Err(Error::Archive { path: path.into() });
    }
    if name.ends_with(".npz") {
        return Ok(Place::Npz(path.into()));
    }
    if name.ends_with(".csv") || name.ends_with(".csv.gz") {
        return Ok(Place::Csv(path.into()));
    }
    if idx::is_named(&name) && idx::found_in(folder) {
        return Ok(Place::Idx(folder.into()));
    }
    match cifar::found_in(folder) {
        Some(kind) if name.ends_with(".bin") || name.ends_with(".bin.gz") => {
            Ok(Place::Cifar(folder.into(), kind))
        }
        _ => Err(Error::Unrecognised {
            path: path.into(),
            found: "a file of another kind".into(),
        }),
    }
}

fn recognise_folder(folder: &Path) -> Result<Place, Error> {
    if let Some(npz) = one_file(folder, ".npz")? {
        return Ok(Place::Npz(npz));
    }
    let inner = INNER.iter().map(|inner| folder.join(inner));
    for folder in std::iter::once(folder.to_path_buf()).chain(inner) {
        if idx::found_in(&folder) {
            return Ok(Place::Idx(folder));
        }
        if let Some(kind) = cifar::found_in(&folder) {
            return Ok(Place::Cifar(folder, kind));
        }
    }
    if image_folder::found_in(folder) {
        return Ok(Place::ImageFolder(folder.into()));
    }
    if let Some(csv) = one_file(folder, ".csv")? {
        return Ok(Place::Csv(csv));
    }
    let names = names(folder)?;
    if let Some(archive) = names.iter().find(|name| is_archive(name)) {
        return Err(Error::Archive {
            path: folder.join(archive),
        });
    }
    let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
    Err(Error::Unrecognised {
        path: folder.into(),
        found: match shown.len() {
            0 => "an empty folder".into(),
            _ => format!(
                "the folder holds {}{}",
                shown.join(", "),
                if names.len() > 8 { ", ..." } else { "" }
            ),
        },
    })
}

/// The file with this ending: the only one, or the one named as the folder is.
fn one_file(folder: &Path, ending: &str) -> Result<Option<PathBuf>, Error> {
    let mut files = names(folder)?;
    files.retain(|name| name.to_lowercase().ends_with(ending) && !name.starts_with('.'));
    let own = format!("{}{ending}", file_name(folder));
    if let Some(name) = files.iter().find(|name| **name == own) {
        return Ok(Some(folder.join(name)));
    }
    match &files[..] {
        [] => Ok(None),
        [only] => Ok(Some(folder.join(only))),
        _ => Err(Error::Unrecognised {
            path: folder.into(),
            found: format!(
                "several {ending} files ({}); give the path of one",
                files.join(", ")
            ),
        }),
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
