//! The image files of a split, class folder by class folder.

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::PathBuf;

use rayon::prelude::*;

use super::names::Named;
use super::skipped::{Skipped, Why};
use crate::Error;
use crate::files::Place;
use crate::memory::{MemoryLimit, bytes as in_words};
use crate::readers::decode::{Content, HEAD, ImageFiles};

/// A class folder of a split and the image files in it.
pub(super) struct ClassFolder {
    pub place: Place,
    pub files: Vec<Place>,
}

impl ClassFolder {
    pub fn name(&self) -> String {
        self.place.name()
    }
}

/// The class folders of a split in the order of their names.
pub(super) fn class_folders(
    split: &Place,
    skipped: &mut Skipped,
) -> Result<Vec<ClassFolder>, Error> {
    let mut folders = Vec::new();
    for (place, is_folder) in split.list()? {
        let name = place.name();
        match is_folder {
            false => skipped.add(Why::of_loose_file(&name), &place),
            true => match Why::of_folder(&name) {
                Some(why) => skipped.add(why, &place),
                None if place.leads_up() => skipped.add(Why::Loop, &place),
                None => folders.push(place),
            },
        }
    }
    let listed: Vec<Result<_, Error>> = folders.into_par_iter().map(image_files).collect();
    let mut classes = Vec::with_capacity(listed.len());
    for class in listed {
        let (class, more) = class?;
        skipped.merge(more);
        classes.push(class);
    }
    Ok(classes)
}

/// The image files below a class folder in the order of their paths, those of a folder before those of the folders in it.
fn image_files(place: Place) -> Result<(ClassFolder, Skipped), Error> {
    let skipped = RefCell::new(Skipped::default());
    let enter = |folder: &Place| match Why::of_folder(&folder.name()) {
        Some(why) => {
            skipped.borrow_mut().add(why, folder);
            false
        }
        None => true,
    };
    let mut files = place.walk(enter)?;
    let mut skipped = skipped.into_inner();
    files.retain(|file| match why_skipped(file) {
        Some(why) => {
            skipped.add(why, file);
            false
        }
        None => true,
    });
    // All of them stay for as long as the images are read.
    files.shrink_to_fit();
    Ok((ClassFolder { place, files }, skipped))
}

/// Why a file of a class folder is skipped; `None` for an image, and for what should be one.
fn why_skipped(file: &Place) -> Option<Why> {
    let content = || Some(Content::of(&file.head(HEAD as u64).ok()?));
    match Named::of(&file.name()) {
        Named::Image => None,
        Named::Hidden => Some(Why::HiddenFile),
        Named::System => Some(Why::System),
        Named::Other => Some(Why::Other),
        named @ (Named::OtherImage | Named::Unsaid) => match content() {
            Some(Content::Image(_)) => None,
            Some(Content::Unreadable(_)) => Some(Why::Unreadable),
            _ if named == Named::OtherImage => Some(Why::Unreadable),
            _ => Some(Why::Other),
        },
    }
}

/// Whether there is an image in this very folder.
pub(super) fn holds_images(folder: &Place) -> bool {
    // A file without an ending has to be looked into; a few are enough.
    let mut looks = 4;
    let files = folder.files().unwrap_or_default();
    files.iter().any(|file| match Named::of(&file.name()) {
        Named::Image => true,
        Named::Unsaid if looks > 0 => {
            looks -= 1;
            why_skipped(file).is_none()
        }
        _ => false,
    })
}

/// The files of several splits, for the decoder.
pub(super) struct Pool {
    /// Names in messages are relative to this.
    pub root: PathBuf,
    pub files: Vec<Place>,
}

/// The largest image file that is read, in bytes.
const MAX_FILE: u64 = 512 << 20;

impl ImageFiles for Pool {
    fn len(&self) -> usize {
        self.files.len()
    }

    fn bytes(&self, index: usize) -> Result<Cow<'_, [u8]>, String> {
        let file = &self.files[index];
        let len = file.len().map_err(|error| short(&error))?;
        if len > MAX_FILE {
            let (len, most) = (in_words(len), in_words(MAX_FILE));
            return Err(format!("the file has {len}, but at most {most} are read"));
        }
        let bytes = file.read(MemoryLimit::NONE);
        bytes.map(Cow::Owned).map_err(|error| short(&error))
    }

    fn head(&self, index: usize, limit: u64) -> Result<Cow<'_, [u8]>, String> {
        let head = self.files[index].head(limit);
        head.map(Cow::Owned).map_err(|error| short(&error))
    }

    fn name(&self, index: usize) -> String {
        let shown = self.files[index].shown();
        let name = shown.strip_prefix(&self.root).unwrap_or(&shown);
        name.display().to_string()
    }
}

/// An error without the file's path and without the hint.
fn short(error: &Error) -> String {
    match error {
        Error::Io(error) => match error.kind() {
            std::io::ErrorKind::Other => error.to_string(),
            kind => kind.to_string(),
        },
        error => error.to_string().lines().next().unwrap_or_default().into(),
    }
}
