//! From arrays of samples and labels to the parts of a dataset.

use super::{
    Array, Classified, Labelled, Targets, classify, named, read_features, read_images, read_labels,
};
use crate::parts::Parts;
use crate::random::stream;
use crate::readers::Request;
use crate::stratified::stratified;
use crate::{Error, Note, NoteKind, Split};

/// This share of every class becomes the test split, if there is none.
const TEST_SHARE: f64 = 0.2;
/// Fixed, because the split is a part of the dataset's identity.
const SPLIT_SEED: u64 = 0;

/// The arrays of one split.
pub(crate) struct Pair {
    /// Images, or rows of a table.
    pub samples: Array,
    pub labels: Array,
}

/// The arrays of a dataset, of which the headers have been read.
pub(crate) struct Set {
    pub train: Pair,
    /// Without it, the training split is divided by a fixed seed.
    pub test: Option<Pair>,
    pub validation: Option<Pair>,
    /// Of rows of labels that are not one-hot, the first number counts.
    pub first_column: bool,
}

impl Set {
    /// Reads the set. Labels come first, as they are small and say where each sample goes; every sample is then read once,
    /// to where it stays.
    pub fn read(self, request: &Request<'_>) -> Result<Parts, Error> {
        let mut notes = Vec::new();
        let is_split = self.test.is_none();
        let first_column = self.first_column;
        let rest = [self.test, self.validation].into_iter().flatten();
        let splits: Vec<Pair> = std::iter::once(self.train).chain(rest).collect();
        let labelled = splits
            .iter()
            .map(|split| labelled(split, first_column, &mut notes));
        let labelled = labelled.collect::<Result<Vec<_>, _>>()?;
        let classified = classify(&labelled, request.classes)?;
        drop(labelled);
        let train = &splits[0];
        let text = format!("labels: {}", named(&train.labels));
        notes.push(NoteKind::Stored.note(text));
        notes.extend(classified.notes.iter().cloned());
        let class_names = classified.class_names.clone();
        let all = |split: &Pair| Targets::all(split.samples.samples());
        let (labels, targets) = match is_split {
            false => (classified.labels, splits.iter().map(all).collect()),
            true => {
                let (mut labels, targets) = halves(train, &classified, &mut notes)?;
                let mut targets = vec![targets];
                targets.extend(splits[1..].iter().map(all));
                labels.extend(classified.labels.into_iter().skip(1));
                (labels, targets)
            }
        };
        let mut read = samples(&splits, targets, labels, request, &mut notes)?.into_iter();
        // The training split has one output or two; in the first case there is a test split.
        let mut next = || {
            read.next().ok_or_else(|| {
                train
                    .samples
                    .wrong("it holds no second split", "add arrays to test on")
            })
        };
        Ok(Parts {
            encoding: None,
            class_names,
            train: next()?,
            test: next()?,
            validation: read.next(),
            notes,
        })
    }
}

/// The labels of a split, of which there is one a sample.
fn labelled(split: &Pair, first_column: bool, notes: &mut Vec<Note>) -> Result<Labelled, Error> {
    let (labels, note) = read_labels(&split.labels, first_column)?;
    if labels.len() != split.samples.samples() {
        return Err(Error::CountMismatch {
            samples_at: split.samples.shown(),
            samples: split.samples.samples() as u64,
            labels_at: split.labels.shown(),
            labels: labels.len() as u64,
        });
    }
    let note = note.map(|text| NoteKind::Converted.note(text));
    notes.extend(note.filter(|note| !notes.contains(note)));
    Ok(Labelled {
        at: split.labels.shown(),
        labels,
    })
}

/// Divides the training split: the classes of both parts, and where the samples go.
fn halves(
    split: &Pair,
    classified: &Classified,
    notes: &mut Vec<Note>,
) -> Result<(Vec<Vec<u32>>, Targets), Error> {
    let labels = classified.labels.first().map_or(&[][..], Vec::as_slice);
    let mut counts = Vec::new();
    for &label in labels {
        let class = label as usize;
        if counts.len() <= class {
            counts.resize(class + 1, 0);
        }
        counts[class] += 1;
    }
    if let Some(class) = counts.iter().position(|&count| count == 1) {
        let names = classified.class_names.as_ref();
        return Err(Error::ClassTooSmall {
            place: split.labels.shown().display().to_string(),
            class: names.map_or_else(|| class.to_string(), |names| names[class].clone()),
            found: 1,
        });
    }
    let mut rng = stream(SPLIT_SEED, "array split", 0);
    let (train, test) = stratified(labels, TEST_SHARE, &mut rng);
    let text = format!("no test arrays: split 80/20 by class and seed {SPLIT_SEED}");
    notes.push(NoteKind::Chosen.note(text));
    let of = |indices: &[usize]| indices.iter().map(|&index| labels[index]).collect();
    Ok((vec![of(&train), of(&test)], Targets::halves(&train, &test)))
}

/// Reads the samples: images, or the rows of a table if the training array has two axes.
fn samples(
    splits: &[Pair],
    targets: Vec<Targets>,
    labels: Vec<Vec<u32>>,
    request: &Request<'_>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Split>, Error> {
    let arrays = splits.iter().map(|split| &split.samples).zip(targets);
    let arrays: Vec<(&Array, Targets)> = arrays.collect();
    if splits[0].samples.dims.len() == 2 {
        let (rows, read) = read_features(&arrays, request.memory)?;
        notes.extend(read);
        let split = |((shape, rows), labels)| Split::table(shape, rows, labels);
        return rows.into_iter().zip(labels).map(split).collect();
    }
    let (pixels, read) = read_images(&arrays, request.options, request.memory)?;
    notes.extend(read);
    let split = |((shape, pixels), labels)| Split::images(shape, pixels, labels);
    pixels.into_iter().zip(labels).map(split).collect()
}
