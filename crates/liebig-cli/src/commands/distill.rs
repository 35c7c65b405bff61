//! `liebig distill`: settings in, a session, results out.

pub mod experts;
pub mod fit;
pub mod output;
mod plan;
mod results;
mod settings;

pub use plan::options;

use std::time::Instant;

use anyhow::{Context, Result};
use liebig::config::Layers;
use liebig::run::Interrupt;
use liebig::session::RunOptions;
use liebig::{Error, Facts, Session};

use crate::args::DistillArguments;
use crate::exit::ExitStatus;
use crate::format::duration;
use crate::printer::Printer;
use crate::progress::{Terminal, Voice};

pub fn run(arguments: &DistillArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let started = Instant::now();
    let mut layers = settings::layers(arguments)?;
    let memory = arguments.memory;
    let dataset = super::load(&layers.select()?.data, memory)?;
    let pool = super::threads(arguments.threads)?;
    pool.install(|| {
        let terminal = Terminal::new(voice);
        let interrupt = Interrupt::on_ctrl_c()?;
        let start = |layers: &Layers| -> Result<Session<'_>> {
            let resolved = layers.resolve(&Facts::of(&dataset))?;
            let session = Session::new(resolved, &dataset)?
                .on(super::device())
                .interrupted_by(interrupt.clone())
                .observed_by(&terminal);
            Ok(match memory {
                Some(memory) => session.within(memory),
                None => session,
            })
        };
        let mut session = start(&layers)?;
        if let Some(time) = arguments.minutes {
            let path = output::path(arguments, session.resolved(), &dataset.name);
            if !(arguments.dry_run || arguments.print_config) {
                let times = (time, started);
                experts::add(&mut layers, &dataset, times, &path, &interrupt, voice)?;
            }
            let resumed = arguments.resume.then_some(&*path);
            let iterations;
            (session, iterations) = fit::session((time, started), resumed, &mut layers, start)?;
            let time = duration(time.as_secs_f64());
            voice.say(&format!("note: {iterations} iterations in {time}"));
        }
        let resolved = session.resolved();
        if arguments.print_config {
            let text = resolved.config.to_toml()?;
            printer.print(&*resolved.config, || text)?;
            return Ok(ExitStatus::Success);
        }
        let preset = resolved.preset.as_deref().unwrap_or("none");
        if arguments.quick && !preset.ends_with("quick") {
            let method = resolved.config.method.name();
            voice.say(&format!(
                "note: {method} has no quick preset; its settings are the usual ones"
            ));
        }
        voice.detail(&format!("dataset: {}\npreset: {preset}", dataset.source));
        super::say_notes(voice, &dataset);
        let path = output::path(arguments, resolved, &dataset.name);
        if arguments.dry_run {
            plan::print(printer, &session, &dataset, &session.estimate()?, &path)?;
            return Ok(ExitStatus::Success);
        }
        let options = RunOptions {
            resume: arguments.resume,
            command_line: std::env::args_os()
                .map(|part| part.to_string_lossy().into_owned())
                .collect(),
        };
        let report = session.run(&path, options).map_err(|error| match error {
            Error::Interrupted => {
                let text = format!(
                    "{}: interrupted\nhint: continue with --resume",
                    path.display()
                );
                anyhow::Error::new(error).context(text)
            }
            error => error.into(),
        });
        let report = report.with_context(|| path.display().to_string())?;
        printer.print(&report, || results::text(&report, &dataset.class_names))?;
        Ok(ExitStatus::Success)
    })
}
