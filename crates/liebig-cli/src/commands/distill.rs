//! `liebig distill`: settings, distillation, evaluation, results.

mod output;
mod plan;
mod results;
mod settings;

use anstream::eprintln;
use anyhow::{Context, Result};
use liebig::artefact::{Artefact, DatasetId};
use liebig::config::{Facts, Resolved};
use liebig::distill::{Job, Progress};
use liebig::evaluate::Evaluation;
use liebig::run::{Attempt, Interrupt, Machine, Manifest, RunFolder};
use liebig::{SmallSet, baselines, distill, estimate};
use liebig_data::Dataset;

use self::results::Results;
use crate::args::DistillArguments;
use crate::exit::ExitStatus;
use crate::format::percent;
use crate::printer::Printer;
use crate::progress::bar;

pub fn run(arguments: &DistillArguments, printer: &Printer) -> Result<ExitStatus> {
    let layers = settings::layers(arguments)?;
    let dataset = super::load(&layers.select()?.data)?;
    let resolved = layers.resolve(&Facts {
        shape: dataset.shape.into(),
    })?;
    distill::check(&resolved, &dataset, &super::device())?;
    if arguments.print_config {
        let text = resolved.config.to_toml()?;
        printer.print(&*resolved.config, || text)?;
        return Ok(ExitStatus::Success);
    }
    let interrupt = Interrupt::on_ctrl_c()?;
    let pool = super::threads(arguments.threads)?;
    pool.install(|| {
        if arguments.dry_run {
            let estimate =
                estimate::estimate(&resolved.config, &dataset, &super::device(), &interrupt)?;
            let path = output::path(arguments, &resolved, &dataset.name);
            plan::print(printer, &resolved, &dataset, &estimate, &path)?;
        } else {
            let results = distil(arguments, &resolved, &dataset, &interrupt)?;
            printer.print(&results.json(), || results.text())?;
        }
        Ok(ExitStatus::Success)
    })
}

fn distil<'a>(
    arguments: &DistillArguments,
    resolved: &'a Resolved,
    dataset: &'a Dataset,
    interrupt: &Interrupt,
) -> Result<Results<'a>> {
    let path = output::path(arguments, resolved, &dataset.name);
    let manifest = manifest(arguments, resolved, dataset);
    let mut folder = RunFolder::open(
        &path,
        &resolved.config.to_toml()?,
        manifest,
        arguments.resume,
    )?;
    eprintln!("run folder: {}", path.display());
    let device = super::device();
    let bar = bar("distil", resolved.config.method.iterations());
    let mut first = true;
    let mut progress = |progress: Progress| {
        if first {
            // A resumed run is not that fast.
            bar.set_position(progress.iteration);
            bar.reset_eta();
            first = false;
        }
        bar.set_position(progress.iteration);
        if let Some(loss) = progress.loss {
            bar.set_message(format!("loss {loss:.4}"));
        }
    };
    let job = Job {
        resolved,
        dataset,
        device: &device,
        interrupt,
        progress: &mut progress,
    };
    let artefact =
        distill::distill(job, &mut folder).with_context(|| path.display().to_string())?;
    bar.finish();
    let distilled_at = folder.manifest().seconds();
    let started = std::time::Instant::now();
    let scores = scores(resolved, dataset, &artefact, interrupt)
        .with_context(|| path.display().to_string())?;
    let before = folder
        .manifest()
        .attempts
        .last()
        .map_or(0.0, |attempt| attempt.seconds);
    folder.update(|attempt| {
        attempt.seconds = before + started.elapsed().as_secs_f64();
        attempt.finished = true;
    })?;
    let results = Results {
        resolved,
        dataset,
        manifest: folder.manifest().clone(),
        distill_seconds: distilled_at,
        scores,
        folder: path,
    };
    let mut text = serde_json::to_string_pretty(&results.json())?;
    text.push('\n');
    liebig::atomic::write(&folder.path().join("results.json"), text.as_bytes())?;
    Ok(results)
}

/// The scores of the distilled set and of random real ones; none without evaluation.
fn scores(
    resolved: &Resolved,
    dataset: &Dataset,
    artefact: &Artefact,
    interrupt: &Interrupt,
) -> Result<Option<results::Scores>> {
    let config = &resolved.config;
    let repeats = config.evaluation.repeats;
    if repeats == 0 {
        return Ok(None);
    }
    let device = super::device();
    let normalization = &artefact.metadata.normalization;
    let evaluation = Evaluation {
        recipe: &artefact.metadata.recipe,
        test: &dataset.test,
        normalization,
        seed: config.seed,
        device: &device,
        interrupt,
    };
    let bar = bar("evaluate", 2 * repeats as u64);
    let set = SmallSet::from(artefact);
    let distilled = evaluation.run(repeats, |_| Ok(set.clone()), || bar.inc(1))?;
    bar.set_message(format!("distilled {}", percent(distilled.mean())));
    let random = evaluation.run(
        repeats,
        |draw| baselines::random::random(dataset, normalization, config.ipc, config.seed, draw),
        || bar.inc(1),
    )?;
    bar.finish();
    Ok(Some(results::Scores { distilled, random }))
}

fn manifest(arguments: &DistillArguments, resolved: &Resolved, dataset: &Dataset) -> Manifest {
    Manifest {
        version: env!("CARGO_PKG_VERSION").into(),
        preset: resolved.preset.clone(),
        seed: resolved.config.seed,
        dataset: DatasetId {
            name: dataset.name.clone(),
            hash: dataset.hash.clone(),
        },
        data_source: dataset.source.clone(),
        attempts: vec![Attempt {
            started: jiff::Timestamp::now().to_string(),
            command_line: std::env::args_os()
                .map(|part| part.to_string_lossy().into_owned())
                .collect(),
            machine: Machine::this(),
            device: arguments.device.clone(),
            threads: super::thread_count(),
            from_iteration: 0,
            to_iteration: 0,
            seconds: 0.0,
            peak_rss_bytes: None,
            finished: false,
        }],
    }
}
