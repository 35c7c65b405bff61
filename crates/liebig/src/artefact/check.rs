//! The rules that the types alone do not enforce; both reader and writer check them.

use std::path::Path;

use liebig_data::{SampleShape, Space};

use super::{Artefact, Error};
use crate::protocol::{OptimizerChoice, Recipe};
use crate::unroll::{RateSchedule, Unroll};
use crate::{Labels, facts};

/// Upper limit for dimensions, class counts and batches; no real set needs more, and products cannot overflow.
const LARGEST: usize = 1 << 24;

/// Checks what can be checked without the tensors.
pub(super) fn check_header(
    shape: SampleShape,
    class_names: &[String],
    space: &Space,
    recipe: &Recipe,
    path: &Path,
) -> Result<(), Error> {
    let require = requirement(path);
    for dim in shape.dims() {
        require(
            (1..=LARGEST).contains(&dim),
            "shape",
            "every dimension must be 1 to 16777216",
        )?;
    }
    if let SampleShape::Image { channels, .. } = shape {
        require(channels <= 1024, "shape", "at most 1024 channels")?;
    }
    require(
        (1..=LARGEST).contains(&class_names.len()),
        "class_names",
        "at least one class is needed",
    )?;
    let normalization = &space.normalization;
    let groups = shape.groups();
    require(
        normalization.mean.len() == groups
            && normalization.mean.iter().all(|mean| mean.is_finite()),
        "space.normalization.mean",
        "expected one finite number per channel or column",
    )?;
    require(
        normalization.std.len() == groups
            && normalization
                .std
                .iter()
                .all(|std| std.is_finite() && *std > 0.0),
        "space.normalization.std",
        "expected one positive number per channel or column",
    )?;
    if let Some(per_sample) = space.per_sample {
        let reason = "expected finite numbers, the norm above 0";
        require(per_sample.is_valid(), "space.per_sample", reason)?;
    }
    check_encoding(shape, space, path)?;
    let input = facts::input(shape);
    if let Err(error @ liebig_nn::Error::BadOption { key, .. }) =
        recipe.model.build(input, class_names.len())
    {
        return Err(field(path, &format!("recipe.{key}"), error.to_string()));
    }
    check_recipe(recipe, path)
}

/// How a table's columns become features must give as many as the samples have.
fn check_encoding(shape: SampleShape, space: &Space, path: &Path) -> Result<(), Error> {
    let Some(encoding) = &space.encoding else {
        return Ok(());
    };
    let wrong = |reason: String| field(path, "space.encoding", reason);
    encoding.check().map_err(|error| wrong(error.to_string()))?;
    match shape {
        SampleShape::Table { features } if features == encoding.width() => Ok(()),
        _ => Err(wrong(format!(
            "it gives {} feature(s), but the samples are {shape}",
            encoding.width()
        ))),
    }
}

fn check_recipe(recipe: &Recipe, path: &Path) -> Result<(), Error> {
    let protocol = &recipe.protocol;
    let require = |holds, name: &str, reason| {
        requirement(path)(holds, &format!("recipe.protocol.{name}"), reason)
    };
    require(
        protocol.lr.is_finite() && protocol.lr > 0.0,
        "lr",
        "must be positive",
    )?;
    if let OptimizerChoice::Sgd { momentum, .. } = protocol.optimizer {
        require(
            (0.0..1.0).contains(&momentum),
            "optimizer.momentum",
            "must be in [0, 1)",
        )?;
    }
    let weight_decay = protocol.optimizer.weight_decay();
    require(
        weight_decay.is_finite() && weight_decay >= 0.0,
        "optimizer.weight_decay",
        "must not be negative",
    )?;
    let whole = 1..=LARGEST;
    require(
        whole.contains(&protocol.batch_size),
        "batch_size",
        "must be 1 to 16777216",
    )?;
    require(
        whole.contains(&protocol.epochs),
        "epochs",
        "must be 1 to 16777216",
    )?;
    let drops = &protocol.lr_drops;
    require(
        drops
            .iter()
            .all(|drop| drop.factor.is_finite() && drop.factor > 0.0)
            && drops
                .windows(2)
                .all(|pair| pair[0].after_epochs < pair[1].after_epochs),
        "lr_drops",
        "expected positive factors, in ascending order of after_epochs",
    )?;
    match &recipe.unroll {
        Some(unroll) => check_unroll(unroll, path),
        None => Ok(()),
    }
}

fn check_unroll(unroll: &Unroll, path: &Path) -> Result<(), Error> {
    let require = |holds, name: &str, reason| {
        requirement(path)(holds, &format!("recipe.unroll.{name}"), reason)
    };
    let whole = 1..=LARGEST;
    require(
        unroll.lr.is_finite() && unroll.lr > 0.0,
        "lr",
        "must be positive",
    )?;
    require(
        whole.contains(&unroll.steps),
        "steps",
        "must be 1 to 16777216",
    )?;
    require(
        whole.contains(&unroll.parts),
        "parts",
        "must be 1 to 16777216",
    )?;
    match unroll.schedule {
        RateSchedule::Constant => Ok(()),
        RateSchedule::WarmupCosine { last, .. } => require(
            (0.0..=1.0).contains(&last),
            "schedule.last",
            "must be 0 to 1",
        ),
    }
}

/// Checks the tensors against each other and against the metadata.
pub(super) fn check_values(artefact: &Artefact, path: &Path) -> Result<(), Error> {
    let set = &artefact.set;
    let require = requirement(path);
    let classes = artefact.class_names.len();
    let count = artefact.len();
    require(
        set.classes == classes,
        "class_names",
        "the number of names differs from the number of classes of the set",
    )?;
    require(count > 0, "images", "at least one sample is needed")?;
    require(
        Some(set.values.len()) == count.checked_mul(set.shape.len()),
        "images",
        "the number of values must be the number of samples times the size of one",
    )?;
    let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
    require(finite(&set.values), "images", "every value must be finite")?;
    match &set.labels {
        Labels::Hard(labels) => require(
            labels.iter().all(|&label| (label as usize) < classes),
            "labels",
            "every label must be below the number of classes",
        )?,
        Labels::Logits(values) | Labels::Values(values) => {
            require(
                Some(values.len()) == count.checked_mul(classes),
                "labels",
                "expected one value per sample and class",
            )?;
            require(finite(values), "labels", "every value must be finite")?;
        }
    }
    require(
        set.step_sizes.iter().all(|lr| lr.is_finite() && *lr > 0.0),
        "step_sizes",
        "every step size must be positive",
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
