//! A folder of images for each class, as torchvision's `ImageFolder` has it: `SPLIT/CLASS/**/*`.
//!
//! Splits go by their usual names, in any letter case. Without a test folder, the validation folder is the test split
//! (ImageNet's subsets come this way); without either, or with class folders at the top, every class is split 80/20 with a
//! fixed seed. Classes are in natural order, files in the order of their names.

mod layout;
mod listing;
mod names;
mod patients;
mod skipped;

use super::decode::{Batch, decode_all};
use super::{Reader, Request};
use crate::classes::Classes;
use crate::files::Place;
use crate::notes::some_of;
use crate::parts::Parts;
use crate::pixels::Pixels;
use crate::random::stream;
use crate::stratified::divided;
use crate::{Error, Format, Note, NoteKind, Split};
use layout::Layout;
use listing::{ClassFolder, Pool, class_folders, holds_images};
use skipped::{Skipped, Why};

/// Class folders, with or without split folders above them.
pub(super) static READER: Reader = Reader {
    format: Format::new("image folder"),
    dataset: None,
    looks_like: "train/CLASS/*.jpg with test/CLASS/*.jpg (or .png, .gif, .webp, .bmp, .tif, .ppm)",
    whole: &[],
    part: &[],
    find: |folder| Ok(found_in(folder).then(|| folder.clone())),
    read,
};

const TEST_SHARE: f64 = 0.2;
/// Fixed, because the split is a part of the dataset's identity.
const SPLIT_SEED: u64 = 0;

/// Whether the folder holds split folders, or class folders with images in them.
fn found_in(folder: &Place) -> bool {
    if !folder.is_folder() || super::parquet::in_split_folders(folder) {
        return false;
    }
    if layout::has_train(folder).unwrap_or(false) {
        return true;
    }
    // The images must be in the class folders themselves; otherwise a folder of datasets would be taken for one.
    let folders = folder.folders().unwrap_or_default();
    let mut classes = folders
        .iter()
        .filter(|place| Why::of_folder(&place.name()).is_none());
    classes.any(holds_images)
}

/// The files of one split: a class for each, as a number among all class folders' names.
struct Listed {
    files: Vec<Place>,
    classes: Vec<u32>,
}

impl Listed {
    fn new(folders: Vec<ClassFolder>, names: &Classes) -> Self {
        let (mut files, mut classes) = (Vec::new(), Vec::new());
        for folder in folders {
            let class = names.label(&folder.name()).unwrap_or_default();
            classes.extend(std::iter::repeat_n(class, folder.files.len()));
            files.extend(folder.files);
        }
        Self { files, classes }
    }
}

