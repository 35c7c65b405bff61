//! Reads datasets and says what was found: `cargo run --release -p liebig-data --example read -- [--size N] PATH...`
#![allow(clippy::print_stdout)]

use std::time::Instant;

use liebig_data::{LoadOptions, load};

fn main() {
    let mut options = LoadOptions::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--size" => {
                let side = arguments.next().and_then(|side| side.parse().ok());
                options.image_size = side.map(|side| (side, side));
            }
            "--skip-bad" => options.skip_bad = true,
            path => read(path, &options),
        }
    }
}

/// Prints a dataset's counts and notes, the time that reading took, and the most memory that the process had so far.
fn read(path: &str, options: &LoadOptions) {
    let start = Instant::now();
    let outcome = load(path, options);
    let seconds = start.elapsed().as_secs_f64();
    println!("{path}: {seconds:.3} s, at most {}", peak_memory());
    match outcome {
        Err(error) => println!("  error: {error}"),
        Ok(set) => {
            println!("  {} of {}, {}", set.format, set.shape, set.hash);
            let validation = set.validation.as_ref();
            for (name, split) in [
                ("train", Some(&set.train)),
                ("validation", validation),
                ("test", Some(&set.test)),
            ] {
                let Some(split) = split else { continue };
                let counts = split.class_indices(set.class_names.len());
                let counts: Vec<String> = set
                    .class_names
                    .iter()
                    .zip(counts)
                    .map(|(class, indices)| format!("{class} {}", indices.len()))
                    .collect();
                println!("  {name}: {}", counts.join(", "));
            }
            let normalization = set.normalization();
            println!(
                "  mean {:.4?}, std {:.4?}",
                normalization.mean, normalization.std
            );
            for note in &set.notes {
                println!("  {note}");
            }
        }
    }
}

/// The process's largest resident memory so far, where the system says it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or("an unknown amount of memory".into(), |peak| {
        peak.trim().into()
    })
}
