//! `liebig completions`: a script that makes a shell complete commands and flags.

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;

pub fn run(shell: Shell) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "liebig", &mut script);
    Printer::new(false).text(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Success)
}
