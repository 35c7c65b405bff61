//! The names of IDX files.

use std::collections::BTreeMap;

use crate::Error;
use crate::files::Place;

/// What a file holds, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Train,
    Test,
    Validation,
}

/// How file names may call a split.
const SPLITS: &[(Part, &[&str])] = &[
    (Part::Train, &["train", "training"]),
    (Part::Test, &["t10k", "test", "testing"]),
    (Part::Validation, &["val", "valid", "validation"]),
];

/// A file's name, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// `emnist-letters`; empty for most.
    pub prefix: String,
    pub part: Part,
    pub is_images: bool,
}

/// The files of a dataset: by split, images and labels.
pub(super) type Files = BTreeMap<(Part, bool), Place>;

/// Takes `emnist-letters-train-images-idx3-ubyte.gz` apart. Words are separated by `-`, `_` or `.`.
pub(super) fn parse_name(name: &str) -> Option<Name> {
    let name = name.to_lowercase();
    let is_separator = |letter| matches!(letter, '-' | '_' | '.');
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let (name, kind) = name.rsplit_once(is_separator)?;
    let (name, axes) = name.rsplit_once(is_separator)?;
    let (name, content) = name.rsplit_once(is_separator)?;
    let is_idx = axes
        .strip_prefix("idx")
        .is_some_and(|axes| axes.parse::<u8>().is_ok());
    let is_kind = ["ubyte", "byte", "short", "int", "float", "double"].contains(&kind);
    let (prefix, split) = name.rsplit_once(is_separator).unwrap_or(("", name));
    let &(part, _) = SPLITS.iter().find(|(_, words)| words.contains(&split))?;
    let is_images = content == "images";
    (is_idx && is_kind && (is_images || content == "labels")).then(|| Name {
        prefix: prefix.into(),
        part,
        is_images,
    })
}

/// The part of a file's name that names its dataset, if it has one.
pub(crate) fn prefix(name: &str) -> Option<String> {
    let prefix = parse_name(name)?.prefix;
    (!prefix.is_empty()).then_some(prefix)
}

/// The datasets in a folder that have training images, by the prefix of their files.
pub(super) fn sets(folder: &Place) -> Result<BTreeMap<String, Files>, Error> {
    let mut sets: BTreeMap<String, Files> = BTreeMap::new();
    for file in folder.files()? {
        if let Some(name) = parse_name(&file.name()) {
            let files = sets.entry(name.prefix).or_default();
            // A file and its gzipped copy are the same; the shorter name comes first.
            files.entry((name.part, name.is_images)).or_insert(file);
        }
    }
    sets.retain(|_, files| files.contains_key(&(Part::Train, true)));
    Ok(sets)
}

/// The name of a file that is not there.
pub(super) fn missing(prefix: &str, part: Part, is_images: bool) -> String {
    let split = match part {
        Part::Train => "train",
        Part::Test => "t10k",
        Part::Validation => "val",
    };
    let kind = match is_images {
        true => "images-idx3",
        false => "labels-idx1",
    };
    let dash = if prefix.is_empty() { "" } else { "-" };
    format!("{prefix}{dash}{split}-{kind}-ubyte[.gz]")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let cases = [
            ("train-images-idx3-ubyte", "", Part::Train, true),
            ("t10k-labels.idx1-ubyte.gz", "", Part::Test, false),
            (
                "emnist-letters-train-images-idx3-ubyte.gz",
                "emnist-letters",
                Part::Train,
                true,
            ),
            ("qmnist-test-labels-idx2-int", "qmnist", Part::Test, false),
            (
                "kmnist_val_images_idx3_ubyte",
                "kmnist",
                Part::Validation,
                true,
            ),
            ("a.b-Train-Images-IDX4-float", "a.b", Part::Train, true),
        ];
        for (name, prefix, part, is_images) in cases {
            let expected = Name {
                prefix: prefix.into(),
                part,
                is_images,
            };
            assert_eq!(parse_name(name), Some(expected), "{name}");
        }
        for name in [
            "images-idx3-ubyte",
            "train-idx3-ubyte",
            "train-images",
            "train-images-idx3-text",
            "train-images-3-ubyte",
            "train-pictures-idx3-ubyte",
            "retrain-images-idx3-ubyte.zip",
            "",
        ] {
            assert_eq!(parse_name(name), None, "{name}");
        }
        assert_eq!(prefix("train-images-idx3-ubyte"), None);
        assert_eq!(
            prefix("fashion-train-labels-idx1-ubyte").unwrap(),
            "fashion"
        );
    }
}
