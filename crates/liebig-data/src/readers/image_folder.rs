//! A folder of images for each class, as torchvision's `ImageFolder` has it: `SPLIT/CLASS/**/*.{jpg,jpeg,png}`.
//!
//! Splits are `train`, `test` and optionally `val`, `validation` or `valid`. Without `test`, the validation folder is the
//! test split (ImageNet's subsets come this way); without either, or with class folders at the top, every class is split
//! 80/20 with a fixed seed. Classes and files are taken in the order of their names.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::decode::{common_size, decode_all};
use super::{Reader, Request};
use crate::memory::HINT_RESIZE;
use crate::parts::Parts;
use crate::picture::Picture;
use crate::random::stream;
use crate::stratified::stratified;
use crate::{Error, Format, SampleShape, Split};

/// Class folders, with or without split folders above them.
pub(super) static READER: Reader = Reader {
    format: Format::new("image folder"),
    dataset: None,
    looks_like: "train/CLASS/*.jpg with test/CLASS/*.jpg (or .png)",
    whole: &[],
    part: &[],
    find: |folder| Ok(found_in(folder).then(|| folder.to_path_buf())),
    read,
};

const TEST_SHARE: f64 = 0.2;
/// Fixed, because the split is a part of the dataset's identity.
const SPLIT_SEED: u64 = 0;
/// Height and width that images of different sizes are brought to if no size is asked for.
const DEFAULT_SIZE: (usize, usize) = (32, 32);
const READABLE: &[&str] = &["jpg", "jpeg", "png"];
const NOT_READABLE: &[&str] = &[
    "avif", "bmp", "gif", "heic", "jp2", "ppm", "pgm", "tif", "tiff", "webp",
];

/// The images of one split: paths and classes, class by class.
#[derive(Default)]
struct Listing {
    files: Vec<PathBuf>,
    labels: Vec<u32>,
}

/// Whether the folder holds split folders, or class folders with images in them.
fn found_in(folder: &Path) -> bool {
    if folder.join("train").is_dir() {
        return true;
    }
    let Ok(classes) = class_folders(folder) else {
        return false;
    };
    // The images must be in the class folders themselves; otherwise a folder of datasets would be taken for one.
    let holds_image = |class: &String| {
        let files = fs_err::read_dir(folder.join(class))
            .into_iter()
            .flatten()
            .flatten();
        files
            .map(|file| file.path())
            .any(|path| READABLE.contains(&extension(&path).as_str()))
    };
    classes.iter().any(holds_image)
}

/// Reads every image, resized and in the colours that the options ask for.
fn read(folder: &Path, request: &Request<'_>) -> Result<Parts, Error> {
    let options = request.options;
    let named = |names: &[&str]| {
        names
            .iter()
            .map(|name| folder.join(name))
            .find(|path| path.is_dir())
    };
    let mut notes = Vec::new();
    let train_folder = named(&["train"]).unwrap_or_else(|| folder.into());
    let class_names = class_folders(&train_folder)?;
    let (mut test, mut validation) = (named(&["test"]), named(&["val", "validation", "valid"]));
    if train_folder == folder {
        (test, validation) = (None, None);
    } else if test.is_none() && validation.is_some() {
        test = validation.take();
        notes.push("no test folder: the validation folder is the test split".into());
    }
    let train = list(&train_folder, &class_names)?;
    let validation = validation
        .map(|folder| list(&folder, &class_names))
        .transpose()?;
    let (train, test) = match test {
        Some(folder) => (train, list(&folder, &class_names)?),
        None => {
            notes.push(format!(
                "no test folder: split 80/20 by class and seed {SPLIT_SEED}"
            ));
            halves(&train, &train_folder, &class_names)?
        }
    };
    let listings = [Some(&train), Some(&test), validation.as_ref()];
    let (height, width) = match options.image_size {
        Some(size) => size,
        None => common_size(
            listings
                .into_iter()
                .flatten()
                .flat_map(|listing| &listing.files),
        )?
        .unwrap_or_else(|| {
            notes.push(format!(
                "images of different sizes, all resized to {}x{}",
                DEFAULT_SIZE.0, DEFAULT_SIZE.1
            ));
            DEFAULT_SIZE
        }),
    };
    check_memory(folder, &listings, (height, width), request)?;
    let decode = |listing: &Listing| decode_all(&listing.files, height, width);
    let (train_pictures, test_pictures) = (decode(&train)?, decode(&test)?);
    let validation_pictures = validation.as_ref().map(decode).transpose()?;
    let mut all = train_pictures
        .iter()
        .chain(&test_pictures)
        .chain(validation_pictures.iter().flatten());
    let channels = match options
        .grayscale
        .unwrap_or_else(|| all.all(Picture::is_gray))
    {
        true => 1,
        false => 3,
    };
    let shape = SampleShape::Image {
        channels,
        height,
        width,
    };
    // Each picture is dropped once it is copied.
    let split = |pictures: Vec<Picture>, labels: &[u32]| {
        let mut pixels = Vec::with_capacity(pictures.len() * shape.len());
        for picture in pictures {
            let picture = if channels == 1 {
                picture.to_gray()
            } else {
                picture.to_rgb()
            };
            pixels.extend_from_slice(&picture.pixels);
        }
        Split::images(shape, pixels, labels.to_vec())
    };
    let validation = validation_pictures
        .zip(validation)
        .map(|(pictures, listing)| split(pictures, &listing.labels))
        .transpose()?;
    Ok(Parts {
        train: split(train_pictures, &train.labels)?,
        validation,
        test: split(test_pictures, &test.labels)?,
        class_names: Some(class_names),
        notes,
    })
}

