//! Loads datasets and prints what was found: `inspect [KEY=VALUE ...] PATH ...`, with the keys `images`, `labels`, `layout`
//! and `transpose` for the paths after them.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use liebig_data::{Error, LoadOptions, load};

fn main() -> Result<(), Error> {
    let mut options = LoadOptions::default();
    for argument in std::env::args().skip(1) {
        match argument.split_once('=') {
            Some(("images", value)) => options.images = Some(value.into()),
            Some(("labels", value)) => options.labels = Some(value.into()),
            Some(("layout", value)) => options.layout = Some(value.parse()?),
            Some(("transpose", value)) => options.transpose = value == "true",
            _ => inspect(&argument, &options),
        }
    }
    Ok(())
}

fn inspect(path: &str, options: &LoadOptions) {
    let start = Instant::now();
    let loaded = load(path, options);
    println!("{path}: {:.2} s", start.elapsed().as_secs_f64());
    match loaded {
        Err(error) => println!("  {}", error.to_string().replace('\n', "\n  ")),
        Ok(set) => {
            let count = |split: &liebig_data::Split| split.len();
            println!("  {}, {}, samples of {}", set.name, set.source, set.shape);
            println!(
                "  {} train, {} validation, {} test; classes {}",
                count(&set.train),
                set.validation.as_ref().map_or(0, count),
                count(&set.test),
                set.class_names.join(", ")
            );
            let normalization = set.normalization();
            println!(
                "  mean {:?}, std {:?}",
                normalization.mean, normalization.std
            );
            for note in &set.notes {
                println!("  {note}");
            }
        }
    }
}
