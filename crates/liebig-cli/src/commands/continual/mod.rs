//! `liebig continual`: classes arrive in steps, and methods fill the memory.

mod order;
mod summary;

use std::path::Path;

use anyhow::{Context, Result, bail};
use liebig::config::Layers;
use liebig::continual::{Course, Form};
use liebig::evaluate::plans;
use liebig::run::Interrupt;
use liebig::{Dataset, Facts, ModelChoice, Protocol, Recipe, atomic, model_spec};
use serde::{Deserialize, Serialize};

use crate::args::ContinualArguments;
use crate::curve;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::{Terminal, Voice};
use crate::theme::{DARK, LIGHT};
use order::Order;

pub fn run(arguments: &ContinualArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    super::check_methods(&arguments.methods)?;
    let mut layers = Layers::new(true);
    layers.value("--data", "data.source", Some(arguments.data.as_str()));
    let dataset = super::load(&layers.select()?.data, None)?;
    let recipe = recipe(arguments, &dataset)?;
    Course::new(dataset.class_names.len(), usize::from(arguments.steps), 0)?;
    same_settings(arguments, &recipe, &dataset)?;
    let interrupt = Interrupt::on_ctrl_c()?;
    let terminal = Terminal::new(voice);
    let mut results = Vec::new();
    super::threads(arguments.threads)?.install(|| -> Result<()> {
        for seed in 0..u64::from(arguments.orders) {
            let order = Order {
                arguments,
                dataset: &dataset,
                recipe: &recipe,
                course: Course::new(
                    dataset.class_names.len(),
                    usize::from(arguments.steps),
                    seed,
                )?,
                seed,
                interrupt: &interrupt,
                terminal: &terminal,
                voice,
            };
            results.extend(order.run().with_context(|| format!("order {seed}"))?);
        }
        Ok(())
    })?;
    let lines = summary::lines(&results);
    let folder = &arguments.output;
    atomic::write(
        &folder.join("continual.json"),
        &serde_json::to_vec_pretty(&lines)?,
    )?;
    let curves: Vec<_> = lines.iter().map(summary::curve).collect();
    for theme in [LIGHT, DARK] {
        if let Some(svg) = curve::svg(&curves, ["step", "accuracy in %"], &theme)? {
            atomic::write(
                &folder.join(format!("continual-{}.svg", theme.name)),
                svg.as_bytes(),
            )?;
        }
    }
    printer.print(&lines, || summary::text(&lines))?;
    Ok(ExitStatus::Success)
}

/// The network that learns from the memory, and how.
fn recipe(arguments: &ContinualArguments, dataset: &Dataset) -> Result<Recipe> {
    let facts = Facts::of(dataset);
    let model = match &arguments.model {
        Some(text) => model_spec(text, facts.input())?,
        None => ModelChoice::default_for(&facts.model, facts.input())?,
    };
    let own = Protocol::from(&liebig::config::EvaluationConfig::default());
    let plans = plans(std::slice::from_ref(&arguments.protocol), &own, &facts);
    let [plan] = &plans[..] else {
        bail!(
            "--protocol {} is a group\nhint: name one protocol, such as dsa",
            arguments.protocol
        );
    };
    let protocol = plan.protocol.clone();
    Ok(Recipe {
        model,
        protocol: match arguments.epochs {
            Some(epochs) => protocol.with_epochs(epochs as usize),
            None => protocol,
        },
        unroll: None,
    })
}

/// What results in a folder depend on, besides their names.
#[derive(Serialize, Deserialize, PartialEq)]
struct Circumstances {
    dataset: String,
    steps: u16,
    memory: i64,
    memory_bytes: Option<u64>,
    nets: u32,
    recipe: Recipe,
    real_epochs: u32,
    real_lr: f64,
    set: Vec<String>,
}

/// Refuses a folder with results by other settings, so that those are not mixed.
fn same_settings(arguments: &ContinualArguments, recipe: &Recipe, dataset: &Dataset) -> Result<()> {
    let now = Circumstances {
        dataset: dataset.hash.clone(),
        steps: arguments.steps,
        memory: arguments.memory,
        memory_bytes: arguments.memory_bytes,
        nets: arguments.nets,
        recipe: recipe.clone(),
        real_epochs: arguments.real_epochs,
        real_lr: arguments.real_lr,
        set: arguments.set.clone(),
    };
    std::fs::create_dir_all(&arguments.output)?;
    let path = arguments.output.join("settings.json");
    if path.exists() {
        let text = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let before: Circumstances =
            serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        if before != now {
            bail!(
                "{}: the results there are by other settings\nhint: give another folder as --output",
                arguments.output.display()
            );
        }
        return Ok(());
    }
    Ok(atomic::write(&path, &serde_json::to_vec_pretty(&now)?)?)
}

/// The results of a method for one order.
pub struct OfOrder {
    /// The method.
    pub method: String,
    /// How its memory is stored; none for training on real data.
    pub form: Option<Form>,
    /// After each step.
    pub steps: Vec<liebig::continual::Tested>,
}

/// A JSON file, if it is there.
fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<Option<T>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}
