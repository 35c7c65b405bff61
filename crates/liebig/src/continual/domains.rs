//! The datasets that a sequence of steps takes its samples from.

use std::borrow::Cow;

use liebig_data::{Dataset, LoadOptions, SampleShape, Split, Zca, available_memory, load};

use super::Step;
use crate::Error;

/// One dataset, or several with the same classes: digits from different sources, for example.
///
/// All samples have the shape of the first dataset and are in its space, since nothing of the later ones is known when it
/// arrives.
#[derive(Clone, Debug)]
pub struct Domains {
    datasets: Vec<Dataset>,
}

/// Datasets that cannot follow one another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DomainError {
    /// Without a dataset there is nothing to learn.
    #[error("a sequence of domains has no dataset\nhint: name at least one")]
    None,
    /// A dataset with classes that the first one has not, or without some of them.
    #[error(
        "{domain} has other classes than {first}: {difference}\nhint: all domains need the same classes; their order and upper or lower case do not matter"
    )]
    OtherClasses {
        /// The first dataset.
        first: String,
        /// The other one.
        domain: String,
        /// The classes that only one of them has.
        difference: String,
    },
    /// A dataset with samples of another shape than the first one's.
    #[error(
        "{domain} has samples of {found}, but {first} has samples of {expected}\nhint: {}", reshaping(*.expected, *.found)
    )]
    OtherShape {
        /// The first dataset.
        first: String,
        /// The other one.
        domain: String,
        /// The shape of the first one's samples.
        expected: SampleShape,
        /// The shape of the other one's.
        found: SampleShape,
    },
}

/// What makes samples of one shape those of another.
fn reshaping(expected: SampleShape, found: SampleShape) -> &'static str {
    match (expected, found) {
        (SampleShape::Image { .. }, SampleShape::Image { .. }) => {
            "images of 1 or 3 channels are brought to the first one's size and colours when they are read; others must have them in the files"
        }
        (SampleShape::Table { .. }, SampleShape::Table { .. }) => {
            "tables need the same number of columns"
        }
        _ => "images and tables cannot follow one another",
    }
}

impl Domains {
    /// Datasets that are in memory. Classes are matched by name, in any order and case, and numbered as in the first one.
    ///
    /// # Errors
    /// [`DomainError`] without a dataset, or for one of other classes or another shape than the first; [`Error::NoTestSet`]
    /// for one without test samples.
    pub fn new(datasets: Vec<Dataset>) -> Result<Self, Error> {
        let mut datasets = datasets.into_iter();
        let first = datasets.next().ok_or(DomainError::None)?;
        let mut all = vec![first];
        for dataset in datasets {
            let dataset = like(&all[0], dataset)?;
            all.push(dataset);
        }
        match all.iter().any(|dataset| dataset.test.is_empty()) {
            true => Err(Error::NoTestSet),
            false => Ok(Self { datasets: all }),
        }
    }

    /// Loads datasets by name or path. Images are stretched to the size of the first dataset's and made grey or coloured as
    /// they are; columns of tables are encoded as in the first dataset.
    ///
    /// # Errors
    /// As for [`load`] and [`new`](Self::new).
    pub fn load(sources: &[String], options: &LoadOptions) -> Result<Self, Error> {
        let mut options = options.clone();
        let mut datasets = Vec::new();
        for source in sources {
            let dataset = load(source, &options)?;
            if datasets.is_empty() {
                if let SampleShape::Image {
                    channels,
                    height,
                    width,
                } = dataset.shape
                {
                    options.image_size = Some((height, width));
                    options.grayscale = Some(channels == 1);
                }
                options.encoding.clone_from(&dataset.space.encoding);
                // The whitening of the first is that of all.
                options.zca = Zca::None;
            }
            datasets.push(dataset);
        }
        Self::new(datasets)
    }

    /// The datasets in the order of their arrival; at least one.
    #[must_use]
    pub fn datasets(&self) -> &[Dataset] {
        &self.datasets
    }

