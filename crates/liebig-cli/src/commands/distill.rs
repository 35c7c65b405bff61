//! `liebig distill`: settings in, a session, results out.

mod output;
mod plan;
mod results;
mod settings;

pub use plan::options;

use anyhow::{Context, Result};
use liebig::run::Interrupt;
use liebig::session::RunOptions;
use liebig::{Error, Facts, Session};

use crate::args::DistillArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::{Terminal, Voice};

pub fn run(arguments: &DistillArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let layers = settings::layers(arguments)?;
    let memory = arguments.memory;
    let dataset = super::load(&layers.select()?.data, memory)?;
    let resolved = layers.resolve(&Facts::of(&dataset))?;
    let pool = super::threads(arguments.threads)?;
    pool.install(|| {
        let terminal = Terminal::new(voice);
        let mut session = Session::new(resolved, &dataset)?
            .on(super::device())
            .observed_by(&terminal);
        if let Some(memory) = memory {
            session = session.within(memory);
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
        let session = session.interrupted_by(Interrupt::on_ctrl_c()?);
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
