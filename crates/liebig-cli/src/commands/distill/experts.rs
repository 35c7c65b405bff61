//! The experts of trajectory matching, whose training is a part of the time.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use liebig::config::Layers;
use liebig::experts::{ExpertSettings, PoolId, Training};
use liebig::run::Interrupt;
use liebig::{Dataset, Error, Facts};

use super::super::experts::line;
use crate::format::duration;
use crate::progress::Voice;

/// The part of the time that experts may take.
const SHARE: f64 = 0.6;

/// Trains as many experts as fit into their part of `time` since `started`, for a method that reads some, if the settings
/// do not name any; names their folder, beside that of the `run`, in the settings. A run that has begun has its experts.
pub fn add(
    layers: &mut Layers,
    dataset: &Dataset,
    (time, started): (Duration, Instant),
    run: &Path,
    interrupt: &Interrupt,
    voice: Voice,
) -> Result<()> {
    let facts = Facts::of(dataset);
    let config = layers.resolve(&facts)?.config;
    let named = serde_json::to_value(&config.method)?["experts"].is_string();
    let Some(epochs) = config.method.last_expert_epoch().filter(|_| !named) else {
        return Ok(());
    };
    let folder = {
        let mut folder = run.as_os_str().to_owned();
        folder.push("-experts");
        PathBuf::from(folder)
    };
    let named = folder.to_string_lossy().into_owned();
    layers.value("--minutes", "method.experts", Some(named));
    if run.join("config.toml").exists() {
        return Ok(());
    }
    let settings = ExpertSettings {
        seed: config.general.seed,
        ..ExpertSettings::published(
            config.model.clone(),
            epochs,
            ExpertSettings::usual_augmentation(&facts),
        )
    };
    let id = PoolId::new(settings, dataset);
    let training = Training {
        dataset,
        id: &id,
        folder: &folder,
        device: &super::super::device(),
        interrupt,
    };
    let each = epochs as f64 * training.estimate_epoch()?;
    let left = SHARE * time.as_secs_f64() - started.elapsed().as_secs_f64();
    let count = (left / each).max(0.0) as u64;
    if count == 0 {
        bail!(
            "an expert of {epochs} epochs takes about {}, more than is left of {} for experts\nhint: give more --minutes, or experts with method.experts=FOLDER",
            duration(each),
            duration(time.as_secs_f64()),
        );
    }
    id.claim(&folder).map_err(Error::from)?;
    for index in 0..count {
        let unit = training.unit(index, |_| ())?;
        voice.say(&line(&unit));
    }
    Ok(())
}
