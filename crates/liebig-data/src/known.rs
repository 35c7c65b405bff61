//! The datasets known by name, with the field's normalisation constants.

use crate::discover::{self, Location, data_roots, find, name_of};
use crate::{Normalization, SampleShape, strokes};

/// One line of `liebig data list`.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownDataset {
    /// The name to ask for.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// The shape of a sample; `None` for a dataset that was found but is not in the list of known ones.
    pub shape: Option<SampleShape>,
    /// Number of classes; `None` as above.
    pub classes: Option<usize>,
    /// Where it is.
    pub location: Location,
}

/// A row of the table below.
pub(crate) struct Entry {
    pub name: &'static str,
    aliases: &'static [&'static str],
    description: &'static str,
    shape: SampleShape,
    classes: usize,
    /// Empty if the files bring them or they are plain numbers.
    class_names: &'static [&'static str],
    /// Per channel; empty if there are no constants in use.
    mean: &'static [f32],
    std: &'static [f32],
}

const fn image(channels: usize, height: usize, width: usize) -> SampleShape {
    SampleShape::Image {
        channels,
        height,
        width,
    }
}

const DIGITS: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Constants as the distillation papers use them (DC, DSA, DM, MTT); CIFAR's standard deviations are the usual
/// mean of per-image ones. Strokes' own were measured once on its training split.
static ENTRIES: &[Entry] = &[
    Entry {
        name: "strokes",
        aliases: &[],
        description: "digit-like strokes drawn by the program; 10,000 + 2,000",
        shape: image(1, strokes::SIDE, strokes::SIDE),
        classes: 10,
        class_names: &strokes::CLASS_NAMES,
        mean: &[strokes::MEAN],
        std: &[strokes::STD],
    },
    Entry {
        name: "mnist",
        aliases: &[],
        description: "handwritten digits; 60,000 + 10,000",
        shape: image(1, 28, 28),
        classes: 10,
        class_names: DIGITS,
        mean: &[0.1307],
        std: &[0.3081],
    },
    Entry {
        name: "fashion-mnist",
        aliases: &["fashionmnist", "fmnist"],
        description: "pictures of clothing articles; 60,000 + 10,000",
        shape: image(1, 28, 28),
        classes: 10,
        class_names: &[
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ],
        mean: &[0.2861],
        std: &[0.3530],
    },
    Entry {
        name: "svhn",
        aliases: &[],
        description: "house numbers, as an image folder; 73,257 + 26,032",
        shape: image(3, 32, 32),
        classes: 10,
        class_names: DIGITS,
        mean: &[0.4377, 0.4438, 0.4728],
        std: &[0.1980, 0.2010, 0.1970],
    },
    Entry {
        name: "cifar10",
        aliases: &["cifar-10", "cifar-10-batches-bin", "cifar10-jpeg"],
        description: "natural pictures; 50,000 + 10,000",
        shape: image(3, 32, 32),
        classes: 10,
        class_names: &[
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        ],
        mean: &[0.4914, 0.4822, 0.4465],
        std: &[0.2023, 0.1994, 0.2010],
    },
    Entry {
        name: "cifar100",
        aliases: &["cifar-100", "cifar-100-binary"],
        description: "natural pictures of a hundred kinds; 50,000 + 10,000",
        shape: image(3, 32, 32),
        classes: 100,
        class_names: &[],
        mean: &[0.5071, 0.4866, 0.4409],
        std: &[0.2673, 0.2564, 0.2762],
    },
    Entry {
        name: "tiny-imagenet",
        aliases: &["tinyimagenet", "tiny-imagenet-200"],
        description: "small ImageNet pictures, as an image folder; 100,000 + 10,000",
        shape: image(3, 64, 64),
        classes: 200,
        class_names: &[],
        mean: &[0.485, 0.456, 0.406],
        std: &[0.229, 0.224, 0.225],
    },
    Entry {
        name: "pneumoniamnist",
        aliases: &[],
        description: "children's chest X-rays (MedMNIST); 4,708 + 524 + 624",
        shape: image(1, 28, 28),
        classes: 2,
        class_names: &["normal", "pneumonia"],
        mean: &[],
        std: &[],
    },
    Entry {
        name: "iris",
        aliases: &[],
        description: "iris flowers by four measures, a table; 150 rows",
        shape: SampleShape::Table { features: 4 },
        classes: 3,
        class_names: &[],
        mean: &[],
        std: &[],
    },
    Entry {
        name: "wine",
        aliases: &[],
        description: "wines by chemical analysis, a table; 178 rows",
        shape: SampleShape::Table { features: 13 },
        classes: 3,
        class_names: &[],
        mean: &[],
        std: &[],
    },
];

