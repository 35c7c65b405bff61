//! The patients in the names of image files.

use std::path::Path;

use super::listing::Pool;
use crate::patient_pattern::PatientPattern;
use crate::readers::decode::ImageFiles;
use crate::{Error, Groups, LoadOptions};

/// The patients of each split's images, if patients matter: where a pattern is given, and where images are cut into patches.
/// Without a pattern, every image is a patient. `files` are those of all splits; `groups` the number of files in each, and
/// `bad` those that are left out.
///
/// # Errors
/// [`Error::NoPatient`] if the pattern is not in every file's name.
pub(super) fn of(
    pool: &Pool,
    groups: &[usize],
    bad: &[usize],
    options: &LoadOptions,
) -> Result<Vec<Groups>, Error> {
    let pattern = match (&options.patient, &options.patches) {
        (None, None) => return Ok(Vec::new()),
        (pattern, _) => pattern.as_deref().map(PatientPattern::new).transpose()?,
    };
    let mut missing = Vec::new();
    let mut first = 0;
    let mut splits = Vec::with_capacity(groups.len());
    for &count in groups {
        let files = (first..first + count).filter(|index| bad.binary_search(index).is_err());
        let names = files.map(|index| match &pattern {
            None => pool.name(index),
            Some(pattern) => {
                let found = patient(&pool.files[index].name(), pattern);
                found.unwrap_or_else(|| {
                    missing.push(pool.name(index));
                    String::new()
                })
            }
        });
        splits.push(Groups::by_name(names));
        first += count;
    }
    match (pattern, missing.is_empty()) {
        (Some(pattern), false) => Err(Error::NoPatient {
            place: pool.root.clone(),
            pattern: pattern.text().into(),
            names: missing,
            of: first,
        }),
        _ => Ok(splits),
    }
}

fn patient(file_name: &str, pattern: &PatientPattern) -> Option<String> {
    let stem = Path::new(file_name).file_stem()?.to_str()?;
    pattern.find(stem).map(str::to_owned)
}
