//! A distilled set in the formats of other programs.
//!
//! Each [`Format`] is a file, and an entry in [`FORMATS`]. Pixels become bytes, because that is what these formats hold; what
//! is lost on the way is said in [`Exported::lost`]. The artefact alone has everything.

mod card;
mod error;
mod hf;
mod image_folder;
mod lost;
mod measured;
mod npz;
mod parquet_file;
mod pixels;
mod png;
mod webdataset;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use error::Error;
pub use measured::Measured;

use crate::artefact::Artefact;
use pixels::Pixels;

/// A format that sets can be exported to.
pub struct Format {
    /// Its name, such as `hf`.
    pub name: &'static str,
    /// A description of one line.
    pub about: &'static str,
    /// What it holds besides images and classes.
    keeps: Keeps,
    write: fn(&Job<'_>, &Path) -> Result<Vec<PathBuf>, Error>,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    hf::FORMAT,
    npz::FORMAT,
    image_folder::FORMAT,
    webdataset::FORMAT,
];

/// The format with the given name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// What a format holds besides images and classes.
#[derive(Clone, Copy, Debug, Default)]
struct Keeps {
    /// Soft labels.
    soft_labels: bool,
    /// Tables.
    tables: bool,
    /// Images of any number of channels.
    channels: bool,
    /// The artefact as it is.
    artefact: bool,
}

/// What is said about a set where a format has a place for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// The licence of the set, an SPDX identifier in lower case or another that the Hugging Face hub knows. Default: `unknown`.
    pub license: Option<String>,
    /// Accuracies that were measured with the set and beside it.
    pub measured: Vec<Measured>,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exported {
    /// The format's name.
    pub format: &'static str,
    /// The folder.
    pub path: PathBuf,
    /// The files in it, relative to the folder.
    pub files: Vec<PathBuf>,
    /// The number of samples.
    pub samples: usize,
    /// What the files do not have of the set, a sentence each.
    pub lost: Vec<String>,
}

/// What a format writes.
struct Job<'a> {
    artefact: &'a Artefact,
    about: &'a About,
    /// `None` for tables.
    pixels: Option<Pixels>,
    lost: &'a [String],
}

impl Job<'_> {
    /// The samples as bytes; a format that takes no tables is never asked for one.
    fn pixels(&self) -> Result<&Pixels, Error> {
        let set = &self.artefact.set;
        self.pixels.as_ref().ok_or(Error::Shape {
            format: "images",
            shape: set.shape,
        })
    }
}

/// Writes a set into a new or empty folder: all of it, or nothing.
///
/// # Errors
/// [`Error::Shape`] for samples that the format cannot hold, [`Error::NotEmpty`] for a folder with files, and errors of the
/// file system and of encoders.
pub fn export(
    artefact: &Artefact,
    format: &Format,
    about: &About,
    folder: &Path,
) -> Result<Exported, crate::Error> {
    let set = &artefact.set;
    let pixels = match set.shape {
        liebig_data::SampleShape::Image { .. } => Some(Pixels::of(set)?),
        liebig_data::SampleShape::Table { .. } => None,
    };
    let fits = match &pixels {
        None => format.keeps.tables,
        Some(pixels) => format.keeps.channels || matches!(pixels.channels, 1 | 3),
    };
    if !fits {
        return Err(Error::Shape {
            format: format.name,
            shape: set.shape,
        }
        .into());
    }
    let lost = lost::lost(artefact, pixels.as_ref(), format.keeps);
    let job = Job {
        artefact,
        about,
        pixels,
        lost: &lost,
    };
    let files = written(folder, |partial| (format.write)(&job, partial))?;
    Ok(Exported {
        format: format.name,
        path: folder.into(),
        files,
        samples: artefact.len(),
        lost,
    })
}

/// Writes a folder beside its place and moves it there when it is complete.
fn written(
    folder: &Path,
    write: impl FnOnce(&Path) -> Result<Vec<PathBuf>, Error>,
) -> Result<Vec<PathBuf>, Error> {
    if folder.exists() {
        let empty = folder.is_dir() && fs_err::read_dir(folder)?.next().is_none();
        if !empty {
            return Err(Error::NotEmpty(folder.into()));
        }
    }
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs_err::create_dir_all(parent)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".exporting-");
    // Temporary folders are private by default; a result gets the permissions of an ordinary one.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o777));
    }
    let partial = builder.tempdir_in(parent)?;
    let files = write(partial.path())?;
    if folder.exists() {
        fs_err::remove_dir(folder)?;
    }
    fs_err::rename(partial.path(), folder)?;
    // It is not there any more.
    let _ = partial.keep();
    Ok(files)
}

/// Writes one file of a folder.
fn file(folder: &Path, name: impl AsRef<Path>, bytes: &[u8]) -> Result<PathBuf, Error> {
    let path = folder.join(name.as_ref());
    if let Some(parent) = path.parent() {
        fs_err::create_dir_all(parent)?;
    }
    fs_err::write(&path, bytes)?;
    Ok(name.as_ref().into())
}
