//! NumPy's `.npz`, as MedMNIST and Keras name the arrays.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use npyz::{AutoSerialize, WriteOptions, WriterBuilder};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Error, Format, Job, Keeps, file};
use crate::Labels;

pub(super) const FORMAT: Format = Format {
    name: "npz",
    about: "NumPy arrays in MedMNIST's layout: train_images [n, H, W] or [n, H, W, C] in bytes, train_labels [n, 1]; soft labels in train_soft [n, classes]. Tables: x_train, y_train",
    keeps: Keeps {
        soft_labels: true,
        tables: true,
        channels: true,
        artefact: false,
    },
    write,
};

fn write(job: &Job<'_>, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let artefact = job.artefact;
    let (count, classes) = (artefact.len() as u64, artefact.class_names.len());
    let mut arrays = Vec::new();
    let (images, labels) = match &job.pixels {
        Some(pixels) => {
            let mut shape = vec![count, pixels.height as u64, pixels.width as u64];
            if pixels.channels > 1 {
                shape.push(pixels.channels as u64);
            }
            let values: Vec<u8> = pixels.interleaved().flatten().collect();
            (npy(&values, &shape)?, ("train_images", "train_labels"))
        }
        None => {
            let raw = job
                .artefact
                .set
                .raw_values()
                .map_err(std::io::Error::other)?;
            let shape = [count, artefact.set.shape.len() as u64];
            (npy(&raw, &shape)?, ("x_train", "y_train"))
        }
    };
    arrays.push((labels.0, images));
    let of_samples = artefact.classes();
    let shape = match job.pixels {
        Some(_) => vec![count, 1],
        None => vec![count],
    };
    let bytes: Option<Vec<u8>> = of_samples
        .iter()
        .map(|&class| u8::try_from(class).ok())
        .collect();
    let numbers = match bytes.filter(|_| classes <= 256) {
        Some(bytes) => npy(&bytes, &shape)?,
        None => {
            let wide: Vec<i64> = of_samples.iter().map(|&class| class.into()).collect();
            npy(&wide, &shape)?
        }
    };
    arrays.push((labels.1, numbers));
    if !matches!(artefact.set.labels, Labels::Hard(_)) {
        let weights = artefact.set.labels.weights(classes);
        arrays.push(("train_soft", npy(&weights, &[count, classes as u64])?));
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        archive.start_file(format!("{name}.npy"), SimpleFileOptions::default())?;
        archive.write_all(&bytes)?;
    }
    let bytes = archive.finish()?.into_inner();
    Ok(vec![file(folder, "distilled.npz", &bytes)?])
}

/// The bytes of an array.
fn npy<T: AutoSerialize + Copy>(values: &[T], shape: &[u64]) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut writer = WriteOptions::new()
        .default_dtype()
        .shape(shape)
        .writer(&mut bytes)
        .begin_nd()?;
    writer.extend(values.iter().copied())?;
    writer.finish()?;
    Ok(bytes)
}