    /// The first dataset, whose shape, class names and space are those of all.
    #[must_use]
    pub fn first(&self) -> &Dataset {
        &self.datasets[0]
    }

    /// Identifies the samples: the datasets' hashes, joined.
    #[must_use]
    pub fn hash(&self) -> String {
        let hashes: Vec<&str> = self
            .datasets
            .iter()
            .map(|dataset| dataset.hash.as_str())
            .collect();
        hashes.join("+")
    }

    /// What a method sees in a step, whose classes are numbered in their order there.
    ///
    /// # Errors
    /// [`Error::Data`] for classes that are no choice of the dataset's.
    pub fn part(&self, step: &Step) -> Result<Cow<'_, Dataset>, Error> {
        let dataset = &self.datasets[step.domain];
        let whole = (0..dataset.class_names.len() as u32).eq(step.classes.iter().copied());
        Ok(match whole {
            true => Cow::Borrowed(dataset),
            false => Cow::Owned(dataset.of_classes(&step.classes)?),
        })
    }

    /// The training samples of a step: a split and the places in it.
    pub(super) fn train(&self, step: &Step) -> (&Split, Vec<usize>) {
        let split = &self.datasets[step.domain].train;
        (split, places(split, step))
    }

    /// The test samples of a step, with their labels among all classes.
    pub(super) fn test(&self, step: &Step) -> Split {
        let split = &self.datasets[step.domain].test;
        split.subset(&places(split, step))
    }
}

/// The samples of a step's classes in a split.
fn places(split: &Split, step: &Step) -> Vec<usize> {
    (0..split.len())
        .filter(|&index| step.classes.contains(&split.labels()[index]))
        .collect()
}

/// A dataset with the classes of the first one, in its order, and in its space.
fn like(first: &Dataset, dataset: Dataset) -> Result<Dataset, Error> {
    if dataset.shape != first.shape {
        return Err(DomainError::OtherShape {
            first: first.name.clone(),
            domain: dataset.name,
            expected: first.shape,
            found: dataset.shape,
        }
        .into());
    }
    let order = order(first, &dataset)?;
    let numbered = match order.iter().copied().eq(0..order.len() as u32) {
        true => dataset,
        false => dataset.of_classes(&order)?,
    };
    let memory = available_memory().map_or(u64::MAX, |bytes| bytes / 2);
    let mut moved = numbered.in_space(first.space.clone(), memory)?;
    moved.class_names.clone_from(&first.class_names);
    Ok(moved)
}

/// For each class of the first dataset its number in the other one.
fn order(first: &Dataset, other: &Dataset) -> Result<Vec<u32>, DomainError> {
    let plain = |names: &[String]| -> Vec<String> {
        names.iter().map(|name| name.to_lowercase()).collect()
    };
    let (ours, theirs) = (plain(&first.class_names), plain(&other.class_names));
    let only = |these: &[String], those: &[String], name: &str| {
        let names: Vec<&str> = these
            .iter()
            .filter(|class| !those.contains(class))
            .map(String::as_str)
            .collect();
        (!names.is_empty()).then(|| format!("only {name} has {}", names.join(", ")))
    };
    let difference: Vec<String> = [
        only(&ours, &theirs, &first.name),
        only(&theirs, &ours, &other.name),
    ]
    .into_iter()
    .flatten()
    .collect();
    let places: Vec<u32> = ours
        .iter()
        .filter_map(|class| theirs.iter().position(|other| other == class))
        .map(|place| place as u32)
        .collect();
    match difference.is_empty() && places.len() == theirs.len() {
        true => Ok(places),
        false => Err(DomainError::OtherClasses {
            first: first.name.clone(),
            domain: other.name.clone(),
            difference: match difference.is_empty() {
                true => "one has classes that differ in case only".into(),
                false => difference.join("; "),
            },
        }),
    }
}
