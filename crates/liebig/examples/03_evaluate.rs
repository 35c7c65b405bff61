//! An honest number: fresh networks trained on a small set and tested, beside random real samples.
//!
//! `cargo run --release --example 03_evaluate`
#![allow(clippy::print_stdout)]

use std::error::Error;

use liebig::methods::{Dc, Method};
use liebig::session::{Event, Observer};
use liebig::{Config, Facts, LoadOptions, MethodChoice, ModelChoice, Session};

/// Prints what a person should know.
struct Notes;

impl Observer for Notes {
    fn observe(&self, event: Event<'_>) {
        if let Event::Note(text) = event {
            eprintln!("note: {text}");
        }
    }
}

/// Distils, evaluates with two networks, and prints a line for each training set.
pub fn main() -> Result<(), Box<dyn Error>> {
    let strokes = liebig::load("strokes", &LoadOptions::default())?;
    let facts = Facts::of(&strokes);
    let mut method = Dc::defaults(&facts);
    (method.0.iterations, method.0.batch_real) = (20, 32);
    let mut config = Config::new(MethodChoice::new(method), &facts)?;
    if let ModelChoice::ConvNet(options) = &mut config.model {
        options.width = 16;
    }
    config.evaluation.repeats = 2;
    config.evaluation.epochs = 50;
    config.evaluation.baselines = vec!["random".into(), "class-mean".into()];

    let session = Session::new(config.check()?.into(), &strokes)?.observed_by(&Notes);
    let artefact = session.distil()?;
    for (name, row) in session.evaluate(&artefact.set, None)?.iter() {
        println!(
            "{name:12} {:.1} % ± {:.1} (n {})",
            100.0 * row.mean,
            100.0 * row.std,
            row.n
        );
    }
    Ok(())
}
