//! A dataset in memory.

use std::fmt;

use crate::split::Values;
use crate::{Normalization, SampleShape, Split};

/// A labelled dataset in memory, with its splits.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Lower case, `-` between words: `fashion-mnist`. From the name asked for, or the file or folder.
    pub name: String,
    /// The shape of every sample of every split.
    pub shape: SampleShape,
    /// One name per class; a label is an index into it.
    pub class_names: Vec<String>,
    /// Samples to learn from. Every class has at least one.
    pub train: Split,
    /// Samples to choose settings by, if the dataset has them or [`validation_split`](crate::validation_split) made them.
    pub validation: Option<Split>,
    /// Samples to judge by.
    pub test: Split,
    /// How samples are brought to the space that networks train on.
    pub normalization: Normalization,
    /// blake3, in hex, over the shape, the class names and every sample and label of every split, as loaded. It does not
    /// depend on the name, the place or the file format.
    pub hash: String,
    /// For people: where it came from, in which format, and what was decided on the way (such as a split by seed).
    pub source: String,
    /// The format it was read from.
    pub format: Format,
}

/// The format a dataset was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Drawn by the program.
    BuiltIn,
    /// IDX, as MNIST comes.
    Idx,
    /// CIFAR-10's binary records.
    Cifar10,
    /// CIFAR-100's binary records (fine labels).
    Cifar100,
    /// NumPy arrays in one file, as MedMNIST comes.
    Npz,
    /// A folder of JPEG or PNG files per class.
    ImageFolder,
    /// A CSV table with a label column.
    Csv,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BuiltIn => "built in",
            Self::Idx => "IDX",
            Self::Cifar10 => "CIFAR-10 binary",
            Self::Cifar100 => "CIFAR-100 binary",
            Self::Npz => "npz",
            Self::ImageFolder => "image folder",
            Self::Csv => "CSV table",
        })
    }
}

/// The dataset's hash: see [`Dataset::hash`].
pub(crate) fn content_hash(
    shape: SampleShape,
    class_names: &[String],
    splits: [Option<&Split>; 3],
) -> String {
    let mut hash = blake3::Hasher::new_derive_key("liebig dataset content, version 1");
    let kind = match shape {
        SampleShape::Image { .. } => "image",
        SampleShape::Table { .. } => "table",
    };
    hash.update(format!("{kind} {shape}\n").as_bytes());
    hash_len(&mut hash, class_names.len());
    for name in class_names {
        hash_len(&mut hash, name.len());
        hash.update(name.as_bytes());
    }
    for split in splits {
        hash_len(&mut hash, split.map_or(0, Split::len));
        let Some(split) = split else { continue };
        for label in split.labels() {
            hash.update(&label.to_le_bytes());
        }
        match split.values() {
            Values::Pixels(pixels) => {
                hash.update(pixels);
            }
            Values::Features(features) => {
                for feature in features {
                    hash.update(&feature.to_le_bytes());
                }
            }
        }
    }
    hash.finalize().to_hex().to_string()
}

fn hash_len(hash: &mut blake3::Hasher, len: usize) {
    hash.update(&(len as u64).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pixels: &[u8], labels: &[u32]) -> Split {
        let shape = SampleShape::Image {
            channels: 1,
            height: 1,
            width: 1,
        };
        Split::images(shape, pixels.to_vec(), labels.to_vec())
    }

    #[test]
    fn the_hash_sees_every_part_of_the_content() {
        let names =
            |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.into()).collect() };
        let (a, b) = (split(&[1, 2], &[0, 1]), split(&[3], &[0]));
        let hash = |classes: &[&str], splits| content_hash(a.shape(), &names(classes), splits);
        let base = hash(&["x", "y"], [Some(&a), None, Some(&b)]);
        assert_eq!(base, hash(&["x", "y"], [Some(&a), None, Some(&b)]));
        let others = [
            hash(&["xy", ""], [Some(&a), None, Some(&b)]),
            hash(&["x", "z"], [Some(&a), None, Some(&b)]),
            hash(&["x", "y"], [Some(&b), None, Some(&a)]),
            hash(&["x", "y"], [Some(&a), Some(&b), None]),
            hash(
                &["x", "y"],
                [Some(&split(&[1, 2], &[1, 0])), None, Some(&b)],
            ),
            hash(
                &["x", "y"],
                [Some(&split(&[1, 3], &[0, 1])), None, Some(&b)],
            ),
            content_hash(
                SampleShape::Table { features: 1 },
                &names(&["x", "y"]),
                [Some(&a), None, Some(&b)],
            ),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, base, "variant {index}");
        }
    }
}
