//! Exit codes, and the one place where errors are printed.

use anstream::eprintln;
use liebig::ErrorKind;

use crate::flags;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Success = 0,
    /// Something failed: unreadable data, a full disk, a bug.
    Failure = 1,
    /// What was asked for makes no sense: a flag, a key, a folder that holds a run already.
    Usage = 2,
    /// Ctrl-C; a checkpoint was written.
    Interrupted = 130,
}

const HELP: &str = "hint: `liebig help` lists the commands, `liebig COMMAND --help` their flags";

/// Prints an error with everything that led to it, and says how to exit.
pub fn report(error: &anyhow::Error) -> ExitStatus {
    if is_broken_pipe(error) {
        // Whoever read the output has seen enough, as in `liebig data list | head`.
        return ExitStatus::Success;
    }
    let status = status(error);
    let text = flags::in_hints(&chain(error));
    match status {
        ExitStatus::Interrupted => eprintln!("{text}"),
        _ => eprintln!("error: {text}"),
    }
    if !text.contains("hint: ") {
        eprintln!("{HELP}");
    }
    status
}

/// The error and its causes, without those that the error before already quotes.
#[must_use]
pub fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Prints what clap found wrong with the arguments, or the help that was asked for.
pub fn report_arguments(error: &clap::Error) -> ExitStatus {
    if !error.use_stderr() {
        // Help and version are results. A closed pipe is no failure.
        let _ = error.print();
        return ExitStatus::Success;
    }
    let text = error.render().ansi().to_string();
    let text = text.split("For more information").next().unwrap_or(&text);
    eprintln!("{}", text.trim_end());
    match setting(error) {
        Some(key) => eprintln!(
            "hint: a setting of a method is set by --set method.{key}=VALUE; `liebig methods NAME` lists them"
        ),
        None => eprintln!("{HELP}"),
    }
    ExitStatus::Usage
}

/// The setting that an unknown flag of `distill` is spelt like.
fn setting(error: &clap::Error) -> Option<String> {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let name = flag
        .strip_prefix("--")?
        .split('=')
        .next()?
        .replace('-', "_");
    let facts = liebig::Facts {
        dataset: String::new(),
        shape: liebig::SampleShape::Table { features: 1 },
        classes: 2,
        ipc: 1,
        model: "mlp".into(),
        batch_norm: false,
        samples: 60_000,
        constant_space: true,
    };
    let mut settings = liebig::methods::all().flat_map(|method| method.settings(&facts));
    let key = format!("method.{name}");
    settings.any(|setting| setting.key == key).then_some(name)
}

/// Prints what is wrong with an environment variable.
pub fn report_environment(error: &dyn std::error::Error) -> ExitStatus {
    eprintln!("error: {error}");
    ExitStatus::Usage
}

fn status(error: &anyhow::Error) -> ExitStatus {
    let kind = error.chain().find_map(|cause| {
        let ours = cause
            .downcast_ref::<liebig::Error>()
            .map(liebig::Error::kind);
        // A configuration is wrong before there is a session.
        ours.or_else(|| {
            cause
                .is::<liebig::config::Error>()
                .then_some(ErrorKind::Usage)
        })
    });
    #[cfg(feature = "papers")]
    if liebig_papers::cli::is_usage(error) {
        return ExitStatus::Usage;
    }
    match kind {
        Some(ErrorKind::Usage) => ExitStatus::Usage,
        Some(ErrorKind::Interrupted) => ExitStatus::Interrupted,
        Some(ErrorKind::Data | ErrorKind::Failure) | None => ExitStatus::Failure,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
