//! Which arrays of a file are the images and the labels of which split, by their names.

use crate::LoadOptions;

/// The names of two arrays that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub images: String,
    pub labels: String,
}

/// The arrays of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub train: Names,
    pub validation: Option<Names>,
    pub test: Option<Names>,
    /// Names of arrays that are not in the dataset.
    pub unused: Vec<String>,
}

const TRAIN: &[&str] = &["training", "train", "tr"];
const VALIDATION: &[&str] = &["validation", "valid", "val", "dev"];
const TEST: &[&str] = &["testing", "test", "t10k", "te"];

/// Families of names: MedMNIST's, Keras's, scikit-learn's. In each, the names for images and those for labels.
const FAMILIES: &[(&[&str], &[&str])] = &[
    (&["images", "image", "imgs", "img"], &["labels", "label"]),
    (&["x"], &["y"]),
    (
        &["data", "features", "inputs", "input"],
        &["targets", "target", "classes", "class"],
    ),
];

/// The arrays named in `names` that make a dataset: those that the options choose, otherwise those with usual names.
///
/// # Errors
/// Which arrays are missing.
pub(super) fn plan(names: &[String], options: &LoadOptions) -> Result<Plan, String> {
    let images = Role {
        asked: options.images.as_deref(),
        families: FAMILIES.iter().map(|(images, _)| *images).collect(),
    };
    let labels = Role {
        asked: options.labels.as_deref(),
        families: FAMILIES.iter().map(|(_, labels)| *labels).collect(),
    };
    for (setting, role) in [("data.images", &images), ("data.labels", &labels)] {
        if let Some(asked) = role.asked.filter(|_| !role.is_in(names)) {
            return Err(format!(
                "`{setting}` is {asked}, but there is no array of this name"
            ));
        }
    }
    let pair = |split: &[&str], free: &[String]| pair(&images, &labels, split, free);
    let whole: &[&str] = &[""];
    let train = pair(TRAIN, names).or_else(|| pair(whole, names));
    let Some(train) = train else {
        return Err(
            match images
                .in_split(TRAIN, names)
                .or_else(|| images.in_split(whole, names))
            {
                Some((_, found)) => format!("no labels for the images `{found}`"),
                None => "it is not clear which array holds the images".into(),
            },
        );
    };
    let free: Vec<String> = names
        .iter()
        .filter(|&name| *name != train.images && *name != train.labels)
        .cloned()
        .collect();
    let (validation, test) = (pair(VALIDATION, &free), pair(TEST, &free));
    let used = |name: &&String| {
        let is_in = |pair: &Names| pair.images == **name || pair.labels == **name;
        [validation.as_ref(), test.as_ref()]
            .into_iter()
            .flatten()
            .any(is_in)
    };
    Ok(Plan {
        unused: free.iter().filter(|name| !used(name)).cloned().collect(),
        train,
        validation,
        test,
    })
}

/// What an array is for: images or labels.
struct Role<'a> {
    /// The name that was asked for.
    asked: Option<&'a str>,
    families: Vec<&'static [&'static str]>,
}

impl Role<'_> {
    /// Words that name this role, best first, each with its family.
    fn words(&self) -> Vec<(usize, String)> {
        let Some(asked) = self.asked else {
            let family = |(family, words): (usize, &&[&str])| {
                let words = words.iter().map(move |word| (family, (*word).to_owned()));
                words.collect::<Vec<_>>()
            };
            return self.families.iter().enumerate().flat_map(family).collect();
        };
        // `train_x` also says how the test split's array is named.
        let asked = plain(asked);
        let mut words = vec![(0, asked.clone())];
        for split in [TRAIN, VALIDATION, TEST].into_iter().flatten() {
            let rest = asked
                .strip_prefix(split)
                .or_else(|| asked.strip_suffix(split));
            words.extend(
                rest.filter(|rest| !rest.is_empty())
                    .map(|rest| (0, rest.to_owned())),
            );
        }
        words
    }

    /// The array of this role in a split (`""` for none), and its family. Of several, the first in order.
    fn in_split(&self, split: &[&str], names: &[String]) -> Option<(usize, String)> {
        self.all_in_split(split, names).into_iter().next()
    }

    fn all_in_split(&self, split: &[&str], names: &[String]) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (family, word) in self.words() {
            for split in split {
                let spellings = [format!("{split}{word}"), format!("{word}{split}")];
                let matches = |name: &&String| spellings.contains(&plain(name));
                found.extend(
                    names
                        .iter()
                        .find(matches)
                        .map(|name| (family, name.clone())),
                );
            }
        }
        found
    }

    fn is_in(&self, names: &[String]) -> bool {
        let splits = [TRAIN, VALIDATION, TEST, &[""]];
        splits
            .iter()
            .any(|split| self.in_split(split, names).is_some())
    }
}

/// Images and labels of a split: of one family if possible.
fn pair(images: &Role<'_>, labels: &Role<'_>, split: &[&str], names: &[String]) -> Option<Names> {
    let (images_found, labels_found) = (
        images.all_in_split(split, names),
        labels.all_in_split(split, names),
    );
    let is_free = images.asked.is_none() && labels.asked.is_none();
    let pairs = images_found
        .iter()
        .flat_map(|image| labels_found.iter().map(move |label| (image, label)));
    let mut pairs = pairs.filter(|((_, image), (_, label))| image != label);
    let ((_, image), (_, label)) = pairs
        .clone()
        .find(|((a, _), (b, _))| is_free && a == b)
        .or_else(|| pairs.next())?;
    Some(Names {
        images: image.clone(),
        labels: label.clone(),
    })
}

