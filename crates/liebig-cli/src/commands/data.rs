//! `liebig data list`, `liebig data info` and `liebig data show`.

use std::path::Path;

use anyhow::Result;
use liebig::config::Layers;
use liebig::image_grid;
use liebig::{Facts, ModelChoice};
use liebig_data::{Dataset, Location, Note, NoteKind, Split};
use serde_json::{Value, json};

use crate::args::{DataArguments, DataCommand, ReadingArguments};
use crate::exit::ExitStatus;
use crate::printer::{Printer, table};

pub fn run(arguments: &DataArguments) -> Result<ExitStatus> {
    match &arguments.command {
        DataCommand::List { json } => list(&Printer::new(*json))?,
        DataCommand::Info { reading, json } => info(&read(reading)?, &Printer::new(*json))?,
        DataCommand::Show {
            reading,
            png,
            per_class,
            split,
            seed,
            json,
        } => {
            let dataset = read(reading)?;
            let split = match split.as_str() {
                "test" => &dataset.test,
                "validation" => dataset.validation.as_ref().ok_or_else(no_validation)?,
                _ => &dataset.train,
            };
            let drawn = image_grid::samples_of(&dataset, split, usize::from(*per_class), *seed)
                .and_then(|bytes| Ok(liebig::atomic::write(png, &bytes)?));
            drawn.map_err(liebig::Error::from)?;
            shown(&dataset, png, &Printer::new(*json))?;
        }
    }
    Ok(ExitStatus::Success)
}

fn no_validation() -> anyhow::Error {
    anyhow::anyhow!("the dataset has no validation split\nhint: use --split train or test")
}

/// The dataset that the arguments name; `model.*` settings among them are returned.
pub fn read_with(
    reading: &ReadingArguments,
    model: Option<&String>,
) -> Result<(Dataset, ModelChoice)> {
    let layers = layers(reading, model)?;
    let dataset = super::load(&layers.select()?.data, reading.memory)?;
    let resolved = layers.resolve(&Facts::of(&dataset))?;
    Ok((dataset, resolved.config.model.clone()))
}

fn read(reading: &ReadingArguments) -> Result<Dataset> {
    super::load(&layers(reading, None)?.select()?.data, reading.memory)
}

fn layers(reading: &ReadingArguments, model: Option<&String>) -> Result<Layers> {
    let mut layers = Layers::default();
    for assignment in &reading.set {
        layers.set(assignment)?;
    }
    let image_size = reading.image_size.map(|size| size.to_string());
    layers.value("NAME|PATH", "data.source", Some(reading.data.clone()));
    layers.value("--image-size", "data.image_size", image_size);
    layers.value(
        "--skip-bad",
        "data.skip_bad",
        reading.skip_bad.then_some(true),
    );
    layers.value("--strict", "data.strict", reading.strict.then_some(true));
    layers.value("--model", "model.name", model.cloned());
    Ok(layers)
}

fn shown(dataset: &Dataset, png: &Path, printer: &Printer) -> Result<()> {
    let value = json!({
        "name": dataset.name,
        "classes": dataset.class_names,
        "notes": dataset.notes,
        "png": png,
    });
    printer.print(&value, || {
        let classes = dataset.class_names.join(", ");
        format!("{}: a row for each of {classes}", png.display())
    })
}

fn list(printer: &Printer) -> Result<()> {
    let known = liebig_data::known();
    let place = |location: &Location| match location {
        Location::BuiltIn => "built in".to_string(),
        Location::Found(path) => path.display().to_string(),
        Location::Missing => "not found".to_string(),
    };
    let values: Vec<Value> = known
        .iter()
        .map(|set| {
            json!({
                "name": set.name,
                "description": set.description,
                "shape": set.shape.map(|shape| shape.to_string()),
                "classes": set.classes,
                "found": set.location != Location::Missing,
                "path": match &set.location {
                    Location::Found(path) => Some(path.display().to_string()),
                    _ => None,
                },
            })
        })
        .collect();
    printer.print(&values, || {
        let rows = known.iter().map(|set| {
            let or_unknown = |text: Option<String>| text.unwrap_or_else(|| "?".into());
            [
                set.name.clone(),
                or_unknown(set.shape.map(|shape| shape.to_string())),
                or_unknown(set.classes.map(|classes| classes.to_string())),
                place(&set.location),
                set.description.clone(),
            ]
        });
        let list = table(["name", "shape", "classes", "where", "what"], rows);
        format!("{list}\n\nA dataset is found by its path, or by name under the folder that LIEBIG_DATA names.")
    })
}

fn info(dataset: &Dataset, printer: &Printer) -> Result<()> {
    let classes = dataset.class_names.len();
    let validation = dataset.validation.as_ref();
    let value = json!({
        "name": dataset.name,
        "format": dataset.format.to_string(),
        "source": dataset.source,
        "notes": dataset.notes,
        "shape": dataset.shape.to_string(),
        "classes": dataset.class_names,
        "train": per_class(&dataset.train, classes),
        "validation": validation.map(|split| per_class(split, classes)),
        "test": per_class(&dataset.test, classes),
        "normalization": {
            "mean": dataset.normalization().mean,
            "std": dataset.normalization().std,
            "known": dataset.normalization().known,
        },
        "hash": dataset.hash,
    });
    printer.print(&value, || {
        let normalization = dataset.normalization();
        let origin = if normalization.known {
            "the literature's"
        } else {
            "of the training split"
        };
        let mut rows = vec![
            ["name".into(), dataset.name.clone()],
            ["format".into(), dataset.format.to_string()],
            ["source".into(), dataset.source.clone()],
            ["shape".into(), dataset.shape.to_string()],
            [
                "mean".into(),
                format!("{:?} ({origin})", normalization.mean),
            ],
            ["std".into(), format!("{:?}", normalization.std)],
            ["hash".into(), dataset.hash.clone()],
        ];
        rows.retain(|[_, text]| !text.is_empty());
        rows.extend(by_kind(&dataset.notes));
        format!("{}\n\n{}", table(["dataset", ""], rows), counts(dataset))
    })
}

/// The notes, a row for each; the kind is written once.
fn by_kind(notes: &[Note]) -> impl Iterator<Item = [String; 2]> {
    let mut last: Option<NoteKind> = None;
    notes.iter().map(move |note| {
        let kind = match last.replace(note.kind) == Some(note.kind) {
            true => String::new(),
            false => note.kind.to_string(),
        };
        [kind, note.text.clone()]
    })
}

/// The number of samples of each class in each split.
fn counts(dataset: &Dataset) -> String {
    let classes = dataset.class_names.len();
    let splits: Vec<(&str, &Split)> = [
        ("train", Some(&dataset.train)),
        ("validation", dataset.validation.as_ref()),
        ("test", Some(&dataset.test)),
    ]
    .into_iter()
    .filter_map(|(name, split)| Some((name, split?)))
    .collect();
    let mut rows: Vec<Vec<String>> = dataset
        .class_names
        .iter()
        .map(|name| vec![name.clone()])
        .collect();
    let mut all = vec!["all".to_owned()];
    for (_, split) in &splits {
        for (row, count) in rows.iter_mut().zip(per_class(split, classes)) {
            row.push(count.to_string());
        }
        all.push(split.len().to_string());
    }
    rows.push(all);
    let header: Vec<&str> = ["class"]
        .into_iter()
        .chain(splits.iter().map(|(name, _)| *name))
        .collect();
    table(header, rows)
}

fn per_class(split: &Split, classes: usize) -> Vec<usize> {
    split.class_indices(classes).iter().map(Vec::len).collect()
}
