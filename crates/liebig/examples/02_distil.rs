//! Distillation in memory: a method with its settings, a configuration, a session.
//!
//! `cargo run --release --example 02_distil`
#![allow(clippy::print_stdout)]

use std::error::Error;

use liebig::methods::{Dm, Method};
use liebig::{Config, Facts, LoadOptions, MethodChoice, ModelChoice, Session};

/// Distils the built-in set to two images per class by distribution matching.
pub fn main() -> Result<(), Box<dyn Error>> {
    let strokes = liebig::load("strokes", &LoadOptions::default())?;
    let facts = Facts {
        ipc: 2,
        ..Facts::of(&strokes)
    };
    // The published settings, but for two that make it quick.
    let method = Dm {
        iterations: 20,
        batch_real: 32,
        ..Dm::defaults(&facts)
    };
    let mut config = Config::new(MethodChoice::new(method), &facts)?;
    if let ModelChoice::ConvNet(options) = &mut config.model {
        options.width = 16;
    }
    let artefact = Session::new(config.check()?.into(), &strokes)?.distil()?;
    println!(
        "{} images, classes {:?}",
        artefact.len(),
        artefact.classes()
    );
    Ok(())
}