impl Entry {
    fn names(&self) -> Vec<&'static str> {
        std::iter::once(self.name)
            .chain(self.aliases.iter().copied())
            .collect()
    }

    /// Names of the classes, if there are `count` of them.
    pub fn class_names(&self, count: usize) -> Option<Vec<String>> {
        let names = self.class_names;
        (names.len() == count && count > 0).then(|| names.iter().map(|&name| name.into()).collect())
    }

    /// The published constants, if the data have as many channels and classes as the set of this name.
    pub fn normalization(&self, shape: SampleShape, classes: usize) -> Option<Normalization> {
        let same = shape.groups() == self.shape.groups() && classes == self.classes;
        (same && !self.mean.is_empty() && matches!(shape, SampleShape::Image { .. })).then(|| {
            Normalization {
                mean: self.mean.into(),
                std: self.std.into(),
                known: true,
            }
        })
    }

    /// The number of classes that labels are checked against.
    pub fn classes(&self) -> usize {
        self.classes
    }
}

/// The known dataset of this plain name or alias.
pub(crate) fn entry(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.names().contains(&name))
}

/// The path of a dataset among `roots`, by plain name, whatever its spelling there.
pub(crate) fn locate(name: &str, roots: &[std::path::PathBuf]) -> Option<std::path::PathBuf> {
    match entry(name) {
        Some(entry) => find(&entry.names(), roots),
        None => find(&[name], roots),
    }
}

/// The name that a dataset goes by: of a known one its name here, of a path the last part that says something, in lower
/// case with `-` between words. Looks at the spelling only; nothing needs to exist.
#[must_use]
pub fn dataset_name(name_or_path: &str) -> String {
    let path = std::path::Path::new(name_or_path);
    let is_path = path.components().count() > 1 || path.extension().is_some() || path.exists();
    let name = if is_path {
        discover::name_of(path)
    } else {
        discover::plain(name_or_path)
    };
    entry(&name).map_or(name, |entry| entry.name.into())
}

/// Names of all known datasets, for messages.
pub(crate) fn names() -> String {
    let names: Vec<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
    names.join(", ")
}

/// Every dataset known by name with the place where it was found, then whatever else lies in [`data_roots`].
#[must_use]
pub fn known() -> Vec<KnownDataset> {
    known_in(&data_roots())
}

fn known_in(roots: &[std::path::PathBuf]) -> Vec<KnownDataset> {
    let listed = ENTRIES.iter().map(|entry| KnownDataset {
        name: entry.name.into(),
        description: entry.description.into(),
        shape: Some(entry.shape),
        classes: Some(entry.classes),
        location: match locate(entry.name, roots) {
            _ if entry.name == strokes::NAME => Location::BuiltIn,
            Some(path) => Location::Found(path),
            None => Location::Missing,
        },
    });
    let mut all: Vec<KnownDataset> = listed.collect();
    for path in roots.iter().flat_map(|root| discover::entries(root)) {
        let name = name_of(&path);
        if entry(&name).is_none() && all.iter().all(|known| known.name != name) {
            all.push(KnownDataset {
                name,
                description: "found, not a known name".into(),
                shape: None,
                classes: None,
                location: Location::Found(path),
            });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_entry_is_consistent() {
        for entry in ENTRIES {
            assert_eq!(entry.mean.len(), entry.std.len(), "{}", entry.name);
            assert!(
                [0, entry.shape.groups()].contains(&entry.mean.len()),
                "{}",
                entry.name
            );
            assert!(
                [0, entry.classes].contains(&entry.class_names.len()),
                "{}",
                entry.name
            );
            for name in entry.names() {
                assert_eq!(name, discover::plain(name), "names are spelt plainly");
                let holders = ENTRIES.iter().filter(|entry| entry.names().contains(&name));
                assert_eq!(holders.count(), 1, "{name} names one dataset");
            }
        }
    }

    #[test]
    fn constants_apply_only_to_data_of_the_same_kind() {
        let mnist = entry("mnist").unwrap();
        assert_eq!(
            mnist.normalization(image(1, 32, 32), 10).unwrap().mean,
            [0.1307]
        );
        assert_eq!(mnist.normalization(image(3, 28, 28), 10), None);
        assert_eq!(mnist.normalization(image(1, 28, 28), 5), None);
        assert_eq!(
            entry("iris")
                .unwrap()
                .normalization(SampleShape::Table { features: 4 }, 3),
            None
        );
    }

    #[test]
    fn the_list_says_where_each_one_is() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["MNIST", "cifar-10-batches-bin", "my_cats"] {
            fs_err::create_dir(root.path().join(folder)).unwrap();
        }
        let all = known_in(&[root.path().into()]);
        let location = |name: &str| {
            &all.iter()
                .find(|known| known.name == name)
                .unwrap()
                .location
        };
        assert_eq!(*location("strokes"), Location::BuiltIn);
        assert_eq!(
            *location("mnist"),
            Location::Found(root.path().join("MNIST"))
        );
        assert_eq!(
            *location("cifar10"),
            Location::Found(root.path().join("cifar-10-batches-bin"))
        );
        assert_eq!(
            *location("my-cats"),
            Location::Found(root.path().join("my_cats"))
        );
        assert_eq!(*location("cifar100"), Location::Missing);
        assert_eq!(all.len(), ENTRIES.len() + 1);
    }
}
