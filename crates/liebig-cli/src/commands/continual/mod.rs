//! `liebig continual`: classes or datasets arrive in steps, and methods fill the memory.

mod order;
mod summary;

use anyhow::{Context, Result, bail};
use liebig::config::{DataConfig, ImageSize, Layers};
use liebig::continual::{Course, Domains, Form};
use liebig::evaluate::plans;
use liebig::run::Interrupt;
use liebig::{Facts, ModelChoice, Protocol, Recipe, SampleShape, atomic, model_spec};
use serde::{Deserialize, Serialize};

use crate::args::ContinualArguments;
use crate::curve;
use crate::exit::ExitStatus;
use crate::kept;
use crate::printer::Printer;
use crate::progress::{Terminal, Voice};
use crate::theme::{DARK, LIGHT};
use order::Order;
pub use summary::{Summary, curves, table, text};

/// The file of the results in the output folder, once all steps are done.
pub const RESULTS: &str = "continual.json";

/// The file of what results depend on.
pub const SETTINGS: &str = "settings.json";

pub fn run(arguments: &ContinualArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    super::check_methods(&arguments.methods)?;
    let (domains, data) = domains(arguments)?;
    let recipe = recipe(arguments, &Facts::of(domains.first()))?;
    course(arguments, &domains, 0)?;
    same_settings(arguments, &recipe, &domains)?;
    let interrupt = Interrupt::on_ctrl_c()?;
    let terminal = Terminal::new(voice);
    let mut results = Vec::new();
    super::threads(arguments.threads)?.install(|| -> Result<()> {
        for seed in 0..u64::from(arguments.orders) {
            let order = Order {
                arguments,
                domains: &domains,
                data: &data,
                recipe: &recipe,
                course: course(arguments, &domains, seed)?,
                seed,
                interrupt: &interrupt,
                terminal: &terminal,
                voice,
            };
            results.extend(order.run().with_context(|| format!("order {seed}"))?);
        }
        Ok(())
    })?;
    let summary = Summary::of(arguments, &domains, &recipe, &results);
    let folder = &arguments.output;
    atomic::write(&folder.join(RESULTS), &serde_json::to_vec_pretty(&summary)?)?;
    for theme in [LIGHT, DARK] {
        if let Some(svg) = curve::svg(&curves(&summary), ["step", "accuracy in %"], &theme)? {
            atomic::write(
                &folder.join(format!("continual-{}.svg", theme.name)),
                svg.as_bytes(),
            )?;
        }
    }
    printer.print(&summary, || text(&summary))?;
    Ok(ExitStatus::Success)
}

/// The data, and how those of each domain are read again.
fn domains(arguments: &ContinualArguments) -> Result<(Domains, Vec<DataConfig>)> {
    let sources = match &arguments.domains[..] {
        [] => std::slice::from_ref(&arguments.data),
        [alone] => {
            let error = liebig::config::Error::OutOfRange {
                key: "domains".into(),
                value: alone.clone(),
                rule: "must name at least two datasets; one alone is given as --data".into(),
            };
            return Err(error.into());
        }
        several => several,
    };
    let mut layers = Layers::new(true);
    for assignment in &arguments.set {
        // Those of methods do not matter here.
        if assignment.trim_start().starts_with("data.") {
            layers.set(assignment)?;
        }
    }
    layers.value("--data", "data.source", sources.first().map(String::as_str));
    let data = layers.select()?.data;
    let domains = Domains::load(sources, &data.options(None))?;
    let (size, grayscale) = match domains.first().shape {
        SampleShape::Image {
            channels,
            height,
            width,
        } if sources.len() > 1 => (Some(ImageSize { height, width }), Some(channels == 1)),
        _ => (data.image_size, data.grayscale),
    };
    let of_source = |source: &String| DataConfig {
        source: source.clone(),
        image_size: size,
        grayscale,
        ..data.clone()
    };
    Ok((domains, sources.iter().map(of_source).collect()))
}

/// The steps of an order: of all classes, or of the domains as they are given.
fn course(arguments: &ContinualArguments, domains: &Domains, seed: u64) -> Result<Course> {
    let classes = domains.first().class_names.len();
    Ok(match domains.datasets().len() {
        1 => Course::of_classes(classes, usize::from(arguments.steps), seed)?,
        count => Course::of_domains(count, classes),
    })
}

/// The network that learns from the memory, and how.
fn recipe(arguments: &ContinualArguments, facts: &Facts) -> Result<Recipe> {
    let model = match &arguments.model {
        Some(text) => model_spec(text, facts.input())?,
        None => ModelChoice::default_for(&facts.model, facts.input())?,
    };
    let own = Protocol::from(&liebig::config::EvaluationConfig::default());
    let plans = plans(std::slice::from_ref(&arguments.protocol), &own, facts);
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
fn same_settings(arguments: &ContinualArguments, recipe: &Recipe, domains: &Domains) -> Result<()> {
    let now = Circumstances {
        dataset: domains.hash(),
        steps: arguments.steps,
        memory: arguments.memory,
        memory_bytes: arguments.memory_bytes,
        nets: arguments.nets,
        recipe: recipe.clone(),
        real_epochs: arguments.real_epochs,
        real_lr: arguments.real_lr,
        set: arguments.set.clone(),
    };
    kept::same_settings((&arguments.output, SETTINGS), &now, || Ok(()))
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
