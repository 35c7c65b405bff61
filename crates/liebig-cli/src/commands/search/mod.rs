//! `liebig search`: networks ranked by small sets, beside what costs as much.

mod proxies;
pub mod scatter;
mod summary;
mod truth;

use anyhow::{Context, Result, bail};
use liebig::artefact::Artefact;
use liebig::config::{DataConfig, Layers};
use liebig::evaluate::load_in;
use liebig::run::Interrupt;
use liebig::search::{FullTraining, networks, sample};
use liebig::{artefact_path, atomic};

use crate::args::SearchArguments;
use crate::curve::{self, Point};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::{Terminal, Voice};
use crate::theme::{DARK, LIGHT};
use proxies::Proxy;
pub use summary::{Summary, table, text};
use truth::Truth;

/// The file of the results in the output folder, once all networks are trained.
pub const RESULTS: &str = "search.json";

/// The file of the truth in the output folder.
pub const TRUTH: &str = "truth.json";

/// The ranking by the truth with another seed, which no proxy can be expected to exceed.
const CEILING: &str = "everything, another seed";

/// Samples per step on the whole training set.
const BATCH: usize = 256;

pub fn run(arguments: &SearchArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let artefacts = arguments.artefact.iter().map(|path| {
        let artefact = Artefact::read(&artefact_path(path))?;
        let name = format!("{}, {}", artefact.provenance.method, path.display());
        Ok((name, artefact))
    });
    let artefacts: Vec<(String, Artefact)> = artefacts.collect::<Result<_>>()?;
    let source = match (&arguments.data, artefacts.first()) {
        (Some(source), _) => source.clone(),
        (None, Some((_, artefact))) => artefact.provenance.dataset.name.clone(),
        (None, None) => bail!(
            "there is no data\nhint: name a dataset with --data, or a distilled set with --artefact"
        ),
    };
    let dataset = match artefacts.first() {
        Some((_, artefact)) => {
            let recorded = DataConfig::recorded(&artefact.provenance.config);
            let data = DataConfig {
                source: source.clone(),
                ..recorded
            };
            load_in(&data, &artefact.set.space)?
        }
        None => {
            let mut layers = Layers::default();
            layers.value("--data", "data.source", Some(source.as_str()));
            super::load(&layers.select()?.data, None)?
        }
    };
    let all = networks(&arguments.space)?;
    let names = sample(all, arguments.sample.unwrap_or(usize::MAX), arguments.seed);
    if names.len() < 3 {
        bail!(
            "{}: {} network(s) have no ranking\nhint: give at least three",
            arguments.space,
            names.len()
        );
    }
    std::fs::create_dir_all(&arguments.output)?;
    let (device, interrupt, terminal) = (
        super::device(),
        Interrupt::on_ctrl_c()?,
        Terminal::new(voice),
    );
    let training = FullTraining {
        dataset: &dataset,
        lr: arguments.lr,
        batch_size: BATCH,
        seed: arguments.seed,
        device: &device,
        interrupt: &interrupt,
    };
    let summary = super::threads(arguments.threads)?.install(|| -> Result<Summary> {
        let path = arguments.truth.clone();
        let path = path.unwrap_or_else(|| arguments.output.join(TRUTH));
        let seeds = u64::from(arguments.truth_seeds);
        let truth = Truth::read(&path, &training, arguments.truth_epochs as usize)?;
        let truth = truth.complete(&path, &names, seeds, &training, |text| voice.say(text))?;
        let sets = proxies::sets(arguments, artefacts, &dataset, &source)?;
        let mut proxies: Vec<Proxy> = Vec::new();
        for small in &sets {
            voice.say(&format!("search: {}", small.name));
            proxies.push(proxies::on_set(
                arguments, &names, small, &training, &terminal,
            )?);
        }
        let seen =
            sets.first().map_or(1, |small| small.set.len()) * (arguments.epochs as usize + 1);
        voice.say("search: early stopping");
        proxies.push(proxies::early(&names, seen, &training)?);
        proxies.push(proxies::parameters(&names, &dataset)?);
        let truth_seconds = truth.seconds(&names) / rayon::current_num_threads() as f64;
        let means = truth.means(&names, seeds);
        let mut lines: Vec<_> = proxies
            .into_iter()
            .map(|proxy| summary::line(proxy, &means, truth_seconds, arguments.seed))
            .collect();
        if seeds > 1 {
            let other = Proxy {
                name: CEILING.into(),
                scores: truth.accuracies(&names, 1),
                seconds: truth_seconds,
                making: None,
                distilled: false,
            };
            let first = truth.accuracies(&names, 0);
            lines.push(summary::line(other, &first, truth_seconds, arguments.seed));
        }
        Ok(Summary {
            best: means.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            verdicts: summary::verdicts(&lines),
            networks: names.clone(),
            truth: means,
            truth_seconds,
            lines,
        })
    })?;
    write(arguments, &summary).context("the results cannot be written")?;
    printer.print(&summary, || text(&summary))?;
    Ok(ExitStatus::Success)
}

/// Writes the results and the charts.
fn write(arguments: &SearchArguments, summary: &Summary) -> Result<()> {
    let folder = &arguments.output;
    atomic::write(&folder.join(RESULTS), &serde_json::to_vec_pretty(summary)?)?;
    for theme in [LIGHT, DARK] {
        let file = |name: &str| folder.join(format!("{name}-{}.svg", theme.name));
        atomic::write(&file("scatter"), scatter::svg(summary, &theme)?.as_bytes())?;
        if let Some(svg) = curve::svg(&regrets(summary), REGRET_AXES, &theme)? {
            atomic::write(&file("regret"), svg.as_bytes())?;
        }
    }
    Ok(())
}

/// The axes of a chart of [`regrets`].
pub const REGRET_AXES: [&str; 2] = ["networks that are tried", "regret in points"];

/// How far the best of the networks that are tried is below the best of all, a line for each ranking.
pub fn regrets(summary: &Summary) -> Vec<(String, Vec<Point>)> {
    let regret = |line: &summary::Line| {
        let points = line.agreement.regret.iter().enumerate();
        let points = points.map(|(place, regret)| ((place + 1) as f64, 100.0 * regret, 0.0));
        (line.proxy.clone(), points.collect())
    };
    summary.lines.iter().map(regret).collect()
}
