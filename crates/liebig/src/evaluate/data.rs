//! The data that a distilled set is tested on.

use std::path::Path;

use liebig_data::{Dataset, LoadOptions, SampleShape, Space, Zca};

use crate::Error;
use crate::artefact::Artefact;
use crate::config::{DataConfig, ImageSize, Layers};

/// The dataset of a distilled set, read as for its distillation and in the set's space: from `source`, a name or a path, or
/// from where the folder `run` says that its data is, or else by the name in the artefact.
///
/// # Errors
/// [`Error::Data`] if it cannot be read, [`Error::Config`] for a damaged configuration of the run.
pub fn dataset_of(
    artefact: &Artefact,
    source: Option<&str>,
    run: Option<&Path>,
) -> Result<Dataset, Error> {
    let provenance = &artefact.provenance;
    let source = match (source, run) {
        (Some(source), _) => source.to_owned(),
        (None, Some(run)) => {
            let mut layers = Layers::default();
            layers.file(&run.join("config.toml"))?;
            layers.select()?.data.source
        }
        (None, None) => provenance.dataset.name.clone(),
    };
    let recorded = DataConfig::recorded(&provenance.config);
    let (image_size, grayscale) = match artefact.set.shape {
        SampleShape::Image {
            channels,
            height,
            width,
        } => {
            // The set has the size of the patches, not of the images that they are cut from.
            let size = match recorded.patches {
                Some(_) => recorded.image_size,
                None => Some(ImageSize { height, width }),
            };
            (size, Some(channels == 1))
        }
        SampleShape::Table { .. } => (None, None),
    };
    let data = DataConfig {
        source,
        image_size,
        grayscale,
        ..recorded
    };
    load_in(&data, &artefact.set.space)
}

/// Loads data in the space of a distilled set: a table with its encoding, images with its whitening.
///
/// # Errors
/// [`Error::Data`].
pub fn load_in(data: &DataConfig, space: &Space) -> Result<Dataset, Error> {
    let options = LoadOptions {
        encoding: space.encoding.clone(),
        zca: Zca::None,
        ..data.options(None)
    };
    in_space(liebig_data::load(&data.source, &options)?, space)
}

/// A dataset in the space of a distilled set, where that is not the dataset's own normalisation.
///
/// # Errors
/// [`Error::Data`] if the space is not one for its samples.
pub fn in_space(dataset: Dataset, space: &Space) -> Result<Dataset, Error> {
    if dataset.space == *space || (space.whitening.is_none() && space.per_sample.is_none()) {
        return Ok(dataset);
    }
    let memory = liebig_data::available_memory().map_or(u64::MAX, |bytes| bytes / 2);
    Ok(dataset.in_space(space.clone(), memory)?)
}
