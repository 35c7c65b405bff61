//! `liebig evaluate`: fresh networks on a distilled set that somebody else may have made.

use anstream::eprintln;
use anyhow::{Context, Result};
use liebig::artefact::{Artefact, Metadata, ModelSpec, Recipe, Shape};
use liebig::config::{DataConfig, ImageSize, Layers};
use liebig::evaluate::{Evaluation, Score};
use liebig::run::Interrupt;
use liebig::{SmallSet, baselines};
use liebig_data::Dataset;
use serde_json::{Value, json};

use super::{artefact_path, score_json};
use crate::args::EvaluateArguments;
use crate::exit::ExitStatus;
use crate::format::percent;
use crate::printer::{Printer, table};
use crate::progress::bar;

/// The scores of one network.
struct Row {
    model: String,
    distilled: Score,
    random: Option<Score>,
}

pub fn run(arguments: &EvaluateArguments, printer: &Printer) -> Result<ExitStatus> {
    let path = artefact_path(&arguments.path);
    let artefact = Artefact::read(&path)?;
    let metadata = &artefact.metadata;
    let dataset = dataset(arguments, metadata)?;
    let interrupt = Interrupt::on_ctrl_c()?;
    let rows = super::threads(arguments.threads)?
        .install(|| rows(arguments, &artefact, &dataset, &interrupt))?;
    let provenance = &metadata.provenance;
    let value = json!({
        "artefact": path,
        "method": provenance.method,
        "dataset": dataset.name,
        "ipc": provenance.ipc,
        "results": rows.iter().map(row_json).collect::<Vec<Value>>(),
        "published": provenance.published,
    });
    printer.print(&value, || text(&rows, metadata))?;
    Ok(ExitStatus::Success)
}

/// The test set: where the flag says, where the run's data is, or by the name in the file.
fn dataset(arguments: &EvaluateArguments, metadata: &Metadata) -> Result<Dataset> {
    let source = match &arguments.data {
        Some(source) => source.clone(),
        None if arguments.path.is_dir() => {
            let mut layers = Layers::default();
            layers.file(&arguments.path.join("config.toml"))?;
            layers.select()?.data.source
        }
        None => metadata.provenance.dataset.name.clone(),
    };
    let config = metadata.provenance.config.get("data");
    let label_column = config.and_then(|data| data.get("label_column")?.as_str().map(String::from));
    let (image_size, grayscale) = match metadata.shape {
        Shape::Image {
            channels,
            height,
            width,
        } => (Some(ImageSize { height, width }), Some(channels == 1)),
        Shape::Table { .. } => (None, None),
    };
    let dataset = super::load(&DataConfig {
        source,
        image_size,
        grayscale,
        label_column,
    })
    .context("the test set cannot be read")?;
    let describe =
        |shape: Shape, classes: usize| format!("samples of {shape} in {classes} classes");
    let expected = describe(metadata.shape, metadata.class_names.len());
    let found = describe(dataset.shape.into(), dataset.class_names.len());
    if expected != found {
        return Err(liebig::Error::OtherKindOfData { expected, found }.into());
    }
    if dataset.hash != metadata.provenance.dataset.hash {
        eprintln!("warning: this is not the very dataset that was distilled: its hash differs");
    }
    Ok(dataset)
}

fn rows(
    arguments: &EvaluateArguments,
    artefact: &Artefact,
    dataset: &Dataset,
    interrupt: &Interrupt,
) -> Result<Vec<Row>> {
    let metadata = &artefact.metadata;
    let repeats = arguments.repeats as usize;
    let device = super::device();
    let set = SmallSet::from(artefact);
    let models = if arguments.models.is_empty() {
        vec![metadata.recipe.model.name.clone()]
    } else {
        arguments.models.clone()
    };
    let sets = if arguments.baseline.is_some() { 2 } else { 1 };
    let bar = bar("evaluate", (models.len() * repeats * sets) as u64);
    let mut rows = Vec::new();
    for name in models {
        let model = ModelSpec {
            name: name.clone(),
            ..metadata.recipe.model.clone()
        };
        let recipe = Recipe {
            model,
            ..metadata.recipe.clone()
        };
        let evaluation = Evaluation {
            recipe: &recipe,
            test: &dataset.test,
            normalization: &metadata.normalization,
            seed: arguments.seed,
            device: &device,
            interrupt,
        };
        let distilled = evaluation.run(repeats, |_| Ok(set.clone()), || bar.inc(1))?;
        let random = match arguments.baseline {
            Some(_) => {
                let ipc = metadata.provenance.ipc;
                let draw = |draw| {
                    baselines::random::random(
                        dataset,
                        &metadata.normalization,
                        ipc,
                        arguments.seed,
                        draw,
                    )
                };
                Some(evaluation.run(repeats, draw, || bar.inc(1))?)
            }
            None => None,
        };
        rows.push(Row {
            model: name,
            distilled,
            random,
        });
    }
    bar.finish();
    Ok(rows)
}

fn row_json(row: &Row) -> Value {
    json!({
        "model": row.model,
        "distilled": score_json(&row.distilled),
        "random": row.random.as_ref().map(score_json),
    })
}

fn text(rows: &[Row], metadata: &Metadata) -> String {
    let mut lines = Vec::new();
    let line = |model: &str, set: &str, score: &Score| {
        [
            model.into(),
            set.into(),
            score.n().to_string(),
            percent(score.mean()),
            percent(score.std()),
        ]
    };
    for row in rows {
        if let Some(random) = &row.random {
            lines.push(line(&row.model, "random real", random));
        }
        lines.push(line(&row.model, "distilled", &row.distilled));
    }
    if let Some(published) = &metadata.provenance.published {
        let std = published.std.map_or_else(String::new, percent);
        lines.push([
            String::new(),
            "distilled, published".into(),
            String::new(),
            percent(published.mean),
            std,
        ]);
    }
    table(["network", "trained on", "n", "mean", "std"], lines)
}
