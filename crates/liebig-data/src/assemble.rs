//! From the parts that a source gives to a dataset: what is the same for every source.

use std::path::PathBuf;

use crate::content_hash::content_hash;
use crate::convert::{convert, target_shape};
use crate::cut::cut;
use crate::entry::Entry;
use crate::memory::{HINT_RESIZE, HINT_SMALLER, MemoryLimit};
use crate::notes::some_of;
use crate::parts::{Parts, count_classes};
use crate::split::Values;
use crate::{
    Constants, Dataset, Error, Format, LoadOptions, Normalization, Note, NoteKind, SampleShape,
    Space, Split,
};

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
    let mut train = convert(parts.train, shape, &place)?;
    let mut test = convert(parts.test, shape, &place)?;
    let mut validation = parts
        .validation
        .map(|split| convert(split, shape, &place))
        .transpose()?;
    check_patients(&train, options)?;
    let mut notes = parts.notes;
    notes.extend(shared_patients(&train, &test, validation.as_ref()));
    if let Some(patches) = &options.patches {
        let mut splits = vec![("train", &mut train), ("test", &mut test)];
        splits.extend(validation.as_mut().map(|split| ("validation", split)));
        notes.extend(cut(splits, patches, &place, memory)?);
    }
    let shape = train.shape();
    let normalization = match (options.constants, shape) {
        (Constants::Half, SampleShape::Image { channels, .. }) => Normalization::half(channels),
        (Constants::Half, SampleShape::Table { .. }) => {
            return Err(Error::Setting {
                setting: "data.normalization",
                found: "half".into(),
                expected: "usual, as columns of a table have no common range",
            });
        }
        // The literature's constants are those of whole images.
        (Constants::Usual, _) => entry
            .filter(|_| options.patches.is_none())
            .and_then(|entry| entry.normalization(shape, classes))
            .unwrap_or_else(|| Normalization::of(&train)),
    };
    let source = match &origin.at {
        None => origin.format.to_string(),
        Some(at) => format!("{}, {}", origin.format, at.display()),
    };
    notes.extend(suspicions(&train, &test, &class_names));
    notes.sort_by_key(|note| note.kind);
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
        space: Space {
            encoding: parts.encoding,
            ..Space::from(normalization)
        },
        source,
        notes,
        format: origin.format,
    })
}

/// Refuses a pattern for patients where there are no names to find them in.
fn check_patients(train: &Split, options: &LoadOptions) -> Result<(), Error> {
    match (&options.patient, train.groups()) {
        (Some(pattern), None) => Err(Error::Setting {
            setting: "data.patient",
            found: pattern.clone(),
            expected: "no pattern, as only image folders have the file names that it is for",
        }),
        _ => Ok(()),
    }
}

/// A warning for each part of the data that has patients of the training split.
fn shared_patients(train: &Split, test: &Split, validation: Option<&Split>) -> Vec<Note> {
    let shared = |(name, split): (&str, Option<&Split>)| {
        let shared = train.groups()?.shared(split?.groups()?);
        let text = format!(
            "patients in both the training and the {name} split: {}, {}",
            shared.len(),
            some_of(&shared)
        );
        (!shared.is_empty()).then(|| NoteKind::Warning.note(text))
    };
    let others = [("test", Some(test)), ("validation", validation)];
    others.into_iter().filter_map(shared).collect()
}

/// Warnings about a dataset that can hardly be learnt.
fn suspicions(train: &Split, test: &Split, class_names: &[String]) -> Vec<Note> {
    let mut notes = Vec::new();
    let first = (!train.is_empty()).then(|| train.raw(0));
    if train.len() > 1 && (1..train.len()).all(|index| Some(train.raw(index)) == first) {
        let text = "all training samples are equal: nothing can be learnt from them";
        notes.push(NoteKind::Warning.note(text));
    }
    let untested: Vec<&String> = class_names
        .iter()
        .zip(test.class_indices(class_names.len()))
        .filter(|(_, indices)| indices.is_empty() && !test.is_empty())
        .map(|(name, _)| name)
        .collect();
    if !untested.is_empty() {
        let text = format!("no test samples of: {}", some_of(&untested));
        notes.push(NoteKind::Warning.note(text));
    }
    notes
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
        let (held, value) = match split.values() {
            Values::Pixels(pixels) => (pixels.memory(), 1),
            Values::Features(features) => (4 * features.len() as u64, 4),
        };
        samples += split.len();
        needed = needed.saturating_add(held);
        if split.shape() != target {
            let size = (split.len() as u64).saturating_mul(target.len() as u64);
            needed = needed.saturating_add(size.saturating_mul(value));
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
