//! The card of a dataset: what it is, how it was made, how good it is, and what it is not good for.

use std::fmt::Write;

use serde_json::{Value, json};

use super::parquet_file::is_soft;
use super::{Error, Job, hf};
use crate::{OptimizerChoice, Recipe};

/// What is said about privacy where the artefact records no guarantee.
const NO_PRIVACY: &str =
    "No guarantee. Distilled samples can contain information about individual training samples.";

/// What the artefact records about privacy; the card claims nothing else.
fn privacy(job: &Job<'_>) -> String {
    match &job.artefact.provenance.privacy {
        None => NO_PRIVACY.into(),
        Some(guarantee) => format!(
            "Differential privacy as the method computed it: {guarantee}. Not covered: {}.",
            guarantee.not_covered.join("; ")
        ),
    }
}

/// The text of the file `README.md`.
pub(super) fn card(job: &Job<'_>) -> Result<String, Error> {
    Ok(format!("---\n{}---\n\n{}", front(job), body(job)))
}

/// The YAML at the beginning. Texts and nested values are written as JSON, which YAML includes.
fn front(job: &Job<'_>) -> String {
    let artefact = job.artefact;
    let provenance = &artefact.provenance;
    let license = job.about.license.as_deref().unwrap_or("unknown");
    let mut text = String::new();
    let mut line = |key: &str, value: Value| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{key}: {value}");
    };
    line("license", json!(license));
    line("pretty_name", json!(title(job)));
    line("task_categories", json!(["image-classification"]));
    line("size_categories", json!([size(artefact.len())]));
    line(
        "tags",
        json!(["dataset-distillation", "synthetic", "liebig"]),
    );
    let label: serde_json::Map<String, Value> = artefact
        .class_names
        .iter()
        .enumerate()
        .map(|(label, name)| (label.to_string(), json!(name)))
        .collect();
    let mut features = vec![
        json!({"name": "image", "dtype": "image"}),
        json!({"name": "label", "dtype": {"class_label": {"names": label}}}),
    ];
    if is_soft(artefact) {
        features.push(json!({"name": "soft_label", "sequence": "float32"}));
    }
    line("dataset_info", json!({"features": features}));
    line(
        "configs",
        json!([{"config_name": "default", "data_files": [{"split": "train", "path": hf::DATA}]}]),
    );
    let distillation = json!({
        "method": provenance.method,
        "source_dataset": provenance.dataset,
        "images_per_class": provenance.ipc,
        "iterations": provenance.iterations,
        "seed": provenance.seed,
        "made_by": format!("liebig {}", provenance.version),
        "protocol": artefact.recipe,
        "results": job.about.measured,
        "published": provenance.published,
        "privacy": privacy(job),
    });
    line("distillation", distillation);
    text
}

fn title(job: &Job<'_>) -> String {
    let provenance = &job.artefact.provenance;
    format!(
        "{} distilled by {}, {} per class",
        provenance.dataset.name, provenance.method, provenance.ipc
    )
}

/// The hub's names for numbers of samples.
fn size(samples: usize) -> &'static str {
    match samples {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        _ => "100K<n<1M",
    }
}

fn body(job: &Job<'_>) -> String {
    let artefact = job.artefact;
    let provenance = &artefact.provenance;
    let classes = artefact.class_names.len();
    let mut parts = vec![format!("# {}", title(job))];
    parts.push(format!(
        "{} synthetic images ({}) in {classes} classes, learnt from the training split of {} by `{}` ({} iterations, seed {}) so that a fresh network that is trained on them alone classifies the original's test images.",
        artefact.len(), artefact.set.shape, provenance.dataset.name, provenance.method, provenance.iterations, provenance.seed
    ));
    parts.push("## How to train on it".into());
    parts.push(recipe(&artefact.recipe));
    parts.push(format!(
        "`{}` is the set itself, without any loss and with the recipe: `liebig evaluate {}`, or `liebig.load(\"{}\")` in Python.",
        hf::ARTEFACT, hf::ARTEFACT, hf::ARTEFACT
    ));
    parts.push("## How good it is".into());
    parts.push(results(job));
    parts.push("## What these files do not have".into());
    let lost = job.lost.iter().map(|loss| format!("- {loss}"));
    parts.push(lost.collect::<Vec<_>>().join("\n"));
    parts.push("## Limits".into());
    parts.push(format!(
        "- Privacy: {}\n- The images are made for training, under the recipe above. With other networks or recipes they may be worth less than real images.\n- What is unbalanced or wrong in the original dataset is so here.\n- Licence: that of the original dataset may apply to what was learnt from it.",
        privacy(job)
    ));
    parts.join("\n\n") + "\n"
}

fn recipe(recipe: &Recipe) -> String {
    let protocol = &recipe.protocol;
    let optimizer = match protocol.optimizer {
        OptimizerChoice::Sgd { momentum, .. } => format!("SGD with momentum {momentum}"),
        OptimizerChoice::Adam { .. } => "Adam".into(),
    };
    let own = match &recipe.unroll {
        Some(unroll) => format!(
            " The set was made for a training of its own as well: {} steps, `distillation.protocol.unroll` above.",
            unroll.steps
        ),
        None => String::new(),
    };
    format!(
        "Network `{}`; {optimizer}, learning rate {}, weight decay {}, batches of {}, {} epochs, augmentation `{}`.{own} All of it is under `distillation.protocol` above.",
        recipe.model.name(),
        protocol.lr,
        protocol.optimizer.weight_decay(),
        protocol.batch_size,
        protocol.epochs,
        protocol.augmentation
    )
}

fn results(job: &Job<'_>) -> String {
    let measured = &job.about.measured;
    if measured.is_empty() {
        return "No result was given when the card was written.".into();
    }
    let mut lines = vec![
        "| trained on | network | protocol | test accuracy | networks | seed |".to_string(),
        "|---|---|---|---|---|---|".into(),
    ];
    lines.extend(measured.iter().map(|row| {
        format!(
            "| {} | {} | {} | {:.1} % ± {:.1} | {} | {} |",
            row.source,
            row.model,
            row.protocol,
            100.0 * row.mean,
            100.0 * row.std,
            row.n,
            row.seed
        )
    }));
    lines.push(String::new());
    lines.push("Means and population standard deviations over fresh networks, tested once, after the last epoch.".into());
    lines.join("\n")
}
