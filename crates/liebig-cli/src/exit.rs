//! Exit codes, and the one place where errors are printed.

use anstream::eprintln;

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

impl From<ExitStatus> for std::process::ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

const HELP: &str = "hint: `liebig help` lists the commands, `liebig COMMAND --help` their flags";

/// Prints an error with everything that led to it, and says how to exit.
pub fn report(error: &anyhow::Error) -> ExitStatus {
    if is_broken_pipe(error) {
        // Whoever read the output has seen enough, as in `liebig data list | head`.
        return ExitStatus::Success;
    }
    let status = status(error);
    let text = chain(error);
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
fn chain(error: &anyhow::Error) -> String {
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
    eprintln!("{HELP}");
    ExitStatus::Usage
}

/// Prints what is wrong with an environment variable.
pub fn report_environment(error: &dyn std::error::Error) -> ExitStatus {
    eprintln!("error: {error}");
    ExitStatus::Usage
}

fn status(error: &anyhow::Error) -> ExitStatus {
    if error
        .chain()
        .any(|cause| matches!(cause.downcast_ref(), Some(liebig::Error::Interrupted)))
    {
        return ExitStatus::Interrupted;
    }
    let usage = error.chain().any(|cause| {
        use liebig::run::Error as Run;
        cause.is::<liebig::config::Error>()
            || matches!(
                cause.downcast_ref(),
                Some(
                    liebig::Error::Network(_)
                        | liebig::Error::TooFewSamples { .. }
                        | liebig::Error::AugmentationOfTable
                )
            )
            || matches!(
                cause.downcast_ref(),
                Some(
                    Run::Exists(_)
                        | Run::NotARun(_)
                        | Run::OtherConfig { .. }
                        | Run::OtherData { .. }
                )
            )
    });
    #[cfg(feature = "papers")]
    let usage = usage || liebig_papers::cli::is_usage(error);
    if usage {
        ExitStatus::Usage
    } else {
        ExitStatus::Failure
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
