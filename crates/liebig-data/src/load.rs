//! From a name or a path to a dataset.

use std::path::{Path, PathBuf};

use crate::convert::{convert, target_shape};
use crate::dataset::content_hash;
use crate::discover::{data_roots, name_of, plain};
use crate::known::{self, Entry};
use crate::readers::cifar::Kind;
use crate::readers::recognise::{Place, recognise};
use crate::readers::{Parts, count_classes, csv, idx, image_folder, npz};
use crate::{Dataset, Error, Format, Normalization, strokes};

/// What may be chosen when a dataset is loaded. The default leaves everything to the data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Height and width, 1 to 4096 pixels, that every image is stretched to. Default: the size the images have, or
    /// 32x32 for an image folder whose images differ in size.
    pub image_size: Option<(usize, usize)>,
    /// One channel (`true`) or three (`false`). Default: as stored; for an image folder RGB, unless every image is grey.
    pub grayscale: Option<bool>,
    /// The column of a table that holds the class. Default: the one with a usual name (`class`, `label`, `target`,
    /// `species`, ...), otherwise the only one that does not hold numbers.
    pub label_column: Option<String>,
}

/// Loads a dataset by name or path.
///
/// `strokes` is built in. Anything that exists as a path is read from there; a file may stand for its folder. Any other
/// name is looked up in [`data_roots`](crate::data_roots), whatever its case and whether it is written with `-` or `_`.
///
/// Known datasets get the normalisation constants of the literature, all others those of their training split.
///
/// # Errors
/// Every [`Error`]: the place, what was expected there and a hint.
pub fn load(name_or_path: &str, options: &LoadOptions) -> Result<Dataset, Error> {
    load_from(name_or_path, options, &data_roots())
}

fn load_from(
    name_or_path: &str,
    options: &LoadOptions,
    roots: &[PathBuf],
) -> Result<Dataset, Error> {
    if options
        .image_size
        .is_some_and(|(h, w)| !(1..=4096).contains(&h) || !(1..=4096).contains(&w))
    {
        return Err(Error::Setting {
            setting: "image size",
            found: format!("{:?}", options.image_size.unwrap_or_default()),
            expected: "a height and a width from 1 to 4096 pixels",
        });
    }
    let name = plain(name_or_path);
    if name == strokes::NAME {
        return load_strokes(strokes::SEED, options);
    }
    let path = Path::new(name_or_path);
    if path.exists() {
        return load_path(path, name_of(path), options);
    }
    match known::locate(&name, roots) {
        Some(path) => load_path(&path, name, options),
        None => Err(Error::NotFound {
            name: name_or_path.into(),
            looked_in: match roots.len() {
                0 => "any folder, as LIEBIG_DATA is not set".into(),
                _ => roots
                    .iter()
                    .map(|root| root.display().to_string())
                    .collect::<Vec<_>>()
                    .join(" or "),
            },
            known: known::names(),
        }),
    }
}

pub(crate) fn load_strokes(seed: u64, options: &LoadOptions) -> Result<Dataset, Error> {
    let name = strokes::NAME;
    finish(
        name.into(),
        Format::BuiltIn,
        Path::new(name),
        strokes::parts(seed),
        options,
    )
}

fn load_path(path: &Path, name: String, options: &LoadOptions) -> Result<Dataset, Error> {
    let place = recognise(path)?;
    // CIFAR's layouts name the dataset better than a folder can.
    let name = match place {
        Place::Cifar(_, Kind::Cifar10) => "cifar10".into(),
        Place::Cifar(_, Kind::Cifar100) => "cifar100".into(),
        _ => name,
    };
    let classes = known::entry(&name).map(Entry::classes);
    let (format, at, parts) = match place {
        Place::Npz(file) => (Format::Npz, file.clone(), npz::read(&file, classes)?),
        Place::Idx(folder) => (Format::Idx, folder.clone(), idx::read(&folder, classes)?),
        Place::Cifar(folder, kind) => {
            let format = match kind {
                Kind::Cifar10 => Format::Cifar10,
                Kind::Cifar100 => Format::Cifar100,
            };
            (
                format,
                folder.clone(),
                crate::readers::cifar::read(&folder, kind)?,
            )
        }
        Place::ImageFolder(folder) => (
            Format::ImageFolder,
            folder.clone(),
            image_folder::read(&folder, options)?,
        ),
        Place::Csv(file) => (
            Format::Csv,
            file.clone(),
            csv::read(&file, options.label_column.as_deref())?,
        ),
    };
    finish(name, format, &at, parts, options)
}

/// What is the same for every format: shapes and classes agree, images are converted, and the rest is computed.
fn finish(
    name: String,
    format: Format,
    at: &Path,
    parts: Parts,
    options: &LoadOptions,
) -> Result<Dataset, Error> {
    let found = parts.train.shape();
    for (split, other) in [
        ("test", Some(&parts.test)),
        ("validation", parts.validation.as_ref()),
    ] {
        if let Some(other) = other.filter(|other| other.shape() != found) {
            return Err(Error::ShapeMismatch {
                path: at.join(split),
                expected: found.to_string(),
                found: other.shape().to_string(),
            });
        }
    }
    let entry = known::entry(&name);
    let classes = parts.class_names.as_ref().map_or_else(
        || entry.map_or_else(|| count_classes(parts.train.labels()), Entry::classes),
        Vec::len,
    );
    let class_names = parts
        .class_names
        .or_else(|| entry.and_then(|entry| entry.class_names(classes)))
        .unwrap_or_else(|| (0..classes).map(|class| class.to_string()).collect());
    let indices = parts.train.class_indices(classes);
    if let Some((class, _)) = class_names
        .iter()
        .zip(&indices)
        .find(|(_, indices)| indices.is_empty())
    {
        return Err(Error::EmptyClass {
            place: at.display().to_string(),
            class: class.clone(),
            split: "training",
        });
    }
    let shape = target_shape(found, options);
    let train = convert(parts.train, shape, at)?;
    let test = convert(parts.test, shape, at)?;
    let validation = parts
        .validation
        .map(|split| convert(split, shape, at))
        .transpose()?;
    let normalization = entry
        .and_then(|entry| entry.normalization(shape, classes))
        .unwrap_or_else(|| Normalization::of(&train));
    let mut source = match format {
        Format::BuiltIn => format.to_string(),
        _ => format!("{format}, {}", at.display()),
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
        name: entry.map_or(name, |entry| entry.name.into()),
        shape,
        class_names,
        train,
        validation,
        test,
        normalization,
        source,
        format,
    })
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
