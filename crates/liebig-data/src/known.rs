//! The datasets known by name, with the normalisation constants of the literature.

use crate::discover::{self, Location, data_roots, find, name_of};
use crate::entry::Entry;
use crate::{SampleShape, strokes};

/// A dataset that can be asked for by name, or that was found among others.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownDataset {
    /// The name to ask for.
    pub name: String,
    /// A description of one line.
    pub description: String,
    /// The shape of a sample; `None` for a dataset that was found but is not in the list of known ones.
    pub shape: Option<SampleShape>,
    /// Number of classes; `None` as above.
    pub classes: Option<usize>,
    /// Where it is.
    pub location: Location,
}

const fn image(channels: usize, height: usize, width: usize) -> SampleShape {
    SampleShape::Image {
        channels,
        height,
        width,
    }
}

const DIGITS: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Constants as the distillation papers use them (DC, DSA, DM, MTT). The standard deviations of CIFAR are the customary
/// ones, which average those of single images.
static ENTRIES: &[Entry] = &[
    strokes::ENTRY,
    Entry {
        name: "mnist",
        aliases: &[],
        description: "handwritten digits; 60,000 + 10,000",
        shape: image(1, 28, 28),
        classes: 10,
        class_names: DIGITS,
        mean: &[0.1307],
        std: &[0.3081],
        built_in: None,
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
        built_in: None,
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
        built_in: None,
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
        built_in: None,
    },
    Entry {
        name: "cifar100",
        aliases: &["cifar-100", "cifar-100-binary"],
        description: "natural pictures of 100 classes; 50,000 + 10,000",
        shape: image(3, 32, 32),
        classes: 100,
        class_names: &[],
        mean: &[0.5071, 0.4866, 0.4409],
        std: &[0.2673, 0.2564, 0.2762],
        built_in: None,
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
        built_in: None,
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
        built_in: None,
    },
    Entry {
        name: "iris",
        aliases: &[],
        description: "iris flowers by four measurements, a table; 150 rows",
        shape: SampleShape::Table { features: 4 },
        classes: 3,
        class_names: &[],
        mean: &[],
        std: &[],
        built_in: None,
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
        built_in: None,
    },
];

/// The known dataset of this plain name or alias.
pub(crate) fn entry(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.names().contains(&name))
}

/// The path of a dataset among `roots`, by plain name; its spelling there may be another.
pub(crate) fn locate(name: &str, roots: &[std::path::PathBuf]) -> Option<std::path::PathBuf> {
    match entry(name) {
        Some(entry) => find(&entry.names(), roots),
        None => find(&[name], roots),
    }
}

/// The name that a dataset goes by, in lower case with `-` between words. An alias of a known dataset gives that
/// dataset's name (`fmnist` gives `fashion-mnist`), a path the last part that is a name (`data/MNIST/raw` gives `mnist`).
/// Nothing needs to exist.
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

/// Every dataset known by name with the place where it was found, then everything else found in [`data_roots`].
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
            _ if entry.built_in.is_some() => Location::BuiltIn,
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
                description: "found, but not a known name".into(),
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
