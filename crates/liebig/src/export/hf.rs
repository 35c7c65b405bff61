//! The layout of a dataset repository on the Hugging Face hub.

use std::path::{Path, PathBuf};

use super::parquet_file::parquet_file;
use super::{Error, Format, Job, Keeps, card, file};

/// The file with the samples.
pub(super) const DATA: &str = "data/train-00000-of-00001.parquet";
/// The set itself, for whoever wants all of it.
pub(super) const ARTEFACT: &str = "distilled.safetensors";

pub(super) const FORMAT: Format = Format {
    name: "hf",
    about: "a dataset repository of the Hugging Face hub: parquet with images, a dataset card, and the artefact",
    keeps: Keeps {
        soft_labels: true,
        tables: false,
        channels: false,
        artefact: true,
    },
    write,
};

fn write(job: &Job<'_>, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    job.artefact.write(&folder.join(ARTEFACT))?;
    let mut files = vec![
        file(folder, "README.md", card::card(job)?.as_bytes())?,
        file(folder, DATA, &parquet_file(job)?)?,
        ARTEFACT.into(),
    ];
    // A large whitening is in a file of its own.
    for entry in fs_err::read_dir(folder)? {
        let name = PathBuf::from(entry?.file_name());
        if name
            .extension()
            .is_some_and(|ending| ending == "safetensors")
            && !files.contains(&name)
        {
            files.push(name);
        }
    }
    Ok(files)
}
