//! `liebig privacy epsilon` and `liebig privacy noise`.

use anyhow::Result;
use liebig::privacy::accountant::{Accountant, Charge, Error, Mechanism, epsilon, noise};
use serde::Serialize;

use crate::args::{AccountantArguments, PrivacyQuestion};
use crate::exit::ExitStatus;
use crate::printer::Printer;

/// The answer of both accountants.
#[derive(Serialize)]
struct Answer {
    rdp: f64,
    pld: f64,
}

pub fn run(question: &PrivacyQuestion, printer: &Printer) -> Result<ExitStatus> {
    let (answer, what, steps) = match question {
        PrivacyQuestion::Epsilon { noise, steps } => {
            let AccountantArguments { rate, delta, .. } = *steps;
            let of = |accountant| -> Result<f64, Error> {
                let charge = Charge::new(Mechanism::new(rate, *noise)?, steps.steps);
                epsilon(&[charge], delta, accountant)
            };
            (both(of)?, "epsilon", steps)
        }
        PrivacyQuestion::Noise { epsilon, steps } => {
            let of = |accountant| {
                let uses = (steps.rate, steps.steps);
                noise(*epsilon, steps.delta, uses, &[], accountant)
            };
            (both(of)?, "noise", steps)
        }
    };
    printer.print(&answer, || {
        format!(
            "{what} by privacy loss distributions: {:.5}\n{what} by Rényi divergences: {:.5}\n\nOf {} steps at rate {} and delta {}, for \
             neighbours that differ by one record more or less.",
            answer.pld, answer.rdp, steps.steps, steps.rate, steps.delta
        )
    })?;
    Ok(ExitStatus::Success)
}

fn both(of: impl Fn(Accountant) -> Result<f64, Error>) -> Result<Answer, liebig::Error> {
    Ok(Answer {
        rdp: of(Accountant::Rdp)?,
        pld: of(Accountant::Pld)?,
    })
}