/// Counts three channels, as it is known only after decoding whether all images are grey.
fn check_memory(
    folder: &Path,
    listings: &[Option<&Listing>],
    (height, width): (usize, usize),
    request: &Request<'_>,
) -> Result<(), Error> {
    let count: usize = listings
        .iter()
        .flatten()
        .map(|listing| listing.files.len())
        .sum();
    let shape = SampleShape::Image {
        channels: 3,
        height,
        width,
    };
    let needed = (count as u64).saturating_mul(shape.len() as u64);
    let what = || format!("{count} images of {shape}");
    request.memory.check(folder, needed, what, HINT_RESIZE)
}

/// Names of the folders in `folder`, sorted; hidden ones are left out.
fn class_folders(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Image files below a class folder, sorted by path. Files that are not images (checksums, notes) are left out.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(std::io::Error::from)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let extension = extension(entry.path());
        if !entry.file_type().is_file() || hidden {
            continue;
        }
        if NOT_READABLE.contains(&extension.as_str()) {
            return Err(Error::Image {
                path: entry.into_path(),
                reason: format!("`.{extension}` files cannot be read"),
            });
        }
        if READABLE.contains(&extension.as_str()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// A path's extension in lower case.
fn extension(path: &Path) -> String {
    path.extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase()
}

fn list(folder: &Path, class_names: &[String]) -> Result<Listing, Error> {
    if let Some(class) = class_folders(folder)?
        .into_iter()
        .find(|class| !class_names.contains(class))
    {
        return Err(Error::UnknownClass {
            path: folder.join(&class),
            class,
        });
    }
    if class_names.is_empty() {
        return Err(Error::Missing {
            folder: folder.into(),
            expected: "class folders".into(),
        });
    }
    let mut listing = Listing::default();
    for (label, class) in (0..).zip(class_names) {
        let class_folder = folder.join(class);
        let files = if class_folder.is_dir() {
            files_of(&class_folder)?
        } else {
            Vec::new()
        };
        if files.is_empty() {
            return Err(Error::EmptyClass {
                place: class_folder.display().to_string(),
                class: class.clone(),
                split: "JPEG or PNG",
            });
        }
        listing
            .labels
            .extend(std::iter::repeat_n(label, files.len()));
        listing.files.extend(files);
    }
    Ok(listing)
}

/// Splits a listing into training and test.
fn halves(
    all: &Listing,
    folder: &Path,
    class_names: &[String],
) -> Result<(Listing, Listing), Error> {
    for (label, class) in (0..).zip(class_names) {
        let found = all.labels.iter().filter(|&&found| found == label).count();
        if found < 2 {
            return Err(Error::ClassTooSmall {
                place: folder.display().to_string(),
                class: class.clone(),
                found,
            });
        }
    }
    let (train, test) = stratified(
        &all.labels,
        TEST_SHARE,
        &mut stream(SPLIT_SEED, "image folder split", 0),
    );
    let subset = |indices: Vec<usize>| Listing {
        files: indices
            .iter()
            .map(|&index| all.files[index].clone())
            .collect(),
        labels: indices.iter().map(|&index| all.labels[index]).collect(),
    };
    Ok((subset(train), subset(test)))
}

#[cfg(test)]
#[path = "image_folder_tests.rs"]
mod tests;
