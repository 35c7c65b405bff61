//! `liebig show`: what is inside a distilled set.

use anyhow::Result;
use liebig::artefact::{Artefact, Labels};
use serde_json::json;

use super::artefact_path;
use crate::args::ShowArguments;
use crate::exit::ExitStatus;
use crate::format::percent;
use crate::printer::{Printer, table};

pub fn run(arguments: &ShowArguments, printer: &Printer) -> Result<ExitStatus> {
    let path = artefact_path(&arguments.path);
    let artefact = Artefact::read(&path)?;
    if let Some(png) = &arguments.png {
        liebig::image_grid::write(&artefact, png)?;
    }
    let value = json!({
        "artefact": path,
        "samples": artefact.len(),
        "classes": artefact.classes(),
        "learned_lr": artefact.learned_lr,
        "png": arguments.png,
        "metadata": artefact.metadata,
    });
    printer.print(&value, || describe(&artefact))?;
    Ok(ExitStatus::Success)
}

fn describe(artefact: &Artefact) -> String {
    let metadata = &artefact.metadata;
    let recipe = &metadata.recipe;
    let provenance = &metadata.provenance;
    let model = &recipe.model;
    let network = match model.name.as_str() {
        "convnet" => format!(
            "convnet: depth {}, width {}, {} norm, {}, {} pooling",
            model.depth, model.width, model.norm, model.activation, model.pooling
        ),
        other => other.to_string(),
    };
    let drops = recipe
        .lr_drops
        .iter()
        .map(|drop| format!(", x{} after {} epochs", drop.factor, drop.after_epochs));
    let labels = match artefact.labels {
        Labels::Hard(_) => "hard",
        Labels::Soft(_) => "soft",
    };
    let mut rows = vec![
        [
            "method".into(),
            format!(
                "{}, {} iterations, seed {}",
                provenance.method, provenance.iterations, provenance.seed
            ),
        ],
        [
            "dataset".into(),
            format!(
                "{} ({})",
                provenance.dataset.name,
                short(&provenance.dataset.hash)
            ),
        ],
        [
            "samples".into(),
            format!(
                "{}, {} per class, each {}",
                artefact.len(),
                provenance.ipc,
                metadata.shape
            ),
        ],
        ["classes".into(), metadata.class_names.join(", ")],
        ["labels".into(), labels.into()],
        [
            "normalisation".into(),
            format!(
                "mean {:?}, std {:?}",
                metadata.normalization.mean, metadata.normalization.std
            ),
        ],
        ["network".into(), network],
        [
            "training".into(),
            format!(
                "sgd, lr {}{}, momentum {}, weight decay {}",
                recipe.lr,
                drops.collect::<String>(),
                recipe.momentum,
                recipe.weight_decay
            ),
        ],
        [
            "".into(),
            format!(
                "{} epochs, batch {}, augmentation {}",
                recipe.epochs,
                recipe.batch_size,
                name(&recipe.augmentation)
            ),
        ],
        ["made by".into(), format!("liebig {}", provenance.version)],
    ];
    if let Some(lr) = artefact.learned_lr {
        rows.push(["learnt lr".into(), lr.to_string()]);
    }
    if let Some(published) = &provenance.published {
        rows.push([
            "published".into(),
            format!("{} ({})", percent(published.mean), published.source),
        ]);
    }
    table(["distilled set", ""], rows)
}

fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// A name as it is spelt in the file.
fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(String::from))
        .unwrap_or_default()
}
