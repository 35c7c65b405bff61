//! The rules that the types alone do not state; reader and writer both go through them.

use std::path::Path;

use super::{Artefact, Error, LabelKind, Labels, Metadata, SCHEMA_VERSION, Shape};

/// No dimension, class count or batch of a real set is larger; keeps products far from overflow.
const LARGEST: usize = 1 << 24;

/// Checks what can be checked without the tensors.
pub(super) fn check_metadata(metadata: &Metadata, path: &Path) -> Result<(), Error> {
    let require = requirement(path);
    require(
        metadata.schema_version == SCHEMA_VERSION,
        "schema_version",
        "not the version written",
    )?;
    for dim in metadata.shape.dims() {
        require(
            (1..=LARGEST).contains(&dim),
            "shape",
            "every dimension must be 1 to 16777216",
        )?;
    }
    if let Shape::Image { channels, .. } = metadata.shape {
        require(channels <= 1024, "shape", "at most 1024 channels")?;
    }
    require(
        (1..=LARGEST).contains(&metadata.class_names.len()),
        "class_names",
        "at least one class is needed",
    )?;
    let normalization = &metadata.normalization;
    let channels = metadata.shape.channels();
    require(
        normalization.mean.len() == channels
            && normalization.mean.iter().all(|mean| mean.is_finite()),
        "normalization.mean",
        "expected one finite number per channel or column",
    )?;
    require(
        normalization.std.len() == channels
            && normalization
                .std
                .iter()
                .all(|std| std.is_finite() && *std > 0.0),
        "normalization.std",
        "expected one positive number per channel or column",
    )?;
    check_recipe(metadata, path)
}

fn check_recipe(metadata: &Metadata, path: &Path) -> Result<(), Error> {
    let recipe = &metadata.recipe;
    let require = requirement(path);
    require(
        !recipe.model.name.is_empty(),
        "recipe.model.name",
        "must not be empty",
    )?;
    require(
        (1..=1 << 16).contains(&recipe.model.width),
        "recipe.model.width",
        "must be 1 to 65536",
    )?;
    require(
        (1..=64).contains(&recipe.model.depth),
        "recipe.model.depth",
        "must be 1 to 64",
    )?;
    require(
        recipe.lr.is_finite() && recipe.lr > 0.0,
        "recipe.lr",
        "must be positive",
    )?;
    require(
        (0.0..1.0).contains(&recipe.momentum),
        "recipe.momentum",
        "must be in [0, 1)",
    )?;
    require(
        recipe.weight_decay.is_finite() && recipe.weight_decay >= 0.0,
        "recipe.weight_decay",
        "must not be negative",
    )?;
    require(
        (1..=LARGEST).contains(&recipe.batch_size),
        "recipe.batch_size",
        "must be 1 to 16777216",
    )?;
    require(
        (1..=LARGEST).contains(&recipe.epochs),
        "recipe.epochs",
        "must be 1 to 16777216",
    )?;
    let drops = &recipe.lr_drops;
    require(
        drops
            .iter()
            .all(|drop| drop.factor.is_finite() && drop.factor > 0.0)
            && drops
                .windows(2)
                .all(|pair| pair[0].after_epochs < pair[1].after_epochs),
        "recipe.lr_drops",
        "expected positive factors, in ascending order of after_epochs",
    )
}

/// Checks the tensors against the metadata.
pub(super) fn check_values(artefact: &Artefact, path: &Path) -> Result<(), Error> {
    let Artefact {
        images,
        labels,
        learned_lr,
        metadata,
    } = artefact;
    let require = requirement(path);
    let classes = metadata.class_names.len();
    let count = artefact.len();
    require(count > 0, "images", "at least one sample is needed")?;
    require(
        Some(images.len()) == count.checked_mul(metadata.shape.len()),
        "images",
        "the number of values is not samples times shape",
    )?;
    require(
        images.iter().all(|value| value.is_finite()),
        "images",
        "every value must be finite",
    )?;
    match labels {
        Labels::Hard(labels) => {
            require(
                metadata.labels == LabelKind::Hard,
                "labels",
                "hard labels, but \"soft\" is stated",
            )?;
            require(
                labels.iter().all(|&label| (label as usize) < classes),
                "labels",
                "every label must be below the number of classes",
            )?;
        }
        Labels::Soft(scores) => {
            require(
                metadata.labels == LabelKind::Soft,
                "labels",
                "soft labels, but \"hard\" is stated",
            )?;
            require(
                Some(scores.len()) == count.checked_mul(classes),
                "labels",
                "expected one score per sample and class",
            )?;
            require(
                scores.iter().all(|score| score.is_finite()),
                "labels",
                "every score must be finite",
            )?;
        }
    }
    require(
        learned_lr.is_none_or(|lr| lr.is_finite() && lr > 0.0),
        "learned_lr",
        "must be positive",
    )
}

fn requirement(path: &Path) -> impl Fn(bool, &str, &str) -> Result<(), Error> {
    move |holds, name, reason| {
        if holds {
            Ok(())
        } else {
            Err(field(path, name, reason))
        }
    }
}

/// The error for one field.
pub(super) fn field(path: &Path, field: &str, reason: impl Into<String>) -> Error {
    Error::Field {
        path: path.into(),
        field: field.into(),
        reason: reason.into(),
    }
}
