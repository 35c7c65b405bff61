//! Which folders of an image dataset are which split.

use super::listing::holds_images;
use super::names::{Named, is_hidden, is_system};
use super::skipped::{Skipped, Why};
use crate::files::Place;
use crate::{Error, Note, NoteKind};

/// Names of split folders, in lower case.
const TRAIN: &[&str] = &["train", "training"];
const TEST: &[&str] = &["test", "testing"];
const VALIDATION: &[&str] = &["val", "valid", "validation", "dev"];

/// The folders that hold the class folders of each split.
pub(super) struct Layout {
    pub train: Place,
    pub validation: Option<Place>,
    /// If there is none, the training split is divided.
    pub test: Option<Place>,
    pub notes: Vec<Note>,
}

impl Layout {
    /// The splits of a folder; without a training folder, its folders are classes. What lies beside the splits is skipped.
    ///
    /// # Errors
    /// If several folders could be the same split.
    pub fn of(folder: &Place, skipped: &mut Skipped) -> Result<Self, Error> {
        let folders = folder.folders()?;
        let train = split_folder(folder, &folders, TRAIN)?;
        let Some(train) = train.filter(|train| !is_a_class(train, &folders)) else {
            return Ok(Self {
                train: folder.clone(),
                validation: None,
                test: None,
                notes: Vec::new(),
            });
        };
        let mut test = split_folder(folder, &folders, TEST)?;
        let mut validation = split_folder(folder, &folders, VALIDATION)?;
        let is_split = |place: &Place| {
            let splits = [Some(&train), test.as_ref(), validation.as_ref()];
            splits.into_iter().flatten().any(|split| split == place)
        };
        for (place, is_folder) in folder.list()? {
            if is_folder && !is_split(&place) {
                skipped.add(Why::of_folder(&place.name()).unwrap_or(Why::Beside), &place);
            } else if !is_folder {
                skipped.add(Why::of_loose_file(&place.name()), &place);
            }
        }
        let mut notes = Vec::new();
        if test.is_none() && validation.is_some() {
            test = validation.take();
            let text = "no test folder: the validation folder is the test split";
            notes.push(NoteKind::Chosen.note(text));
        }
        Ok(Self {
            train,
            validation,
            test,
            notes,
        })
    }
}

/// Whether a folder has a folder for the training split.
pub(super) fn has_train(folder: &Place) -> Result<bool, Error> {
    let folders = folder.folders()?;
    let mut train = folders.iter().filter(|place| goes_by(place, TRAIN));
    Ok(train.any(|train| !is_a_class(train, &folders)))
}

/// Whether a folder named `train` is the class of that name, as in `bus`, `car`, `train`: it holds images and no folders, and
/// so does a folder beside it that is no split.
fn is_a_class(train: &Place, beside: &[Place]) -> bool {
    let looks_like_one = |place: &Place| {
        let folders = place.folders().unwrap_or_default();
        folders.is_empty() && holds_images(place)
    };
    let is_split = |place: &Place| {
        [TRAIN, TEST, VALIDATION]
            .iter()
            .any(|names| goes_by(place, names))
    };
    let mut others = beside.iter().filter(|place| !is_split(place));
    looks_like_one(train) && others.any(looks_like_one)
}

fn goes_by(place: &Place, names: &[&str]) -> bool {
    names.contains(&place.name().to_lowercase().as_str())
}

/// The folder with one of the names, in any letter case.
fn split_folder(folder: &Place, folders: &[Place], names: &[&str]) -> Result<Option<Place>, Error> {
    let found = folders.iter().filter(|place| goes_by(place, names));
    let found: Vec<&Place> = found.collect();
    match &found[..] {
        [] => Ok(None),
        [only] => Ok(Some((*only).clone())),
        several => {
            let several: Vec<String> = several.iter().map(|place| place.name()).collect();
            Err(Error::Unrecognised {
                path: folder.shown(),
                found: format!("several folders for one split: {}", several.join(", ")),
                expected: format!("one of {}", names.join(", ")),
            })
        }
    }
}

impl Why {
    /// Why a folder is skipped wherever it is, if it is.
    pub fn of_folder(name: &str) -> Option<Self> {
        match name {
            _ if is_hidden(name) => Some(Self::HiddenFolder),
            _ if is_system(name) => Some(Self::System),
            _ => None,
        }
    }

    /// Why a file that is in no class folder is skipped.
    pub fn of_loose_file(name: &str) -> Self {
        match Named::of(name) {
            Named::Hidden => Self::HiddenFile,
            Named::System => Self::System,
            Named::Image | Named::OtherImage => Self::Loose,
            Named::Unsaid | Named::Other => Self::Other,
        }
    }
}
