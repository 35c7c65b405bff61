//! A folder of PNG files, one folder for each class.

use std::path::{Path, PathBuf};

use super::{Error, Format, Job, Keeps, file, png};

pub(super) const FORMAT: Format = Format {
    name: "image-folder",
    about: "train/CLASS/NNNN.png, as torchvision's ImageFolder and Hugging Face's imagefolder read them",
    keeps: Keeps {
        soft_labels: false,
        tables: false,
        channels: false,
        artefact: false,
    },
    write,
};

fn write(job: &Job<'_>, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let names = folders(&job.artefact.class_names);
    let mut counts = vec![0_usize; names.len()];
    let images = png::files(job.pixels()?)?;
    let mut files = Vec::new();
    for (class, image) in job.artefact.classes().into_iter().zip(&images) {
        let class = class as usize;
        let name = format!("train/{}/{:04}.png", names[class], counts[class]);
        counts[class] += 1;
        files.push(file(folder, name, image)?);
    }
    Ok(files)
}

/// A folder name for each class. Where names cannot be those of folders, or would be read in another order than that of the
/// labels, the label comes first.
pub(super) fn folders(class_names: &[String]) -> Vec<String> {
    let sorted = class_names.windows(2).all(|pair| {
        let numbers = pair.iter().map(|name| name.parse::<u64>().ok());
        match numbers.collect::<Option<Vec<_>>>().as_deref() {
            // Readers sort numbers by value or as text.
            Some([a, b]) => a < b && pair[0] < pair[1],
            _ => pair[0] < pair[1],
        }
    });
    let plain = |name: &String| {
        let usual = |letter: char| letter.is_alphanumeric() || " _-().,+".contains(letter);
        !name.is_empty() && name.chars().all(usual) && !name.starts_with('.')
    };
    if sorted && class_names.iter().all(plain) {
        return class_names.to_vec();
    }
    let digits = class_names.len().saturating_sub(1).to_string().len();
    let named = |(label, name): (usize, &String)| {
        let name: String = name
            .chars()
            .map(|letter| {
                if letter.is_alphanumeric() {
                    letter
                } else {
                    '-'
                }
            })
            .collect();
        format!("{label:0digits$}-{name}")
    };
    class_names.iter().enumerate().map(named).collect()
}
