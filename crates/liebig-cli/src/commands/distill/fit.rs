//! A session that takes a given time.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use liebig::Session;
use liebig::config::Layers;

use super::output;

/// The session with as many iterations as are left of `time` since `started`. A run that is continued, in the folder
/// `resumed`, keeps its number.
pub fn session<'a>(
    (time, started): (Duration, Instant),
    resumed: Option<&Path>,
    layers: &mut Layers,
    start: impl Fn(&Layers) -> Result<Session<'a>>,
) -> Result<(Session<'a>, u64)> {
    let iterations = match resumed {
        Some(folder) => output::iterations(folder)?,
        None => start(layers)?.iterations_within(time.saturating_sub(started.elapsed()))?,
    };
    let value = i64::try_from(iterations)?;
    layers.value("--minutes", "method.iterations", Some(value));
    Ok((start(layers)?, iterations))
}
