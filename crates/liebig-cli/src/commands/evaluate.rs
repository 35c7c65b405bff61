//! `liebig evaluate`.

use anyhow::Result;

use crate::ExitStatus;
use crate::args::EvaluateArguments;
use crate::printer::Printer;

pub fn run(_arguments: &EvaluateArguments, _printer: &Printer) -> Result<ExitStatus> {
    Ok(ExitStatus::Success)
}
