//! `liebig train`: networks trained on a whole dataset, a file each.

use anyhow::Result;
use liebig::Facts;
use liebig::networks::{Trained, Training, train};
use liebig::run::Interrupt;

use super::data::read_with;
use crate::args::TrainArguments;
use crate::exit::ExitStatus;
use crate::format::percent;
use crate::printer::{Printer, table};
use crate::progress::Voice;

/// The momentum, weight decay and batch size of the common evaluation protocol.
const MOMENTUM: f64 = 0.9;
const WEIGHT_DECAY: f64 = 5e-4;
const BATCH: usize = 256;

pub fn run(arguments: &TrainArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let (dataset, model) = read_with(&arguments.reading, arguments.model.as_ref())?;
    super::say_notes(voice, &dataset);
    let network = model.build(Facts::of(&dataset).input(), dataset.class_names.len())?;
    let training = Training {
        count: arguments.count,
        epochs: arguments.epochs as usize,
        lr: arguments.lr,
        momentum: MOMENTUM,
        weight_decay: WEIGHT_DECAY,
        batch_size: BATCH,
        seed: arguments.seed,
    };
    let interrupt = Interrupt::on_ctrl_c()?;
    let say = |net: &Trained| match net.accuracy {
        Some(accuracy) => voice.say(&format!("{}: {}", net.path.display(), percent(accuracy))),
        None => voice.say(&format!("{}: kept", net.path.display())),
    };
    let device = super::device();
    let folder = &arguments.output;
    let trained = super::threads(arguments.threads)?.install(|| {
        train(
            &dataset, &*network, &training, folder, &device, &interrupt, say,
        )
    })?;
    printer.print(&trained, || {
        let rows = trained.iter().map(|net| {
            let accuracy = net.accuracy.map_or_else(|| "kept".into(), percent);
            [net.path.display().to_string(), accuracy]
        });
        table(["network", "test accuracy"], rows)
    })?;
    Ok(ExitStatus::Success)
}
