//! `liebig evaluate`: fresh networks on a distilled set that somebody else may have made.

mod patients;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use liebig::artefact::Artefact;
use liebig::config::{DataConfig, ImageSize, Layers};
use liebig::evaluate::{ArtefactEvaluation, EvaluationReport, Metric, Row, Rows};
use liebig::run::Interrupt;
use liebig::{
    Dataset, Facts, Poison, Protocol, Published, SampleShape, Start, artefact_path, evaluate,
};

use crate::args::EvaluateArguments;
use crate::exit::ExitStatus;
use crate::format::{duration, percent};
use crate::printer::{Printer, table};
use crate::progress::{Terminal, Voice};

pub fn run(arguments: &EvaluateArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let path = artefact_path(&arguments.path);
    let mut artefact = Artefact::read(&path)?;
    let dataset = dataset(arguments, &artefact)?;
    if dataset.hash != artefact.provenance.dataset.hash {
        voice.say(
            "warning: this dataset is not exactly the one that was distilled: its hash differs",
        );
    }
    if let Some(protocol) = Protocol::named(&arguments.protocol, &Facts::of(&dataset)) {
        artefact.recipe.protocol = protocol;
    }
    let mut models = arguments.models.clone();
    for name in &arguments.pool {
        let pool = evaluate::pool(name).map_or(&[][..], |pool| pool.models);
        models.extend(pool.iter().map(ToString::to_string));
    }
    let interrupt = Interrupt::on_ctrl_c()?;
    let terminal = Terminal::new(voice);
    let mut metrics = vec![Metric::Accuracy];
    if arguments.per_class {
        metrics.push(Metric::PerClass);
    }
    if arguments.patients {
        let positive = arguments.positive.as_deref();
        let metric = Metric::patients(positive, &artefact.class_names);
        metrics.push(metric?);
    }
    let networks = arguments
        .nets
        .clone()
        .or_else(|| networks_of(&arguments.path));
    let needs_networks = artefact
        .recipe
        .unroll
        .as_ref()
        .is_some_and(|unroll| unroll.start == Start::Loaded);
    ensure!(
        networks.is_some() || !needs_networks,
        "the set was made for networks that were trained before\nhint: name their folder or file with --nets"
    );
    if let Some(poison) = poison(&artefact) {
        let (from, to) = poison.labels(&artefact.class_names)?;
        metrics.push(Metric::Attack { from, to });
    }
    let evaluation = ArtefactEvaluation {
        networks: networks.as_deref(),
        artefact: &artefact,
        dataset: &dataset,
        models: &models,
        repeats: arguments.repeats as usize,
        epochs: arguments.epochs.map(|epochs| epochs as usize),
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

/// The networks that a run was started with.
fn networks_of(run: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(run.join("config.toml")).ok()?;
    let config: toml::Table = text.parse().ok()?;
    Some(config.get("method")?.get("nets")?.as_str()?.into())
}

/// The classes that the set is to make networks mistake.
fn poison(artefact: &Artefact) -> Option<Poison> {
    let config = &artefact.provenance.config;
    config.pointer("/method/poison")?.as_str()?.parse().ok()
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
    super::load_in(&data, &artefact.set.space).context("the test set cannot be read")
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
    [
        named(name),
        row.n.to_string(),
        percent(row.mean),
        percent(row.std),
        row.seconds.map_or_else(String::new, duration),
        format!("{:.0}", row.bits_per_class),
    ]
}

/// A source of a report in words.
pub fn named(name: &str) -> String {
    let (source, training) = name.split_once('@').unwrap_or((name, ""));
    let source = if source == "random" {
        "random real"
    } else {
        source
    };
    match training {
        "common" => format!("{source}, common protocol"),
        "own" => format!("{source}, the set's own steps"),
        "tuned" => format!("{source}, as many steps of the best size"),
        "nearest" => format!("{source}, nearest sample"),
        "before" => "nothing yet".into(),
        _ => source.into(),
    }
}

/// How often one class was taken for another, if that was measured.
pub fn attacks(rows: &Rows, class_names: &[String]) -> Option<String> {
    let name = |class: u32| class_names.get(class as usize).cloned().unwrap_or_default();
    let lines: Vec<[String; 5]> = rows
        .iter()
        .filter_map(|(source, row)| {
            let attack = row.attack.as_ref()?;
            Some([
                named(source),
                format!("{} for {}", name(attack.from), name(attack.to)),
                percent(attack.success),
                percent(attack.accuracy_flipped),
                percent(attack.accuracy_others),
            ])
        })
        .collect();
    let header = [
        "trained on",
        "mistakes",
        "success",
        "accuracy if that were right",
        "of the other classes",
    ];
    (!lines.is_empty()).then(|| table(header, lines))
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
        parts.extend(result.ranking.map(|ranking| {
            format!(
                "DD-Ranking: hard label recovery {}, improvement over random {}, label robust score {:.3}",
                percent(ranking.hlr),
                percent(ranking.ior),
                ranking.lrs
            )
        }));
        parts.extend(per_class(&result.rows, class_names));
        parts.extend(attacks(&result.rows, class_names));
        parts.extend(patients::table(&result.rows, class_names));
    }
    parts.extend(transfer(report));
    parts.join("\n\n")
}

/// The mean over several networks.
fn transfer(report: &EvaluationReport) -> Option<String> {
    let rows = report.averages();
    let line = |(name, mean): &(String, f64)| [named(name), percent(*mean)];
    let header = format!("mean of {} kinds of networks", report.results.len());
    (report.results.len() > 1).then(|| table([header.as_str(), "mean"], rows.iter().map(line)))
}

fn per_class(rows: &Rows, class_names: &[String]) -> Option<String> {
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