/// Reads every image, resized and in the colours that the options ask for.
fn read(folder: &Place, request: &Request<'_>) -> Result<Parts, Error> {
    let mut skipped = Skipped::default();
    let layout = Layout::of(folder, &mut skipped)?;
    let mut notes = layout.notes;
    // Training, then test and validation if there are such folders; no validation without test.
    let mut places = vec![layout.train];
    places.extend(layout.test);
    places.extend(layout.validation);
    let mut folders = Vec::with_capacity(places.len());
    for place in &places {
        folders.push(class_folders(place, &mut skipped)?);
    }
    let missing = || Error::Missing {
        folder: places[0].shown(),
        expected: "class folders".into(),
    };
    if folders[0].is_empty() {
        return Err(missing());
    }
    let names = Classes::of(folders.iter().flatten().map(ClassFolder::name));
    let in_train: Vec<u32> = folders[0]
        .iter()
        .filter_map(|class| names.label(&class.name()))
        .collect();
    let splits: Vec<Listed> = folders
        .into_iter()
        .map(|folders| Listed::new(folders, &names))
        .collect();
    let groups: Vec<usize> = splits.iter().map(|split| split.files.len()).collect();
    let (files, mut classes): (Vec<_>, Vec<_>) = splits
        .into_iter()
        .map(|split| (split.files, split.classes))
        .unzip();
    let check = |classes: &[Vec<u32>]| kept_classes(&names, &in_train, classes, &places);
    check(&classes)?;
    let pool = Pool {
        root: folder.shown(),
        files: files.into_iter().flatten().collect(),
    };
    // What will be moved to the test split is in memory twice for a moment.
    let spare = match places.len() {
        1 => (groups[0] as f64 * TEST_SHARE).ceil() as usize,
        _ => 0,
    };
    let Batch {
        shape,
        pixels,
        bad,
        notes: read_notes,
    } = decode_all(
        &pool,
        &groups,
        spare,
        &pool.root,
        request.options,
        request.memory,
    )?;
    notes.extend(skipped.note(folder));
    notes.extend(read_notes);
    remove(&mut classes, &bad);
    let kept = check(&classes)?;
    notes.extend(kept.left_out);
    let mut patients = patients::of(&pool, &groups, &bad, request.options)?.into_iter();
    let split = |(pixels, classes): (Pixels, Vec<u32>)| {
        let labels = classes.into_iter().map(|class| kept.labels[class as usize]);
        Split::of_pixels(shape, pixels, labels.collect())?.in_groups(patients.next())
    };
    let splits = pixels.into_iter().zip(classes).map(split);
    let mut splits = splits.collect::<Result<Vec<Split>, Error>>()?;
    let validation = (splits.len() > 2).then(|| splits.pop()).flatten();
    let test = (splits.len() > 1).then(|| splits.pop()).flatten();
    let train = splits.pop().ok_or_else(missing)?;
    let (train, test) = match test {
        Some(test) => (train, test),
        None => {
            let by = match request.options.patient {
                Some(_) => "class, patient",
                None => "class",
            };
            let text = format!("no test folder: split 80/20 by {by} and seed {SPLIT_SEED}");
            notes.push(NoteKind::Chosen.note(text));
            halves(train, &places[0], &kept.names)?
        }
    };
    Ok(Parts {
        encoding: None,
        train,
        validation,
        test,
        class_names: Some(kept.names),
        notes,
    })
}

/// Removes the entries of bad files; `bad` counts through all splits.
fn remove(classes: &mut [Vec<u32>], bad: &[usize]) {
    let (mut index, mut bad) = (0, bad.iter().peekable());
    for split in classes {
        split.retain(|_| {
            let keep = bad.next_if_eq(&&index).is_none();
            index += 1;
            keep
        });
    }
}

/// The classes that have images.
struct Kept {
    names: Vec<String>,
    /// The label of every class folder's name; of a class that is left out, any.
    labels: Vec<u32>,
    /// Names the classes that are left out.
    left_out: Option<Note>,
}

/// Leaves out classes without any image. `splits` holds the class of every file, training first.
///
/// # Errors
/// For a class that has images, but none to train with.
fn kept_classes(
    names: &Classes,
    in_train: &[u32],
    splits: &[Vec<u32>],
    places: &[Place],
) -> Result<Kept, Error> {
    let counts = |split: &Vec<u32>| {
        let mut counts = vec![0_usize; names.len()];
        split.iter().for_each(|&class| counts[class as usize] += 1);
        counts
    };
    let counts: Vec<Vec<usize>> = splits.iter().map(counts).collect();
    let (mut kept, mut labels, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for (class, name) in names.names().iter().enumerate() {
        labels.push(kept.len() as u32);
        let elsewhere = (1..splits.len()).find(|&split| counts[split][class] > 0);
        match (counts[0][class], elsewhere) {
            (0, None) => left_out.push(name),
            (0, Some(_)) if in_train.contains(&(class as u32)) => {
                return Err(Error::EmptyClass {
                    place: places[0].to_string(),
                    class: name.clone(),
                    split: "training",
                });
            }
            (0, Some(split)) => {
                return Err(Error::UnknownClass {
                    path: places[split].join(name).shown(),
                    class: name.clone(),
                });
            }
            _ => kept.push(name.clone()),
        }
    }
    let text = format!(
        "class folders without any image, left out: {}",
        some_of(&left_out)
    );
    Ok(Kept {
        names: kept,
        labels,
        left_out: (!left_out.is_empty()).then(|| NoteKind::Warning.note(text)),
    })
}

/// Splits the samples into training and test.
fn halves(all: Split, place: &Place, class_names: &[String]) -> Result<(Split, Split), Error> {
    let mut rng = stream(SPLIT_SEED, "image folder split", 0);
    let (stay, taken) = divided(&all, class_names, &place.to_string(), TEST_SHARE, &mut rng)?;
    let test = all.subset(&taken);
    Ok((all.keep(&stay), test))
}

#[cfg(test)]
mod tests;
