//! Which files of a folder make a dataset, and which split each of them belongs to.

use crate::files::Place;
use crate::notes::some_of;
use crate::{Error, Note, NoteKind};

/// The files of every split, each in the order of their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Shards {
    pub train: Vec<Place>,
    pub validation: Vec<Place>,
    pub test: Vec<Place>,
    pub notes: Vec<Note>,
}

/// A split that a file's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Train,
    Validation,
    Test,
}

/// What a folder holds.
pub(crate) enum Found {
    Nothing,
    /// One file is the dataset.
    File(Place),
    /// Several files are.
    Folder,
    /// Files that do not belong together.
    Several(Vec<String>),
}

/// Looks for files with one of these endings (in lower case) in a folder: the one that has the folder's name, or several
/// that a dataset is cut into, or the only one.
pub(crate) fn look(folder: &Place, endings: &[&str]) -> Result<Found, Error> {
    let (files, splits): (Vec<Place>, Vec<Option<Named>>) =
        files(folder, endings)?.into_iter().unzip();
    let folder_name = folder.name();
    let own = |file: &&Place| stem(&file.name(), endings).is_some_and(|stem| *stem == folder_name);
    if let Some(own) = files.iter().find(own) {
        return Ok(Found::File(own.clone()));
    }
    let names: Vec<String> = files.iter().map(Place::name).collect();
    Ok(match &files[..] {
        [] => Found::Nothing,
        [only] => Found::File(only.clone()),
        _ if are_shards(&names, &splits, endings) => Found::Folder,
        _ => Found::Several(names),
    })
}

/// Whether several files are the splits or the parts of one dataset.
fn are_shards(names: &[String], splits: &[Option<Named>], endings: &[&str]) -> bool {
    let train = |split: &&Named| **split == Named::Train;
    let trains = splits.iter().flatten().filter(train).count();
    let others = splits.iter().flatten().count() - trains;
    let parts = names.iter().all(|name| is_part(name, endings));
    (trains > 0 && others > 0) || parts
}

/// Whether a file is one of several that a dataset is cut into: `train-00000-of-00002.parquet`, `part-00000.csv`.
pub(crate) fn is_part(name: &str, endings: &[&str]) -> bool {
    let Some(stem) = stem(name, endings) else {
        return false;
    };
    let words: Vec<&str> = stem.split(['-', '_', '.']).collect();
    let is_number =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let of = words
        .windows(3)
        .any(|words| is_number(&words[0]) && words[1] == "of" && is_number(&words[2]));
    of || (words[0] == "part" && words.get(1).is_some_and(is_number))
}

/// The splits of a dataset: of the only file, or of the files in a folder. Without a file that a split is named after,
/// everything is training data. Without test files, the validation files are the test split.
pub(crate) fn shards(place: &Place, endings: &[&str]) -> Result<Shards, Error> {
    let mut shards = Shards::default();
    if !place.is_folder() {
        shards.train.push(place.clone());
        return Ok(shards);
    }
    let files = files(place, endings)?;
    let any_train = files.iter().any(|(_, split)| *split == Some(Named::Train));
    let mut others = Vec::new();
    for (file, split) in files {
        match split {
            _ if !any_train => shards.train.push(file),
            Some(Named::Train) => shards.train.push(file),
            Some(Named::Validation) => shards.validation.push(file),
            Some(Named::Test) => shards.test.push(file),
            None => others.push(file.name()),
        }
    }
    if !others.is_empty() {
        let text = format!("files of no split: {}", some_of(&others));
        shards.notes.push(NoteKind::Skipped.note(text));
    }
    shards.without_test();
    Ok(shards)
}

impl Shards {
    /// Without test files, the validation files are the test split.
    pub fn without_test(&mut self) {
        if self.test.is_empty() && !self.validation.is_empty() {
            self.test = std::mem::take(&mut self.validation);
            let text = "no test files: the validation files are the test split";
            self.notes.push(NoteKind::Chosen.note(text));
        }
    }

    /// All files: of training, of validation, of test.
    pub fn all(&self) -> impl Iterator<Item = &Place> {
        self.train.iter().chain(&self.validation).chain(&self.test)
    }
}

/// The files in a folder, each with the split that its name says; if there are none, those in folders named after splits.
fn files(folder: &Place, endings: &[&str]) -> Result<Vec<(Place, Option<Named>)>, Error> {
    let of_name = |file: Place| {
        let split = split_of(&file.name());
        (file, split)
    };
    let files: Vec<_> = direct(folder, endings)?.into_iter().map(of_name).collect();
    if !files.is_empty() {
        return Ok(files);
    }
    let mut files = Vec::new();
    for folder in folder.folders()? {
        if let Some(split) = split_of(&folder.name()) {
            let of_split = direct(&folder, endings)?.into_iter();
            files.extend(of_split.map(|file| (file, Some(split))));
        }
    }
    Ok(files)
}

