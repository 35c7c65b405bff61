//! The file: a distilled set with its own recipe, written, read, and gone on from.
//!
//! `cargo run --release --example 04_artefact`
#![allow(clippy::print_stdout)]

use std::error::Error;

use liebig::artefact::Artefact;
use liebig::methods::{Dm, Method};
use liebig::{Config, Facts, Init, LoadOptions, MethodChoice, ModelChoice, Session};

/// Distils one image per class, writes it, reads it, and grows it to two.
pub fn main() -> Result<(), Box<dyn Error>> {
    let strokes = liebig::load("strokes", &LoadOptions::default())?;
    let distil = |ipc, init| -> Result<Artefact, Box<dyn Error>> {
        let facts = Facts {
            ipc,
            ..Facts::of(&strokes)
        };
        let method = Dm {
            iterations: 5,
            batch_real: 16,
            init,
            ..Dm::defaults(&facts)
        };
        let mut config = Config::new(MethodChoice::new(method), &facts)?;
        if let ModelChoice::ConvNet(options) = &mut config.model {
            options.width = 8;
        }
        Ok(Session::new(config.check()?.into(), &strokes)?.distil()?)
    };
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("distilled.safetensors");
    distil(1, Init::Real)?.write(&path)?;

    let read = Artefact::read(&path)?;
    println!("{} images made by {}", read.len(), read.provenance.method);
    println!("trained on for {} epochs", read.recipe.protocol.epochs);
    let pixels = read.set.raw_values()?;
    println!(
        "pixels from {:?} to {:?}",
        pixels.iter().copied().reduce(f32::min),
        pixels.iter().copied().reduce(f32::max)
    );

    let grown = distil(2, Init::File(path))?;
    println!("grown to {} images", grown.len());
    Ok(())
}
