//! `liebig man`: a manual page for the program and for each command.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;

use crate::args::Arguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;

pub fn run(folder: &Path) -> Result<ExitStatus> {
    let place = || folder.display().to_string();
    std::fs::create_dir_all(folder).with_context(place)?;
    clap_mangen::generate_to(Arguments::command(), folder).with_context(place)?;
    let text = format!("manual pages written to {}", folder.display());
    Printer::new(false).text(&text)?;
    Ok(ExitStatus::Success)
}
