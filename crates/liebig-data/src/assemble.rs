//! From the parts that a source gives to a dataset: what is the same for every source.

use std::path::PathBuf;

use crate::content_hash::content_hash;
use crate::convert::{convert, target_shape};
use crate::entry::Entry;
use crate::memory::{HINT_RESIZE, HINT_SMALLER, MemoryLimit};
use crate::parts::{Parts, count_classes};
use crate::split::Values;
use crate::{Dataset, Error, Format, LoadOptions, Normalization, SampleShape, Space};

/// Where a dataset comes from.
pub(crate) struct Origin<'a> {
    /// In plain spelling.
    pub name: String,
    pub format: Format,
    /// The file or folder, if it was read from one.
    pub at: Option<PathBuf>,
    /// What is known of the name.
    pub entry: Option<&'a Entry>,
}

impl Origin<'_> {
    /// The place for messages.
    fn place(&self) -> PathBuf {
        self.at.clone().unwrap_or_else(|| PathBuf::from(&self.name))
    }
}

/// Checks that shapes, labels and classes agree, converts the images, and computes the rest.
pub(crate) fn assemble(
    origin: Origin<'_>,
    parts: Parts,
    options: &LoadOptions,
    memory: MemoryLimit,
) -> Result<Dataset, Error> {
    let place = origin.place();
    let entry = origin.entry;
    let found = check_shapes(&origin, &parts)?;
    let classes = parts.class_names.as_ref().map_or_else(
        || {
            entry.map_or_else(
                || count_classes(parts.train.labels()),
                |entry| entry.classes,
            )
        },
        Vec::len,
    );
    if classes < 2 {
        return Err(Error::TooFewClasses {
            place: place.display().to_string(),
            found: classes,
        });
    }
    check_labels(&origin, &parts, classes)?;
    let class_names = match &parts.class_names {
        Some(names) => names.clone(),
        None => entry
            .and_then(|entry| entry.class_names(classes))
            .unwrap_or_else(|| (0..classes).map(|class| class.to_string()).collect()),
    };
    let indices = parts.train.class_indices(classes);
    if let Some((class, _)) = class_names
        .iter()
        .zip(&indices)
        .find(|(_, indices)| indices.is_empty())
    {
        return Err(Error::EmptyClass {
            place: place.display().to_string(),
            class: class.clone(),
            split: "training",
        });
    }
    let shape = target_shape(found, options);
    check_memory(&origin, &parts, shape, memory)?;
    let train = convert(parts.train, shape, &place)?;
    let test = convert(parts.test, shape, &place)?;
    let validation = parts
        .validation
        .map(|split| convert(split, shape, &place))
        .transpose()?;
    let normalization = entry
        .and_then(|entry| entry.normalization(shape, classes))
        .unwrap_or_else(|| Normalization::of(&train));
    let mut source = match &origin.at {
        None => origin.format.to_string(),
        Some(at) => format!("{}, {}", origin.format, at.display()),
    };
    for note in parts.notes {
        source = format!("{source}; {note}");
    }
    Ok(Dataset {
        hash: content_hash(
            shape,
            &class_names,
            [Some(&train), validation.as_ref(), Some(&test)],
        ),
        name: entry.map_or(origin.name, |entry| entry.name.into()),
        shape,
        class_names,
        train,
        validation,
        test,
        space: Space::from(normalization),
        source,
        format: origin.format,
    })
}

/// The shape of every split.
fn check_shapes(origin: &Origin<'_>, parts: &Parts) -> Result<SampleShape, Error> {
    let expected = parts.train.shape();
    match parts.splits().find(|(_, split)| split.shape() != expected) {
        None => Ok(expected),
        Some((name, split)) => Err(Error::ShapeMismatch {
            path: origin.place().join(name),
            expected: expected.to_string(),
            found: split.shape().to_string(),
        }),
    }
}

/// Refuses labels without a class. Readers do so too, with the record's place in the file.
fn check_labels(origin: &Origin<'_>, parts: &Parts, classes: usize) -> Result<(), Error> {
    for (name, split) in parts.splits() {
        let beyond = |&label: &u32| label as usize >= classes;
        if let Some(record) = split.labels().iter().position(beyond) {
            return Err(Error::LabelOutOfRange {
                path: origin.place().join(name),
                record: record as u64,
                label: i64::from(split.labels()[record]),
                classes: classes as u64,
            });
        }
    }
    Ok(())
}

/// The samples as they are and, if they are converted, as they will be; both are in memory at the same time.
fn check_memory(
    origin: &Origin<'_>,
    parts: &Parts,
    target: SampleShape,
    memory: MemoryLimit,
) -> Result<(), Error> {
    let (mut samples, mut needed) = (0, 0_u64);
    for (_, split) in parts.splits() {
        let value = match split.values() {
            Values::Pixels(_) => 1,
            Values::Features(_) => 4,
        };
        let size = |shape: SampleShape| {
            (split.len() as u64)
                .saturating_mul(shape.len() as u64)
                .saturating_mul(value)
        };
        samples += split.len();
        needed = needed.saturating_add(size(split.shape()));
        if split.shape() != target {
            needed = needed.saturating_add(size(target));
        }
    }
    memory.check(
        &origin.place(),
        needed,
        || format!("{samples} samples of {target}"),
        match target {
            SampleShape::Image { .. } => HINT_RESIZE,
            SampleShape::Table { .. } => HINT_SMALLER,
        },
    )
}
