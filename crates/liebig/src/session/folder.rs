//! A session in a run folder: locked, with checkpoints, snapshots and a report; a resumed run gives the same bytes.

use std::path::Path;
use std::time::Instant;

use liebig_data::SampleShape;

use super::drive::{Keeper, drive};
use super::{Event, Report, Session};
use crate::artefact::{Artefact, DatasetId};
use crate::evaluate::Store;
use crate::methods::{Distillation, Losses};
use crate::run::{Attempt, Machine, Manifest, Metric, RunFolder};
use crate::{Error, State, Task, image_grid};

/// Minimum time between checkpoints, in seconds: little work is lost, and writing takes a small part of the time.
const CHECKPOINT_AGE: f64 = 1.0;

/// Options of a run in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// Whether to continue an existing run.
    pub resume: bool,
    /// The program and its arguments, for the manifest.
    pub command_line: Vec<String>,
}

impl Session<'_> {
    /// Distils into the folder and evaluates the result; with `resume`, continues where the run in the folder stopped.
    ///
    /// # Errors
    /// [`Error::Interrupted`] after a checkpoint was written; before anything is, [`Error::Memory`] and
    /// [`Error::NoTestSet`]; otherwise what the method, the folder,
    /// the artefact or the evaluation fails with. A run whose method cannot start leaves no folder behind.
    pub fn run(&self, path: &Path, options: RunOptions) -> Result<Report, Error> {
        self.check_memory()?;
        if self.resolved.config.evaluation.repeats > 0 && self.dataset.test.is_empty() {
            return Err(Error::NoTestSet);
        }
        let resume = options.resume;
        let manifest = self.manifest(options.command_line);
        let config = self.resolved.config.to_toml()?;
        let mut folder = RunFolder::open(path, &config, manifest, resume)?;
        self.observer.observe(Event::Folder(path));
        let mut begun = false;
        let result = self.with_task(|task| {
            let mut keeper = InFolder {
                session: self,
                earlier: folder.manifest().seconds(),
                folder: &mut folder,
                begun: &mut begun,
                started: Instant::now(),
                written: None,
            };
            drive(self, task, &mut keeper)
        });
        let artefact = match result {
            // Nothing has been done: the next attempt must not find a folder that it has to resume.
            Err(error) if !begun && !matches!(error, Error::Interrupted) => {
                folder.discard()?;
                return Err(error);
            }
            artefact => artefact?,
        };
        artefact.write(&folder.artefact_path())?;
        let distill_seconds = folder.manifest().seconds();
        let started = Instant::now();
        // What is there of an evaluation that was interrupted.
        let kept = path.join("evaluation");
        let store = Store::open(&kept, &self.dataset.hash)?;
        let rows = self.evaluate_with(Some(&store), &artefact.set, Some(distill_seconds))?;
        let accuracies = rows.iter().map(|(source, row)| (source, row.mean));
        folder.record_accuracies(artefact.provenance.iterations, accuracies)?;
        let attempts = &folder.manifest().attempts;
        let before = attempts.last().map_or(0.0, |attempt| attempt.seconds);
        folder.update(|attempt| {
            attempt.seconds = before + started.elapsed().as_secs_f64();
            attempt.finished = true;
        })?;
        let report = Report::new(self, &folder, &artefact, distill_seconds, rows);
        report.write(&folder.path().join("results.json"))?;
        fs_err::remove_dir_all(&kept).map_err(crate::run::Error::Io)?;
        Ok(report)
    }

    fn manifest(&self, command_line: Vec<String>) -> Manifest {
        Manifest {
            version: env!("CARGO_PKG_VERSION").into(),
            preset: self.resolved.preset.clone(),
            seed: self.resolved.config.general.seed,
            dataset: DatasetId::from(self.dataset),
            data_source: self.dataset.source.clone(),
            attempts: vec![Attempt {
                started: jiff::Timestamp::now().to_string(),
                command_line,
                machine: Machine::this(),
                device: "cpu".into(),
                threads: rayon::current_num_threads(),
                from_iteration: 0,
                to_iteration: 0,
                seconds: 0.0,
                peak_rss_bytes: None,
                finished: false,
            }],
        }
    }
}

