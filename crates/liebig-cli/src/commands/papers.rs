//! `liebig papers`: the catalogue of the field.

use anyhow::Result;
use liebig_papers::cli::{Outcome, PapersArgs};

use crate::exit::ExitStatus;

pub fn run(arguments: &PapersArgs) -> Result<ExitStatus> {
    let outcome = liebig_papers::cli::run(arguments, &mut anstream::stdout().lock())?;
    Ok(match outcome {
        Outcome::Done => ExitStatus::Success,
        Outcome::Unmet => ExitStatus::Failure,
    })
}
