//! `liebig show`: what is inside a distilled set.

use anyhow::Result;
use liebig::artefact::Artefact;
use liebig::{Labels, OptimizerChoice, artefact_path};
use serde_json::json;

use super::distill::options;
use crate::args::ShowArguments;
use crate::exit::ExitStatus;
use crate::format::percent;
use crate::printer::{Printer, table};

pub fn run(arguments: &ShowArguments, printer: &Printer) -> Result<ExitStatus> {
    let path = artefact_path(&arguments.path);
    let artefact = Artefact::read(&path)?;
    if let Some(png) = &arguments.png {
        liebig::image_grid::write(&artefact, png).map_err(liebig::Error::from)?;
    }
    let set = &artefact.set;
    let whitening = set.space.whitening.as_ref();
    let value = json!({
        "artefact": path,
        "samples": artefact.len(),
        "classes": artefact.classes(),
        "class_names": artefact.class_names,
        "shape": set.shape,
        "labels": labels(&set.labels),
        "step_sizes": set.step_sizes,
        "normalization": set.space.normalization,
        "whitening": whitening.map(|whitening| whitening.name()),
        "parameterization": set.parameterization,
        "recipe": artefact.recipe,
        "provenance": artefact.provenance,
        "bits_per_class": set.bits_per_class(),
        "png": arguments.png,
    });
    printer.print(&value, || describe(&artefact))?;
    Ok(ExitStatus::Success)
}

fn labels(labels: &Labels) -> &'static str {
    match labels {
        Labels::Hard(_) => "hard",
        Labels::Logits(_) => "logits",
        Labels::Values(_) => "values",
    }
}

fn describe(artefact: &Artefact) -> String {
    let (set, provenance) = (&artefact.set, &artefact.provenance);
    let protocol = &artefact.recipe.protocol;
    let drops = protocol
        .lr_drops
        .iter()
        .map(|drop| format!(", x{} after {} epochs", drop.factor, drop.after_epochs));
    let optimizer = match protocol.optimizer {
        OptimizerChoice::Sgd {
            momentum,
            weight_decay,
        } => format!("sgd, momentum {momentum}, weight decay {weight_decay}"),
        OptimizerChoice::Adam { weight_decay } => format!("adam, weight decay {weight_decay}"),
    };
    let normalization = &set.space.normalization;
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
            format!("{}, each {}", artefact.len(), set.shape),
        ],
        ["classes".into(), artefact.class_names.join(", ")],
        ["labels".into(), labels(&set.labels).into()],
        [
            "bits".into(),
            format!("{:.0} per class", set.bits_per_class()),
        ],
        [
            "normalisation".into(),
            format!("mean {:?}, std {:?}", normalization.mean, normalization.std),
        ],
        ["network".into(), options(&artefact.recipe.model)],
        [
            "training".into(),
            format!(
                "{optimizer}, lr {}{}",
                protocol.lr,
                drops.collect::<String>()
            ),
        ],
        [
            "".into(),
            format!(
                "{} epochs, batch {}, augmentation {}",
                protocol.epochs, protocol.batch_size, protocol.augmentation
            ),
        ],
        ["made by".into(), format!("liebig {}", provenance.version)],
    ];
    if let Some(whitening) = &set.space.whitening {
        rows.push(["whitening".into(), whitening.name().into()]);
    }
    if !set.step_sizes.is_empty() {
        rows.push(["step sizes".into(), format!("{:?}", set.step_sizes)]);
    }
    if let Some(guarantee) = &provenance.privacy {
        rows.push(["privacy".into(), guarantee.to_string()]);
        for what in &guarantee.not_covered {
            rows.push(["".into(), format!("does not cover {what}")]);
        }
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
