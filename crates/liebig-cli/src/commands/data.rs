//! `liebig data list` and `liebig data info`.

use anyhow::Result;
use liebig_data::{Dataset, LoadOptions, Location, Split};
use serde_json::{Value, json};

use crate::args::{DataArguments, DataCommand};
use crate::exit::ExitStatus;
use crate::printer::{Printer, table};

pub fn run(arguments: &DataArguments) -> Result<ExitStatus> {
    match &arguments.command {
        DataCommand::List { json } => list(&Printer::new(*json))?,
        DataCommand::Info {
            data,
            image_size,
            json,
        } => {
            let image_size = image_size.map(|size| (size.height, size.width));
            let dataset = liebig::load(
                data,
                &LoadOptions {
                    image_size,
                    ..LoadOptions::default()
                },
            )?;
            info(&dataset, &Printer::new(*json))?;
        }
    }
    Ok(ExitStatus::Success)
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
        let train = per_class(&dataset.train, classes);
        let test = per_class(&dataset.test, classes);
        let mut counts: Vec<[String; 3]> = dataset
            .class_names
            .iter()
            .zip(train.iter().zip(&test))
            .map(|(name, (train, test))| [name.clone(), train.to_string(), test.to_string()])
            .collect();
        counts.push([
            "all".into(),
            dataset.train.len().to_string(),
            dataset.test.len().to_string(),
        ]);
        format!(
            "{}\n\n{}",
            table(["dataset", ""], rows),
            table(["class", "train", "test"], counts)
        )
    })
}

fn per_class(split: &Split, classes: usize) -> Vec<usize> {
    split.class_indices(classes).iter().map(Vec::len).collect()
}
