//! `liebig evaluate`: fresh networks on a distilled set that somebody else may have made.

use anyhow::{Context, Result};
use liebig::artefact::Artefact;
use liebig::config::{DataConfig, ImageSize, Layers};
use liebig::evaluate::{ArtefactEvaluation, EvaluationReport, Metric, Row};
use liebig::run::Interrupt;
use liebig::{Dataset, Published, SampleShape, artefact_path};

use crate::args::EvaluateArguments;
use crate::exit::ExitStatus;
use crate::format::{duration, percent};
use crate::printer::{Printer, table};
use crate::progress::{Terminal, Voice};

pub fn run(arguments: &EvaluateArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let path = artefact_path(&arguments.path);
    let artefact = Artefact::read(&path)?;
    let dataset = dataset(arguments, &artefact)?;
    if dataset.hash != artefact.provenance.dataset.hash {
        voice.say(
            "warning: this dataset is not exactly the one that was distilled: its hash differs",
        );
    }
    let interrupt = Interrupt::on_ctrl_c()?;
    let terminal = Terminal::new(voice);
    let mut metrics = vec![Metric::Accuracy];
    if arguments.per_class {
        metrics.push(Metric::PerClass);
    }
    let evaluation = ArtefactEvaluation {
        artefact: &artefact,
        dataset: &dataset,
        models: &arguments.models,
        repeats: arguments.repeats as usize,
        baselines: &arguments.baseline,
        metrics: &metrics,
        seed: arguments.seed,
        device: &super::device(),
        interrupt: &interrupt,
        observer: &terminal,
    };
    let mut report = super::threads(arguments.threads)?.install(|| evaluation.run())?;
    report.artefact = Some(path);
    printer.print(&report, || text(&report, &artefact.class_names))?;
    Ok(ExitStatus::Success)
}

/// The dataset: where the flag says, where the run's data is, or by the name in the file.
fn dataset(arguments: &EvaluateArguments, artefact: &Artefact) -> Result<Dataset> {
    let provenance = &artefact.provenance;
    let source = match &arguments.data {
        Some(source) => source.clone(),
        None if arguments.path.is_dir() => {
            let mut layers = Layers::default();
            layers.file(&arguments.path.join("config.toml"))?;
            layers.select()?.data.source
        }
        None => provenance.dataset.name.clone(),
    };
    let config = provenance.config.get("data");
    let label_column = config.and_then(|data| data.get("label_column")?.as_str().map(String::from));
    let (image_size, grayscale) = match artefact.set.shape {
        SampleShape::Image {
            channels,
            height,
            width,
        } => (Some(ImageSize { height, width }), Some(channels == 1)),
        SampleShape::Table { .. } => (None, None),
    };
    let data = DataConfig {
        source,
        image_size,
        grayscale,
        label_column,
    };
    super::load(&data, None).context("the test set cannot be read")
}

/// The columns of a table of scores.
pub const HEADER: [&str; 6] = [
    "test accuracy of networks trained on",
    "n",
    "mean",
    "std",
    "time to make",
    "bits per class",
];

/// A row of such a table.
pub fn row(name: &str, row: &Row) -> [String; 6] {
    let name = if name == "random" {
        "random real"
    } else {
        name
    };
    [
        name.into(),
        row.n.to_string(),
        percent(row.mean),
        percent(row.std),
        row.seconds.map_or_else(String::new, duration),
        format!("{:.0}", row.bits_per_class),
    ]
}

/// The rows for what was published.
pub fn published(published: Option<&Published>) -> Vec<[String; 6]> {
    let line = |name: &str, mean: f64, std: Option<f64>| {
        let std = std.map_or_else(String::new, percent);
        let empty = String::new;
        [name.into(), empty(), percent(mean), std, empty(), empty()]
    };
    let Some(published) = published else {
        return Vec::new();
    };
    let mut rows = vec![line("distilled, published", published.mean, published.std)];
    rows.extend(
        published
            .whole
            .map(|whole| line("whole dataset, published", whole, None)),
    );
    rows
}

fn text(report: &EvaluationReport, class_names: &[String]) -> String {
    let mut parts = Vec::new();
    for result in &report.results {
        let mut rows: Vec<_> = result
            .rows
            .iter()
            .map(|(name, scores)| row(name, scores))
            .collect();
        rows.extend(published(report.published.as_ref()));
        parts.push(format!("{}\n\n{}", result.model, table(HEADER, rows)));
        parts.extend(per_class(&result.rows, class_names));
    }
    parts.join("\n\n")
}

fn per_class(rows: &liebig::evaluate::Rows, class_names: &[String]) -> Option<String> {
    let of_source = |(name, row): (&str, &Row)| Some((name.to_string(), row.per_class.clone()?));
    let sources: Vec<(String, Vec<f64>)> = rows.iter().filter_map(of_source).collect();
    if sources.is_empty() {
        return None;
    }
    let lines = sources.iter().flat_map(|(source, accuracies)| {
        let classes = class_names.iter().zip(accuracies);
        classes.map(move |(class, accuracy)| [source.clone(), class.clone(), percent(*accuracy)])
    });
    Some(table(["trained on", "class", "accuracy"], lines))
}
