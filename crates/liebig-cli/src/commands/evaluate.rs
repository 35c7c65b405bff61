//! `liebig evaluate`: fresh networks on a distilled set that somebody else may have made.

mod lines;
mod patients;
pub mod saved;
pub mod snapshots;
mod tables;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use liebig::artefact::Artefact;
use liebig::evaluate::{ArtefactEvaluation, EvaluationReport, Gathered, Making, Metric, gather};
use liebig::run::{Interrupt, Manifest};
use liebig::session::Report;
use liebig::{Poison, Start, artefact_path, evaluate};
use serde::Serialize;

use crate::args::EvaluateArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::{Terminal, Voice};
pub use tables::{HEADER, attacks, named, published, row};

/// The results of several distilled sets.
#[derive(Serialize)]
struct Several {
    artefacts: Vec<EvaluationReport>,
    gathered: Vec<Gathered>,
}

pub fn run(arguments: &EvaluateArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let interrupt = Interrupt::on_ctrl_c()?;
    let terminal = Terminal::new(voice);
    if arguments.snapshots {
        return over_time(arguments, &interrupt, &terminal, printer, voice);
    }
    if arguments.save
        && let Some(path) = arguments.paths.iter().find(|path| !path.is_dir())
    {
        bail!(
            "{}: --save needs the folder of a run\nhint: give the folder in which the file is",
            path.display()
        );
    }
    let mut reports = Vec::new();
    let mut texts = Vec::new();
    for path in &arguments.paths {
        let set = Given {
            run: path,
            path: artefact_path(path),
        };
        let (report, class_names) = one(&set, arguments, &interrupt, &terminal, voice)?;
        if arguments.paths.len() > 1 {
            texts.push(path.display().to_string());
        }
        texts.push(tables::text(&report, &class_names));
        if arguments.save {
            saved::add(path, &report, arguments.seed)?;
        }
        reports.push(report);
    }
    if let [report] = &reports[..] {
        printer.print(report, || texts.join("\n\n"))?;
        return Ok(ExitStatus::Success);
    }
    let gathered = gather(&reports);
    texts.push(tables::gathered(&gathered));
    let several = Several {
        artefacts: reports,
        gathered,
    };
    printer.print(&several, || texts.join("\n\n"))?;
    Ok(ExitStatus::Success)
}

/// Evaluates the sets that runs kept on their way, and writes the accuracies into their folders.
fn over_time(
    arguments: &EvaluateArguments,
    interrupt: &Interrupt,
    terminal: &Terminal,
    printer: &Printer,
    voice: Voice,
) -> Result<ExitStatus> {
    let mut all = Vec::new();
    for run in &arguments.paths {
        let mut reports = Vec::new();
        for (iteration, path) in snapshots::of(run)? {
            let set = Given { run, path };
            reports.push((
                iteration,
                one(&set, arguments, interrupt, terminal, voice)?.0,
            ));
        }
        snapshots::write(run, &reports)?;
        all.extend(snapshots::read(run)?);
    }
    printer.print(&all, || tables::over_time(&all))?;
    Ok(ExitStatus::Success)
}

/// A set, and where it comes from.
struct Given<'a> {
    /// The run's folder, or the file itself.
    run: &'a Path,
    /// The file.
    path: PathBuf,
}

/// The evaluation of one set, and the names of its classes.
fn one(
    given: &Given<'_>,
    arguments: &EvaluateArguments,
    interrupt: &Interrupt,
    terminal: &Terminal,
    voice: Voice,
) -> Result<(EvaluationReport, Vec<String>)> {
    let artefact = Artefact::read(&given.path)?;
    let dataset = super::dataset_of(given.run, arguments.data.as_deref(), &artefact)
        .context("the test set cannot be read")?;
    if dataset.hash != artefact.provenance.dataset.hash {
        voice.say(
            "warning: this dataset is not exactly the one that was distilled: its hash differs",
        );
    }
    let mut models = arguments.models.clone();
    for name in &arguments.pool {
        let pool = evaluate::pool(name).map_or(&[][..], |pool| pool.models);
        models.extend(pool.iter().map(ToString::to_string));
    }
    let mut metrics = vec![Metric::Accuracy];
    let asked = [
        (arguments.per_class, Metric::PerClass),
        (arguments.confusion, Metric::Confusion),
        (arguments.ensemble, Metric::Ensemble),
    ];
    metrics.extend(
        asked
            .into_iter()
            .filter_map(|(asked, metric)| asked.then_some(metric)),
    );
    if arguments.patients {
        let positive = arguments.positive.as_deref();
        let metric = Metric::patients(positive, &artefact.class_names);
        metrics.push(metric?);
    }
    let networks = arguments.nets.clone().or_else(|| networks_of(given.run));
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
    let teacher = arguments.teacher.as_deref();
    let evaluation = ArtefactEvaluation {
        networks: networks.as_deref(),
        artefact: &artefact,
        dataset: &dataset,
        models: &models,
        protocols: &arguments.protocol,
        teacher: teacher.map(|path| (path, arguments.temperature)),
        pruning: arguments
            .prune
            .zip(arguments.dense.as_deref())
            .map(|(share, path)| (path, share)),
        store: arguments.resume.as_deref(),
        repeats: arguments.repeats as usize,
        epochs: arguments.epochs.map(|epochs| epochs as usize),
        making: making(given),
        baselines: &arguments.baseline,
        metrics: &metrics,
        seed: arguments.seed,
        device: &super::device(),
        interrupt,
        observer: terminal,
    };
    let mut report = super::threads(arguments.threads)?.install(|| evaluation.run())?;
    report.artefact = Some(given.path.clone());
    Ok((report, artefact.class_names))
}

/// What a finished run took to make its set.
fn making(given: &Given<'_>) -> Option<Making> {
    if given.path != artefact_path(given.run) {
        return None;
    }
    let read = |name: &str| std::fs::read(given.run.join(name)).ok();
    let report: Report = serde_json::from_slice(&read("results.json")?).ok()?;
    let manifest: Manifest = serde_json::from_slice(&read("manifest.json")?).ok()?;
    Some(Making {
        seconds: report.distill_seconds,
        threads: manifest.attempts.last()?.threads,
    })
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
