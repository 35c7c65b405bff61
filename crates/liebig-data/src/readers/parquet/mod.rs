//! Parquet files: tables, and image datasets as Hugging Face's `datasets` writes them.
//!
//! The `parquet` crate reads the files. What it takes on trust from a file is checked before it is asked ([`pages`]), and a
//! panic of it on a damaged file is an error here ([`guard`]).

mod column;
mod features;
mod file;
mod guard;
mod image_files;
mod images;
mod numbers;
mod pages;
mod schema;
mod table;
mod thrift;

#[cfg(test)]
mod damaged_tests;
#[cfg(test)]
mod image_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod written;

use super::table::joined::Joined;
use super::table::shards::{Found, Shards, is_part, look, shards};
use super::{Reader, Request};
use crate::files::Place;
use crate::{Error, Format, NoteKind};
use file::ParquetFile;

/// Encoded images in a column, with their labels in another.
pub(super) static IMAGES: Reader = Reader {
    format: Format::new("parquet images"),
    dataset: None,
    looks_like: "parquet files with a column of images, such as data/train-00000-of-00001.parquet",
    whole: &[],
    part: ENDINGS,
    find: |place| found(place, true),
    read: images::read,
};

/// A table of numbers and texts.
pub(super) static TABLE: Reader = Reader {
    format: Format::new("parquet table"),
    dataset: None,
    looks_like: "one .parquet table, or train.parquet with test.parquet",
    whole: ENDINGS,
    part: &[],
    find: |place| found(place, false),
    read: table::read,
};

const ENDINGS: &[&str] = &[".parquet"];

/// Whether a folder holds parquet files in folders named after splits, as the hub converts datasets.
pub(super) fn in_split_folders(folder: &Place) -> bool {
    super::table::shards::in_split_folders(folder, ENDINGS)
}

/// The place to read if the files there hold images, or if they do not.
fn found(place: &Place, images: bool) -> Result<Option<Place>, Error> {
    let at = match place.is_folder() {
        false if !place.is_file() => return Ok(None),
        false => whole(place)?,
        true => match look(place, ENDINGS)? {
            Found::Nothing => return Ok(None),
            Found::File(file) => file,
            Found::Folder => place.clone(),
            Found::Several(names) => {
                return Err(Error::Unrecognised {
                    path: place.shown(),
                    found: format!(
                        "several tables ({}); give the path of one",
                        names.join(", ")
                    ),
                    expected: TABLE.looks_like.into(),
                });
            }
        },
    };
    let shards = shards(&at, ENDINGS)?;
    let Some(first) = shards.all().next() else {
        return Ok(None);
    };
    let file = ParquetFile::open(first, crate::memory::MemoryLimit::NONE)?;
    Ok((file.has_images() == images).then_some(at))
}

/// Whether a file's name says that it is one of several of a dataset: `train-00000-of-00002.parquet`.
pub(crate) fn is_shard(name: &str) -> bool {
    is_part(name, ENDINGS)
}

/// The folder, if a file is one of several that a dataset is cut into, otherwise the file.
fn whole(file: &Place) -> Result<Place, Error> {
    let folder = file.parent();
    let is_part = is_part(&file.name(), ENDINGS);
    Ok(
        match is_part && matches!(look(&folder, ENDINGS)?, Found::Folder) {
            true => folder,
            false => file.clone(),
        },
    )
}

/// The files at a place as one table.
fn open(place: &Place, request: &Request<'_>) -> Result<Joined<ParquetFile>, Error> {
    let at = match place.is_folder() {
        true => place.clone(),
        false => whole(place)?,
    };
    let mut shards: Shards = shards(&at, ENDINGS)?;
    if at != *place {
        let text = format!("the file is a part of the dataset in {at}");
        shards.notes.push(NoteKind::Chosen.note(text));
    }
    let files = shards
        .all()
        .map(|file| ParquetFile::open(file, request.memory));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    Joined::new(&at, shards, files)
}

/// A file from its bytes alone.
#[cfg(test)]
fn read_one(
    path: &std::path::Path,
    content: file::Content,
    options: &crate::LoadOptions,
) -> Result<crate::parts::Parts, Error> {
    let place = Place::on_disk(path);
    let shards = Shards {
        train: vec![place.clone()],
        ..Shards::default()
    };
    let file = ParquetFile::of(path.into(), content)?;
    let request = Request {
        classes: None,
        options,
        memory: crate::memory::MemoryLimit::of(options),
    };
    let has_images = file.has_images();
    let joined = Joined::new(&place, shards, vec![file])?;
    match has_images {
        true => images::parts(joined, &request),
        false => table::parts_of(joined, &request),
    }
}
