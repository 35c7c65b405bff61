//! A session that takes a given time.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use liebig::Session;
use liebig::config::Layers;

use super::output;

/// The widths that are tried, if the preset says one and nobody else does.
const NARROWEST: u64 = 32;
const WIDEST: u64 = 128;

/// The session with as many iterations as are left of `time` since `started`, and a network as wide as suits their number: a
/// narrower one than the preset's if fewer than half of its iterations fit, a wider one if more than four times as many do.
/// A run that is continued, in the folder `resumed`, keeps both.
pub fn session<'a>(
    (time, started): (Duration, Instant),
    resumed: Option<&Path>,
    layers: &mut Layers,
    start: impl Fn(&Layers) -> Result<Session<'a>>,
) -> Result<(Session<'a>, u64)> {
    let usual = start(layers)?;
    let config = &usual.resolved().config;
    // A preset's options are not for the usual network of tables.
    let width = serde_json::to_value(&config.model)?["width"].as_u64();
    let free = layers.free_width()?.filter(|&free| width == Some(free));
    if let Some(folder) = resumed {
        let run = output::layers(folder)?;
        if free.is_some() {
            layers.value("--minutes", "model.width", run.width());
        }
        let iterations = output::iterations(&run, folder)?;
        return Ok((with_iterations(layers, iterations, start)?, iterations));
    }
    let measure = |layers: &Layers| -> Result<u64> {
        let left = time.saturating_sub(started.elapsed());
        Ok(start(layers)?.iterations_within(left)?)
    };
    let usual = config.method.iterations();
    let mut iterations = measure(layers)?;
    if let Some(mut width) = free {
        while iterations < usual / 2 && width / 2 >= NARROWEST {
            width /= 2;
            layers.value("--minutes", "model.width", Some(i64::try_from(width)?));
            iterations = measure(layers)?;
        }
        while iterations > 4 * usual && 2 * width <= WIDEST {
            width *= 2;
            layers.value("--minutes", "model.width", Some(i64::try_from(width)?));
            iterations = measure(layers)?;
        }
    }
    Ok((with_iterations(layers, iterations, start)?, iterations))
}

fn with_iterations<'a>(
    layers: &mut Layers,
    iterations: u64,
    start: impl Fn(&Layers) -> Result<Session<'a>>,
) -> Result<Session<'a>> {
    let value = i64::try_from(iterations)?;
    layers.value("--minutes", "method.iterations", Some(value));
    start(layers)
}
