//! A dataset: by name, by path, or from arrays in memory.
//!
//! `cargo run --release --example 01_load`
#![allow(clippy::print_stdout)]

use std::error::Error;

use liebig::{Dataset, LoadOptions};

/// Loads the built-in set, then makes a set of two classes from arrays.
pub fn main() -> Result<(), Box<dyn Error>> {
    let strokes = liebig::load("strokes", &LoadOptions::default())?;
    println!(
        "{}: {} training images of {}",
        strokes.name,
        strokes.train.len(),
        strokes.shape
    );

    // Two grey images of 2x2 pixels, one dark, one light, and a test image; pixels are bytes, channels first.
    let train = (vec![0, 10, 20, 30, 250, 240, 230, 220], vec![0, 1]);
    let test = (vec![5, 5, 5, 5], vec![0]);
    let shades = Dataset::from_images("shades", (1, 2, 2), ["dark", "light"], train, test)?;
    println!(
        "{}: classes {:?}, normalised by {:?}",
        shades.name, shades.class_names, shades.space
    );
    Ok(())
}