/// Whether files with these endings lie in folders named after splits: `train/0000.parquet`.
pub(crate) fn in_split_folders(folder: &Place, endings: &[&str]) -> bool {
    let is_empty = |files: Vec<Place>| files.is_empty();
    direct(folder, endings).is_ok_and(is_empty)
        && files(folder, endings).is_ok_and(|files| !files.is_empty())
}

fn direct(folder: &Place, endings: &[&str]) -> Result<Vec<Place>, Error> {
    let mut files = folder.files()?;
    files.retain(|file| {
        let name = file.name();
        !name.starts_with(['.', '_']) && stem(&name, endings).is_some()
    });
    Ok(files)
}

/// A name without its ending; `None` if it has none of these.
fn stem<'a>(name: &'a str, endings: &[&str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let ending = endings.iter().find(|ending| lower.ends_with(**ending))?;
    name.get(..name.len() - ending.len())
}

/// The split that is a word of a file's name.
fn split_of(name: &str) -> Option<Named> {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| match word {
        "train" | "training" => Some(Named::Train),
        "val" | "valid" | "validation" | "dev" => Some(Named::Validation),
        "test" | "testing" => Some(Named::Test),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ENDINGS: &[&str] = &[".csv", ".parquet"];

    fn folder(files: &[&str]) -> (tempfile::TempDir, Place) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("set");
        fs_err::create_dir(&folder).unwrap();
        for file in files {
            let path = folder.join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "").unwrap();
        }
        let place = Place::on_disk(&folder);
        (root, place)
    }

    fn names(files: &[Place]) -> Vec<String> {
        files.iter().map(Place::name).collect()
    }

    #[test]
    fn a_folder_holds_one_file_or_shards() {
        let kind = |files: &[&str]| {
            let (_root, place) = folder(files);
            match look(&place, ENDINGS).unwrap() {
                Found::Nothing => "nothing".to_owned(),
                Found::File(file) => file.name(),
                Found::Folder => "folder".into(),
                Found::Several(names) => names.join(" "),
            }
        };
        assert_eq!(kind(&["a.txt", ".b.csv"]), "nothing");
        assert_eq!(kind(&["a.CSV", "b.txt"]), "a.CSV");
        assert_eq!(kind(&["set.csv", "train.csv", "test.csv"]), "set.csv");
        assert_eq!(kind(&["train.csv", "Test.csv", "sample.csv"]), "folder");
        assert_eq!(kind(&["train.csv", "other.csv"]), "other.csv train.csv");
        assert_eq!(kind(&["a.csv", "b.csv"]), "a.csv b.csv");
        assert_eq!(kind(&["part-0.parquet", "part-1.parquet"]), "folder");
        assert_eq!(
            kind(&["x-00000-of-00002.parquet", "x-00001-of-00002.parquet"]),
            "folder"
        );
        assert_eq!(kind(&["training_set.csv", "mnist_test.csv"]), "folder");
        assert_eq!(
            kind(&["contest.csv", "trains.csv"]),
            "contest.csv trains.csv"
        );
    }

    #[test]
    fn files_are_of_the_splits_that_their_names_say() {
        let (_root, place) = folder(&[
            "train-00001-of-00002.parquet",
            "train-00000-of-00002.parquet",
            "validation-00000-of-00001.parquet",
            "test-00000-of-00001.parquet",
            "extra.parquet",
        ]);
        let found = shards(&place, ENDINGS).unwrap();
        let train = [
            "train-00000-of-00002.parquet",
            "train-00001-of-00002.parquet",
        ];
        assert_eq!(names(&found.train), train);
        assert_eq!((found.validation.len(), found.test.len()), (1, 1));
        assert_eq!(found.notes[0].text, "files of no split: extra.parquet");
        let (_root, place) = folder(&["train.csv", "dev.csv"]);
        let found = shards(&place, ENDINGS).unwrap();
        assert_eq!(
            (names(&found.test), found.validation.len()),
            (vec!["dev.csv".to_owned()], 0)
        );
        assert!(
            found.notes[0]
                .text
                .contains("the validation files are the test split")
        );
        let (_root, place) = folder(&["part-0.csv", "part-1.csv"]);
        let found = shards(&place, ENDINGS).unwrap();
        assert_eq!(names(&found.train), ["part-0.csv", "part-1.csv"]);
        let (_root, nested) = folder(&["train/0.csv", "train/1.csv", "test/0.csv"]);
        assert!(in_split_folders(&nested, ENDINGS) && !in_split_folders(&place, ENDINGS));
        let found = shards(&nested, ENDINGS).unwrap();
        assert_eq!(
            (names(&found.train).join(" "), found.test.len()),
            ("0.csv 1.csv".into(), 1)
        );
        let one = shards(&place.join("part-1.csv"), ENDINGS).unwrap();
        assert_eq!(names(&one.train), ["part-1.csv"]);
    }
}