/// The name in lower case, without what separates words, and without folders.
fn plain(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect::<String>()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn options(images: Option<&str>, labels: Option<&str>) -> LoadOptions {
        LoadOptions {
            images: images.map(Into::into),
            labels: labels.map(Into::into),
            ..LoadOptions::default()
        }
    }

    /// The arrays of the training, the validation and the test split, and the rest.
    fn found(names: &[&str], options: &LoadOptions) -> Result<[String; 4], String> {
        let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
        let plan = plan(&names, options)?;
        let pair = |pair: Option<Names>| {
            pair.map_or_else(String::new, |pair| {
                format!("{} {}", pair.images, pair.labels)
            })
        };
        Ok([
            pair(Some(plan.train)),
            pair(plan.validation),
            pair(plan.test),
            plan.unused.join(" "),
        ])
    }

    fn usual(names: &[&str]) -> Result<[String; 4], String> {
        found(names, &LoadOptions::default())
    }

    #[test]
    fn usual_names_are_known() {
        let cases: &[(&[&str], [&str; 4])] = &[
            (
                &[
                    "test_images",
                    "test_labels",
                    "train_images",
                    "train_labels",
                    "val_images",
                    "val_labels",
                ],
                [
                    "train_images train_labels",
                    "val_images val_labels",
                    "test_images test_labels",
                    "",
                ],
            ),
            (
                &["x_test", "x_train", "y_test", "y_train"],
                ["x_train y_train", "", "x_test y_test", ""],
            ),
            (&["X", "y"], ["X y", "", "", ""]),
            (&["data", "target", "mean"], ["data target", "", "", "mean"]),
            (&["images", "labels"], ["images labels", "", "", ""]),
            (&["data", "targets"], ["data targets", "", "", ""]),
            (
                &["X_train", "Y_train", "X_valid", "Y_valid"],
                ["X_train Y_train", "X_valid Y_valid", "", ""],
            ),
            (
                &["trainX", "trainY", "testX", "testY"],
                ["trainX trainY", "", "testX testY", ""],
            ),
            (
                &["x", "y", "x_test", "y_test"],
                ["x y", "", "x_test y_test", ""],
            ),
            (
                &["set/train_data", "set/train_labels"],
                ["set/train_data set/train_labels", "", "", ""],
            ),
        ];
        for (names, expected) in cases {
            assert_eq!(
                usual(names).unwrap(),
                expected.map(str::to_owned),
                "{names:?}"
            );
        }
    }

    #[test]
    fn names_of_one_family_go_together() {
        let found = usual(&["data", "images", "labels", "target", "x", "y"]).unwrap();
        assert_eq!(found[0], "images labels");
        let found = usual(&["data", "target", "x", "labels"]).unwrap();
        assert_eq!(found[0], "data target");
        assert_eq!(
            usual(&["x", "labels"]).unwrap()[0],
            "x labels",
            "rather than nothing"
        );
    }

    #[test]
    fn a_split_without_labels_is_left_out() {
        let found = usual(&["x_train", "y_train", "x_test"]).unwrap();
        assert_eq!(
            found,
            ["x_train y_train", "", "", "x_test"].map(str::to_owned)
        );
    }

    #[test]
    fn arrays_are_chosen_by_name() {
        let names = [
            "a_train",
            "a_test",
            "fine_train",
            "fine_test",
            "coarse_train",
            "coarse_test",
            "x",
            "y",
        ];
        let chosen = |images, labels| found(&names, &options(images, labels)).unwrap();
        for (images, labels) in [
            ("a", "coarse"),
            ("a_train", "coarse_train"),
            ("A", "train_coarse"),
        ] {
            let found = chosen(Some(images), Some(labels));
            assert_eq!(found[0], "a_train coarse_train", "{images} {labels}");
            assert_eq!(found[2], "a_test coarse_test");
        }
        assert_eq!(chosen(Some("x"), Some("y"))[0], "x y");
        let found = found(
            &["train_images", "train_fine", "train_labels"],
            &options(None, Some("fine")),
        )
        .unwrap();
        assert_eq!(found[0], "train_images train_fine");
        let found =
            super::tests::found(&["testimony", "y"], &options(Some("testimony"), None)).unwrap();
        assert_eq!(found[0], "testimony y", "no split's name is taken for one");
    }

    #[test]
    fn what_is_missing_is_told() {
        let error = usual(&["train_images", "a", "b"]).unwrap_err();
        assert_eq!(error, "no labels for the images `train_images`");
        let error = usual(&["arr_0", "arr_1"]).unwrap_err();
        assert_eq!(error, "it is not clear which array holds the images");
        let error = found(&["x", "y"], &options(Some("z"), None)).unwrap_err();
        assert_eq!(
            error,
            "`data.images` is z, but there is no array of this name"
        );
        let error = found(&["x", "y"], &options(None, Some("z"))).unwrap_err();
        assert_eq!(
            error,
            "`data.labels` is z, but there is no array of this name"
        );
    }
}
