//! `liebig experts`: pools of experts for trajectory matching.

use anyhow::Result;
use bytesize::ByteSize;
use liebig::config::{Error as ConfigError, Layers};
use liebig::experts::{
    ExpertOptimizer, ExpertPool, ExpertSettings, PoolId, Progress, Training, Unit,
};
use liebig::run::Interrupt;
use liebig::{Dataset, Error, Facts};
use serde_json::{Value, json};

use crate::args::{
    ExpertsArguments, ExpertsCommand, ExpertsTrainArguments, OptimizerName, PoolArguments,
};
use crate::exit::ExitStatus;
use crate::format::{duration, percent};
use crate::printer::{Printer, table};
use crate::progress::Voice;

/// Epochs of the publication's experts.
const EPOCHS: usize = 50;

pub fn run(arguments: &ExpertsArguments, voice: Voice) -> Result<ExitStatus> {
    match &arguments.command {
        ExpertsCommand::Train(arguments) => train(arguments, voice),
        ExpertsCommand::List(arguments) => list(arguments),
        ExpertsCommand::Verify(arguments) => verify(arguments),
    }
}

fn train(arguments: &ExpertsTrainArguments, voice: Voice) -> Result<ExitStatus> {
    let layers = layers(arguments)?;
    let dataset = super::load(&layers.select()?.data, arguments.memory)?;
    super::say_notes(voice, &dataset);
    let settings = settings(arguments, &layers, &dataset)?;
    let id = PoolId::new(settings, &dataset);
    let mine: Vec<u64> = (0..arguments.count)
        .filter(|&index| {
            arguments
                .shard
                .is_none_or(|shard| shard.has(index as usize))
        })
        .collect();
    let interrupt = Interrupt::on_ctrl_c()?;
    let device = super::device();
    let training = Training {
        dataset: &dataset,
        id: &id,
        folder: &arguments.output,
        device: &device,
        interrupt: &interrupt,
    };
    let printer = Printer::new(arguments.json);
    super::threads(arguments.threads)?.install(|| {
        let plan = plan(&training, &mine)?;
        if arguments.dry_run {
            printer.print(&plan.json(), || plan.text())?;
            return Ok(ExitStatus::Success);
        }
        voice.say(&plan.text());
        id.claim(&arguments.output).map_err(Error::from)?;
        let mut units = Vec::new();
        for index in mine {
            let told = |Progress { epoch, loss, .. }: Progress| {
                voice.detail(&format!("expert {index}: epoch {epoch}, loss {loss:.4}"));
            };
            let unit = training.unit(index, told).map_err(|error| match error {
                Error::Interrupted => {
                    let text = format!(
                        "{}: interrupted in expert {index}\nhint: the same command goes on from there",
                        arguments.output.display()
                    );
                    anyhow::Error::new(error).context(text)
                }
                error => error.into(),
            })?;
            voice.say(&line(&unit));
            units.push(unit);
        }
        printer.print(&units, || {
            let row = |unit: &Unit| [unit.index.to_string(), state(unit)];
            table(["expert", "test accuracy"], units.iter().map(row))
        })?;
        Ok(ExitStatus::Success)
    })
}

fn layers(arguments: &ExpertsTrainArguments) -> Result<Layers> {
    let mut layers = Layers::default();
    if let Some(path) = &arguments.for_config {
        layers.file(path)?;
    }
    for assignment in &arguments.set {
        layers.set(assignment)?;
    }
    let image_size = arguments.image_size.map(|size| size.to_string());
    layers.value("--data", "data.source", arguments.data.clone());
    layers.value("--image-size", "data.image_size", image_size);
    layers.value(
        "--zca",
        "data.zca",
        arguments.zca.map(|zca| zca.to_string()),
    );
    layers.value("--model", "model.name", arguments.model.clone());
    Ok(layers)
}