/// Writes into a run folder.
struct InFolder<'a, 'b> {
    session: &'a Session<'b>,
    folder: &'a mut RunFolder,
    /// Set when the method has started.
    begun: &'a mut bool,
    /// Wall time of earlier attempts.
    earlier: f64,
    started: Instant,
    /// When the last checkpoint was written.
    written: Option<f64>,
}

impl InFolder<'_, '_> {
    /// Saves the set after `iteration` as an artefact that can be evaluated and, for images, as a picture.
    fn snapshot(&self, iteration: u64, method: &dyn Distillation) -> Result<(), Error> {
        let seconds = self.earlier + self.started.elapsed().as_secs_f64();
        let artefact: Artefact = self.session.artefact(method, iteration)?;
        // One file for all snapshots and the result.
        artefact.write_whitening(&self.folder.artefact_path())?;
        artefact.write(&self.folder.snapshot_path(iteration))?;
        if let SampleShape::Image { .. } = artefact.set.shape {
            match image_grid::write(&artefact, &self.folder.image_path(iteration)) {
                Err(image_grid::Error::TooLarge(..)) if iteration == 0 => {
                    let text = "the set is too large to be drawn; the run keeps no pictures";
                    self.session.observer.observe(Event::Note(text));
                }
                Err(image_grid::Error::TooLarge(..)) => {}
                result => {
                    result?;
                    self.folder.record_picture(iteration, seconds)?;
                }
            }
        }
        Ok(())
    }
}

impl Keeper for InFolder<'_, '_> {
    fn begin(&mut self, method: &mut dyn Distillation, task: &Task<'_>) -> Result<u64, Error> {
        *self.begun = true;
        let mut done = 0;
        if let Some(checkpoint) = self.folder.last_checkpoint()? {
            done = checkpoint.iteration;
            method.restore(State::restored(checkpoint, task.device)?)?;
        }
        self.folder
            .update(|attempt| (attempt.from_iteration, attempt.to_iteration) = (done, done))?;
        if done == 0 {
            self.snapshot(0, method)?;
        }
        if method.iterations() == 0 {
            let seconds = self.started.elapsed().as_secs_f64();
            self.folder.update(|attempt| attempt.seconds = seconds)?;
        }
        Ok(done)
    }

    fn after(
        &mut self,
        done: u64,
        losses: &Losses,
        method: &dyn Distillation,
    ) -> Result<(), Error> {
        let seconds = self.started.elapsed().as_secs_f64();
        self.folder.record(&Metric {
            iteration: done,
            loss: losses.total,
            seconds: self.earlier + seconds,
            parts: losses
                .parts
                .iter()
                .map(|&(name, loss)| (name.into(), loss))
                .collect(),
        })?;
        let iterations = method.iterations();
        if is_kept(done, iterations) {
            self.snapshot(done, method)?;
        }
        let due = self.written.is_none_or(|at| seconds - at > CHECKPOINT_AGE);
        if done == iterations || due {
            self.folder
                .checkpoint(&method.state().checkpoint(done)?, seconds)?;
            self.written = Some(seconds);
        }
        Ok(())
    }

    fn stopped(&mut self, done: u64, state: &State) -> Result<(), Error> {
        let seconds = self.started.elapsed().as_secs_f64();
        Ok(self.folder.checkpoint(&state.checkpoint(done)?, seconds)?)
    }
}

/// Whether to save a snapshot: about ten over the run, including the last iteration.
fn is_kept(iteration: u64, iterations: u64) -> bool {
    iteration == iterations || iteration.is_multiple_of(iterations.div_ceil(10))
}
