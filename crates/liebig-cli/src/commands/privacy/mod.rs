//! `liebig privacy`: what a set gives away, and what differential privacy costs.

mod accountant;
mod game;
mod summary;

use anyhow::{Context, Result, bail};
use liebig::artefact::Artefact;
use liebig::evaluate::Evaluation;
use liebig::privacy::{Attack, Copies, Measure, copies, exact_copies, on_set};
use liebig::run::Interrupt;
use liebig::{Dataset, Recipe, SampleShape, artefact_path, atomic, image_grid};

use crate::args::PrivacyArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::{Terminal, Voice};
use game::Player;
use summary::Line;
pub use summary::{CAVEATS, Summary, WHOLE, attacks, game as game_caption, near, remarks, text};

/// The file of the results in the output folder, once everything is done.
pub const RESULTS: &str = "privacy.json";
/// The file of the game, and of what else its runs depend on.
pub const GAME: &str = "game.json";
/// The picture of nearest pairs in the output folder.
pub const PAIRS_PICTURE: &str = "pairs.png";

/// Training and test samples that the set itself is attacked with, on each side.
const SAMPLES: usize = 10_000;
/// Samples of the set in the picture of nearest pairs.
const PAIRS: usize = 50;

pub fn run(arguments: &PrivacyArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    if let Some(question) = &arguments.question {
        return accountant::run(question, printer);
    }
    let Some(path) = &arguments.artefact else {
        bail!("no set is named\nhint: name a distilled.safetensors or a run's folder");
    };
    super::check_methods(&arguments.beside)?;
    let artefact = Artefact::read(&artefact_path(path))?;
    let dataset = super::dataset_of(path, arguments.data.as_deref(), &artefact)
        .context("the data cannot be read")?;
    check_classes(&artefact, &dataset)?;
    let recipe = recipe(arguments, &artefact);
    let (device, interrupt, terminal) = (
        super::device(),
        Interrupt::on_ctrl_c()?,
        Terminal::new(voice),
    );
    let chosen: Vec<Attack> = Attack::ALL
        .into_iter()
        .filter(|attack| {
            let asked = &arguments.attacks;
            asked.is_empty() || asked.iter().any(|name| name == attack.name())
        })
        .collect();
    let summary = super::threads(arguments.threads)?.install(|| -> Result<Summary> {
        let evaluation = Evaluation {
            recipe: &recipe,
            test: &dataset.test,
            seed: arguments.seed,
            networks: None,
            teacher: None,
            pruning: None,
            rates: &[],
            store: None,
            device: &device,
            interrupt: &interrupt,
            observer: &terminal,
        };
        let player = Player {
            arguments,
            artefact: &artefact,
            dataset: &dataset,
            evaluation: &evaluation,
            voice,
        };
        // First, so that a folder of other results and settings that do not fit are refused at once.
        let game = player.game()?;
        voice.say("privacy: the set itself");
        let model = recipe
            .model
            .build(
                liebig::Facts::of(&dataset).input(),
                dataset.class_names.len(),
            )
            .map_err(liebig::Error::from)?;
        let near = copies(
            &artefact.set,
            &dataset,
            model.as_ref(),
            (arguments.seed, &device),
        )?;
        let sizes = (SAMPLES, arguments.delta);
        let whole = on_set(&artefact.set, &dataset, &evaluation, sizes)?;
        let whole = whole
            .into_iter()
            .filter(|(attack, _)| chosen.contains(attack))
            .map(|(attack, finding)| {
                Line::new(&artefact.provenance.method, attack, false, finding)
            });
        let whole = whole.collect();
        draw_pairs(arguments, &artefact, &dataset, &near)?;
        let lines = match &game {
            Some(game) => player.play(game, &chosen)?,
            None => Vec::new(),
        };
        let exact = exact_copies(&artefact.set, &dataset.train);
        Ok(Summary::new(
            arguments,
            &artefact,
            (exact, near),
            whole,
            lines,
        ))
    })?;
    atomic::write(
        &arguments.output.join(RESULTS),
        &serde_json::to_vec_pretty(&summary)?,
    )?;
    printer.print(&summary, || text(&summary))?;
    Ok(ExitStatus::Success)
}

/// Refuses data that the set cannot be of.
fn check_classes(artefact: &Artefact, dataset: &Dataset) -> Result<()> {
    if artefact.class_names == dataset.class_names && artefact.set.shape == dataset.shape {
        return Ok(());
    }
    let described = |names: &[String], shape: SampleShape| {
        format!("{} classes ({}) of {shape}", names.len(), names.join(", "))
    };
    Err(liebig::Error::OtherKindOfData {
        expected: described(&dataset.class_names, dataset.shape),
        found: described(&artefact.class_names, artefact.set.shape),
    }
    .into())
}

/// How the networks that are attacked are trained.
fn recipe(arguments: &PrivacyArguments, artefact: &Artefact) -> Recipe {
    let mut recipe = Recipe {
        unroll: None,
        ..artefact.recipe.clone()
    };
    if let Some(epochs) = arguments.epochs {
        recipe.protocol = recipe.protocol.with_epochs(epochs as usize);
    }
    recipe
}

/// A picture of triples: a sample of the set, the nearest training image and the nearest test image; up to five in a row.
fn draw_pairs(
    arguments: &PrivacyArguments,
    artefact: &Artefact,
    dataset: &Dataset,
    near: &[Copies],
) -> Result<()> {
    let SampleShape::Image { .. } = dataset.shape else {
        return Ok(());
    };
    let set = &artefact.set;
    let Some(pixels) = near.iter().find(|found| found.measure == Measure::Pixels) else {
        return Ok(());
    };
    let shown = &pixels.nearest[..pixels.nearest.len().min(PAIRS)];
    let mut values = Vec::new();
    for one in shown {
        values.extend(set.values_of(&[one.sample]));
        values.extend(dataset.train.batch(&[one.train], &set.space));
        values.extend(dataset.test.batch(&[one.held_out], &set.space));
    }
    let count = shown.len().max(1);
    let in_row = (1..=5).rev().find(|each| count.is_multiple_of(*each));
    let rows = count / in_row.unwrap_or(1);
    let png = image_grid::rows(&values, rows, set.shape, &set.space)?;
    std::fs::create_dir_all(&arguments.output)?;
    Ok(atomic::write(&arguments.output.join(PAIRS_PICTURE), &png)?)
}
