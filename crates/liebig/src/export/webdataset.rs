//! WebDataset: a tar archive in which the files of a sample have one name.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Error, Format, Job, Keeps, file, png};
use crate::Labels;

pub(super) const FORMAT: Format = Format {
    name: "webdataset",
    about: "train-000000.tar with NNNNNN.png, NNNNNN.cls (the label) and NNNNNN.json (class name, soft label) for each sample",
    keeps: Keeps {
        soft_labels: true,
        tables: false,
        channels: false,
        artefact: false,
    },
    write,
};

fn write(job: &Job<'_>, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let artefact = job.artefact;
    let classes = artefact.class_names.len();
    let weights = match artefact.set.labels {
        Labels::Hard(_) => None,
        Labels::Logits(_) | Labels::Values(_) => Some(artefact.set.labels.weights(classes)),
    };
    let mut archive = tar::Builder::new(Vec::new());
    let images = png::files(job.pixels()?)?;
    for (sample, (class, image)) in artefact.classes().into_iter().zip(&images).enumerate() {
        let mut about = json!({"label": class, "class": artefact.class_names[class as usize]});
        if let Some(weights) = &weights {
            about["soft_label"] = json!(weights[sample * classes..][..classes]);
        }
        let parts = [
            ("cls", class.to_string().into_bytes()),
            ("json", about.to_string().into_bytes()),
            ("png", image.clone()),
        ];
        for (ending, bytes) in parts {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            let name = format!("{sample:06}.{ending}");
            archive.append_data(&mut header, name, &bytes[..])?;
        }
    }
    let bytes = archive.into_inner()?;
    Ok(vec![file(folder, "train-000000.tar", &bytes)?])
}