fn settings(
    arguments: &ExpertsTrainArguments,
    layers: &Layers,
    dataset: &Dataset,
) -> Result<ExpertSettings> {
    let facts = Facts::of(dataset);
    let resolved = layers.resolve(&facts)?;
    let config = &resolved.config;
    let epochs = match (arguments.epochs, &arguments.for_config) {
        (Some(epochs), _) => epochs as usize,
        (None, None) => EPOCHS,
        (None, Some(_)) => {
            config
                .method
                .last_expert_epoch()
                .ok_or_else(|| ConfigError::OutOfRange {
                    key: "method.name".into(),
                    value: config.method.name().into(),
                    rule: "but that method reads no experts; give --epochs".into(),
                })?
        }
    };
    let augmentation = match &arguments.augmentation {
        Some(augmentation) => augmentation.clone(),
        None => ExpertSettings::usual_augmentation(&facts),
    };
    let (rho, alpha, adaptive) = (arguments.rho, arguments.alpha, true);
    Ok(ExpertSettings {
        lr: arguments.lr,
        momentum: arguments.momentum,
        weight_decay: arguments.weight_decay,
        batch_size: arguments.batch_size as usize,
        optimizer: match arguments.optimizer {
            OptimizerName::Sgd => ExpertOptimizer::Sgd,
            OptimizerName::Sam => ExpertOptimizer::Sam { rho, adaptive },
            OptimizerName::Gsam => ExpertOptimizer::Gsam {
                rho,
                alpha,
                adaptive,
            },
        },
        seed: arguments.seed,
        ..ExpertSettings::published(config.model.clone(), epochs, augmentation)
    })
}

/// What training takes.
struct Plan {
    experts: usize,
    snapshots: usize,
    bytes: u64,
    seconds: f64,
}

fn plan(training: &Training<'_>, mine: &[u64]) -> Result<Plan> {
    let settings = &training.id.settings;
    let input = Facts::of(training.dataset).input();
    let model = settings
        .model
        .build(input, training.dataset.class_names.len())?;
    let missing = mine
        .iter()
        .filter(|&&index| !training.is_finished(index))
        .count();
    let snapshots = settings.epochs + 1;
    let each = 4 * model.parameter_count() as u64 * snapshots as u64;
    let epoch = match missing {
        0 => 0.0,
        _ => training.estimate_epoch()?,
    };
    Ok(Plan {
        experts: missing,
        snapshots,
        bytes: each * missing as u64,
        seconds: epoch * settings.epochs as f64 * missing as f64,
    })
}

impl Plan {
    fn text(&self) -> String {
        format!(
            "{} expert(s) to train, {} snapshots each: {} of disk, about {}",
            self.experts,
            self.snapshots,
            ByteSize(self.bytes),
            duration(self.seconds),
        )
    }

    fn json(&self) -> Value {
        json!({
            "experts": self.experts,
            "snapshots": self.snapshots,
            "bytes": self.bytes,
            "seconds": self.seconds,
        })
    }
}

fn state(unit: &Unit) -> String {
    let accuracy = unit
        .accuracy
        .map_or_else(|| "no test split".into(), percent);
    match unit.kept {
        true => format!("{accuracy} (kept)"),
        false => accuracy,
    }
}

/// What is said of a finished expert.
pub fn line(unit: &Unit) -> String {
    format!("expert {}: {}", unit.index, state(unit))
}

fn list(arguments: &PoolArguments) -> Result<ExitStatus> {
    let pool = ExpertPool::open(&arguments.folder).map_err(Error::from)?;
    let found = pool.list().map_err(Error::from)?;
    let value = json!({"pool": pool.id(), "experts": found});
    Printer::new(arguments.json).print(&value, || {
        let rows = found.iter().map(|expert| {
            [
                expert.index.to_string(),
                expert.epochs.to_string(),
                expert.accuracy.map_or_else(String::new, percent),
                ByteSize(expert.bytes).to_string(),
            ]
        });
        let table = table(["expert", "epochs", "test accuracy", "size"], rows);
        let mean = mean(found.iter().filter_map(|expert| expert.accuracy));
        let mean = mean.map_or_else(String::new, |mean| format!(", mean {}", percent(mean)));
        format!(
            "{table}\n{} expert(s) of `{}` on {}{mean}",
            found.len(),
            pool.id().settings.model.name(),
            pool.id().dataset.name,
        )
    })?;
    Ok(ExitStatus::Success)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn verify(arguments: &PoolArguments) -> Result<ExitStatus> {
    let pool = ExpertPool::open(&arguments.folder).map_err(Error::from)?;
    let mut wrong = Vec::new();
    for expert in pool.experts() {
        if let Err(error) = pool.verify(expert) {
            wrong.push(error.to_string());
        }
    }
    let value = json!({"experts": pool.experts().len(), "errors": wrong});
    Printer::new(arguments.json).print(&value, || {
        let mut lines = wrong.clone();
        lines.push(format!(
            "{} expert(s), {} of them damaged",
            pool.experts().len(),
            wrong.len()
        ));
        lines.join("\n")
    })?;
    Ok(match wrong.is_empty() {
        true => ExitStatus::Success,
        false => ExitStatus::Failure,
    })
}
