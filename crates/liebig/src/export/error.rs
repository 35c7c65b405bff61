//! Errors of exports.

use std::path::PathBuf;

use liebig_data::SampleShape;

use super::FORMATS;

/// Why a set could not be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file system error.
    #[error("{0}\nhint: check the path, its permissions and the space left")]
    Io(#[from] std::io::Error),
    /// A folder that has files already.
    #[error("{} is there and not empty\nhint: give a new or empty folder", .0.display())]
    NotEmpty(PathBuf),
    /// Samples that the format cannot hold.
    #[error(
        "{format} cannot hold samples of {shape}\nhint: hf, image-folder and webdataset take grey and colour images; npz takes any samples"
    )]
    Shape {
        /// The format.
        format: &'static str,
        /// The samples.
        shape: SampleShape,
    },
    /// An unknown format.
    #[error("unknown format `{0}`\nhint: the formats are: {known}", known = names())]
    Unknown(String),
    /// The encoder of images failed.
    #[error("{0}\nhint: the images may be too large for PNG files")]
    Png(#[from] image::ImageError),
    /// The encoder of parquet files failed.
    #[error("{0}\nhint: the set may be too large for one parquet file")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// The encoder of archives failed.
    #[error("{0}\nhint: the set may be too large for one archive")]
    Zip(#[from] zip::result::ZipError),
    /// The artefact cannot be written.
    #[error(transparent)]
    Artefact(#[from] crate::artefact::Error),
}

fn names() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    names.join(", ")
}
