//! A method at work in a run folder, from the first iteration, or the last checkpoint, to the artefact.

use std::time::Instant;

use liebig_data::Dataset;
use liebig_grad::Device;

use crate::artefact::{
    Artefact, Augmentation, DatasetId, LabelKind, Labels, Metadata, Normalization, Provenance,
    Recipe, SCHEMA_VERSION, Shape, Whitening,
};
use crate::baselines::random;
use crate::config::Resolved;
use crate::methods::{Distiller, Task};
use crate::run::{Checkpoint, Interrupt, Metric, RunFolder};
use crate::set::SmallSet;
use crate::{Error, image_grid, network};

/// A checkpoint is written when the last one is this old, in seconds: a lost one costs little, a written one less.
const CHECKPOINT_AGE: f64 = 1.0;

/// What is distilled, how, and who watches.
pub struct Job<'a> {
    /// The configuration.
    pub resolved: &'a Resolved,
    /// The dataset.
    pub dataset: &'a Dataset,
    /// Where it is computed.
    pub device: &'a Device,
    /// Asks to stop.
    pub interrupt: &'a Interrupt,
    /// Called with what is done so far before the first and after each iteration.
    pub progress: &'a mut dyn FnMut(Progress),
}

/// What is done so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Iterations done, by this and by earlier processes.
    pub iteration: u64,
    /// The loss of the last one.
    pub loss: Option<f64>,
}

/// Whether the configuration goes with the dataset: the network fits its shape, every class has enough samples.
///
/// # Errors
/// [`Error::Network`], [`Error::TooFewSamples`].
pub fn check(resolved: &Resolved, dataset: &Dataset, device: &Device) -> Result<(), Error> {
    let config = &resolved.config;
    let model = network::for_dataset(&config.model, dataset)?;
    let interrupt = &Interrupt::default();
    let task = Task::new(config, dataset, model.as_ref(), device, interrupt);
    config.method.distiller(task)?;
    if config.evaluation.repeats > 0 {
        let normalization = Normalization::from(&dataset.normalization);
        let random = random::random(dataset, &normalization, config.ipc, config.seed, 0)?;
        if let (Shape::Table { .. }, false) = (
            random.shape,
            config.evaluation.augmentation == Augmentation::None,
        ) {
            return Err(Error::AugmentationOfTable);
        }
    }
    Ok(())
}

/// Distils into the folder; continues if the folder has a checkpoint.
///
/// # Errors
/// [`Error::Interrupted`] after a checkpoint was written; otherwise what the method, the folder or the artefact fails
/// with.
pub fn distill(job: Job<'_>, folder: &mut RunFolder) -> Result<Artefact, Error> {
    let Job {
        resolved,
        dataset,
        device,
        interrupt,
        progress,
    } = job;
    let config = &resolved.config;
    let model = network::for_dataset(&config.model, dataset)?;
    let task = Task::new(config, dataset, model.as_ref(), device, interrupt);
    let mut distiller = config.method.distiller(task)?;
    let iterations = config.method.iterations();
    // Wall time goes on where the last process stopped counting.
    let earlier = folder.manifest().seconds();
    let started = Instant::now();

    let mut done = 0;
    if let Some(checkpoint) = folder.last_checkpoint()? {
        done = checkpoint.iteration;
        distiller.restore(checkpoint)?;
    }
    folder.update(|attempt| (attempt.from_iteration, attempt.to_iteration) = (done, done))?;
    progress(Progress {
        iteration: done,
        loss: None,
    });
    if done == 0 {
        keep(distiller.as_ref(), 0, resolved, dataset, folder)?;
    }
    let mut written = None;
    while done < iterations {
        let before = Checkpoint {
            iteration: done,
            arrays: distiller.state()?,
        };
        let result = if interrupt.is_set() {
            Err(Error::Interrupted)
        } else {
            distiller.step(done)
        };
        let seconds = started.elapsed().as_secs_f64();
        let loss = match result {
            Err(Error::Interrupted) => {
                folder.checkpoint(&before, seconds)?;
                return Err(Error::Interrupted);
            }
            loss => loss?,
        };
        done += 1;
        folder.record(&Metric {
            iteration: done,
            loss,
            seconds: earlier + seconds,
        })?;
        progress(Progress {
            iteration: done,
            loss: Some(loss),
        });
        if is_kept(done, iterations) {
            keep(distiller.as_ref(), done, resolved, dataset, folder)?;
        }
        if done == iterations || written.is_none_or(|at| seconds - at > CHECKPOINT_AGE) {
            folder.checkpoint(
                &Checkpoint {
                    iteration: done,
                    arrays: distiller.state()?,
                },
                seconds,
            )?;
            written = Some(seconds);
        }
    }
    let artefact = artefact(distiller.set()?, iterations, resolved, dataset);
    artefact.write(&folder.artefact_path())?;
    Ok(artefact)
}

/// About ten snapshots over the run, the last one among them.
fn is_kept(iteration: u64, iterations: u64) -> bool {
    iteration == iterations || iteration.is_multiple_of(iterations.div_ceil(10))
}

/// Keeps the set as it is after `iteration`, as an artefact that can be evaluated and, for images, as a picture.
fn keep(
    distiller: &dyn Distiller,
    iteration: u64,
    resolved: &Resolved,
    dataset: &Dataset,
    folder: &RunFolder,
) -> Result<(), Error> {
    let artefact = artefact(distiller.set()?, iteration, resolved, dataset);
    artefact.write(&folder.snapshot_path(iteration))?;
    if let liebig_data::SampleShape::Image { .. } = dataset.shape {
        image_grid::write(&artefact, &folder.image_path(iteration))?;
    }
    Ok(())
}

fn artefact(set: SmallSet, iterations: u64, resolved: &Resolved, dataset: &Dataset) -> Artefact {
    let config = &resolved.config;
    let labels = match set.labels {
        Labels::Hard(_) => LabelKind::Hard,
        Labels::Soft(_) => LabelKind::Soft,
    };
    // Where the data lies is nobody else's business, and must not change the bytes.
    let mut described = serde_json::to_value(&**config).unwrap_or_default();
    if let Some(data) = described
        .get_mut("data")
        .and_then(|data| data.as_object_mut())
    {
        data.remove("source");
    }
    Artefact {
        images: set.values,
        labels: set.labels,
        learned_lr: set.learned_lr,
        metadata: Metadata {
            schema_version: SCHEMA_VERSION,
            shape: set.shape,
            class_names: dataset.class_names.clone(),
            labels,
            normalization: (&dataset.normalization).into(),
            whitening: Whitening::None,
            recipe: Recipe::new(&config.model, &config.evaluation),
            provenance: Provenance {
                method: config.method.name().into(),
                ipc: config.ipc,
                iterations,
                seed: config.seed,
                version: env!("CARGO_PKG_VERSION").into(),
                dataset: DatasetId {
                    name: dataset.name.clone(),
                    hash: dataset.hash.clone(),
                },
                config: described,
                published: resolved.published.clone(),
            },
        },
    }
}
