//! The run folder: created once, used by one process at a time.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::{Attempt, Checkpoint, Error, Manifest, Metric, metrics, tensorboard};

/// A run folder that is locked by this process.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    manifest: Manifest,
    /// Whether this process started the run.
    fresh: bool,
    // The system releases the lock with the file, however the process ends.
    _lock: File,
}

impl RunFolder {
    /// Starts a run in a new or empty folder; with `resume`, continues the run in the folder, if there is one.
    ///
    /// `config` is the text of `config.toml`; `manifest` holds a single attempt, the one that starts now.
    ///
    /// # Errors
    /// Every variant of [`Error`].
    pub fn open(
        path: &Path,
        config: &str,
        manifest: Manifest,
        resume: bool,
    ) -> Result<Self, Error> {
        fs_err::create_dir_all(path)?;
        let lock = lock(path)?;
        let config_path = path.join("config.toml");
        if !config_path.exists() {
            let others = fs_err::read_dir(path)?
                .filter_map(Result::ok)
                .any(|entry| entry.file_name() != LOCK);
            if others {
                return Err(Error::NotARun(path.into()));
            }
            fs_err::create_dir_all(path.join("checkpoints"))?;
            fs_err::create_dir_all(path.join("images"))?;
            let folder = Self {
                path: path.into(),
                manifest,
                fresh: true,
                _lock: lock,
            };
            folder.write_manifest()?;
            // Written last: a folder without it does not hold a run.
            crate::atomic::write(&config_path, config.as_bytes())?;
            return Ok(folder);
        }
        if !resume {
            return Err(Error::Exists(path.into()));
        }
        let before = fs_err::read_to_string(&config_path)?;
        if before != config {
            return Err(Error::OtherConfig {
                path: path.into(),
                difference: difference(&before, config),
            });
        }
        let mut all = Manifest::read(&path.join("manifest.json"))?;
        if all.dataset.hash != manifest.dataset.hash {
            return Err(Error::OtherData {
                path: path.into(),
                found: all.dataset.hash,
                expected: manifest.dataset.hash,
            });
        }
        all.attempts.extend(manifest.attempts);
        let folder = Self {
            path: path.into(),
            manifest: all,
            fresh: false,
            _lock: lock,
        };
        folder.write_manifest()?;
        Ok(folder)
    }

    /// Takes back a run that this process started and that could not begin: nothing stays, not even the folder if nothing
    /// else is in it. A run of before stays as it is.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn discard(self) -> Result<(), Error> {
        if !self.fresh {
            return Ok(());
        }
        // First, as a folder without it does not hold a run.
        fs_err::remove_file(self.path.join("config.toml"))?;
        fs_err::remove_file(self.path.join("manifest.json"))?;
        for folder in ["checkpoints", "images"] {
            fs_err::remove_dir_all(self.path.join(folder))?;
        }
        fs_err::remove_file(self.path.join(LOCK))?;
        if fs_err::read_dir(&self.path)?.next().is_none() {
            fs_err::remove_dir(&self.path)?;
        }
        Ok(())
    }

    /// The path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The current manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The path of the artefact.
    #[must_use]
    pub fn artefact_path(&self) -> PathBuf {
        self.path.join("distilled.safetensors")
    }

    /// The path of the picture of the set after `iteration`.
    #[must_use]
    pub fn image_path(&self, iteration: u64) -> PathBuf {
        self.path
            .join("images")
            .join(format!("step_{iteration:06}.png"))
    }

    /// The path of the set after `iteration`, as an artefact.
    #[must_use]
    pub fn snapshot_path(&self, iteration: u64) -> PathBuf {
        self.path
            .join("checkpoints")
            .join(format!("step_{iteration:06}.safetensors"))
    }

    /// The last checkpoint, if there is one; metrics after it are dropped.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Damaged`].
    pub fn last_checkpoint(&self) -> Result<Option<Checkpoint>, Error> {
        let path = self.checkpoint_path();
        let checkpoint = if path.exists() {
            Some(Checkpoint::read(&path)?)
        } else {
            None
        };
        let iteration = checkpoint
            .as_ref()
            .map_or(0, |checkpoint| checkpoint.iteration);
        let kept = metrics::truncate(&self.metrics_path(), iteration)?;
        if !kept.is_empty() {
            let mut events = self.picture_event(0, 0.0)?;
            for metric in &kept {
                events.extend(tensorboard::metric(metric));
                events.extend(self.picture_event(metric.iteration, metric.seconds)?);
            }
            tensorboard::rewrite(&self.path, &events)?;
        }
        Ok(checkpoint)
    }

    /// The picture after an iteration as a record of the event file; nothing if there is none.
    fn picture_event(&self, iteration: u64, seconds: f64) -> Result<Vec<u8>, Error> {
        let png = match fs_err::read(self.image_path(iteration)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            png => png?,
        };
        let header = std::io::Cursor::new(&png);
        let reader = image::ImageReader::with_format(header, image::ImageFormat::Png);
        let size = reader.into_dimensions().map_err(std::io::Error::other)?;
        Ok(tensorboard::picture(iteration, seconds, size, png))
    }

    /// Adds the picture after an iteration to the event file, if there is one.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn record_picture(&self, iteration: u64, seconds: f64) -> Result<(), Error> {
        let event = self.picture_event(iteration, seconds)?;
        match event.is_empty() {
            true => Ok(()),
            false => tensorboard::append(&self.path, &event),
        }
    }

    /// Adds accuracies by the name of the training set to the event file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn record_accuracies<'a>(
        &self,
        iteration: u64,
        accuracies: impl Iterator<Item = (&'a str, f64)>,
    ) -> Result<(), Error> {
        let named = accuracies.map(|(source, mean)| (format!("accuracy/{source}"), mean));
        let event = tensorboard::scalars(iteration, self.manifest.seconds(), named);
        tensorboard::append(&self.path, &event)
    }

    /// The path of the last checkpoint.
    #[must_use]
    pub fn checkpoint_path(&self) -> PathBuf {
        self.path.join("checkpoints").join("last.safetensors")
    }

    /// Appends a line to the metrics, and the same to the event file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn record(&self, metric: &Metric) -> Result<(), Error> {
        metrics::append(&self.metrics_path(), metric)?;
        tensorboard::append(&self.path, &tensorboard::metric(metric))
    }

    /// Writes the checkpoint and the manifest.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn checkpoint(&mut self, checkpoint: &Checkpoint, seconds: f64) -> Result<(), Error> {
        checkpoint.write(&self.checkpoint_path())?;
        self.update(|attempt| {
            attempt.to_iteration = checkpoint.iteration;
            attempt.seconds = seconds;
        })
    }

    /// Changes this process's entry of the manifest and writes it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn update(&mut self, change: impl FnOnce(&mut Attempt)) -> Result<(), Error> {
        if let Some(attempt) = self.manifest.attempts.last_mut() {
            attempt.peak_rss_bytes = super::peak_rss_bytes();
            change(attempt);
        }
        self.write_manifest()
    }

    fn write_manifest(&self) -> Result<(), Error> {
        let mut text =
            serde_json::to_string_pretty(&self.manifest).map_err(std::io::Error::other)?;
        text.push('\n');
        Ok(crate::atomic::write(
            &self.path.join("manifest.json"),
            text.as_bytes(),
        )?)
    }

    fn metrics_path(&self) -> PathBuf {
        self.path.join("metrics.jsonl")
    }
}

const LOCK: &str = ".lock";

fn lock(path: &Path) -> Result<File, Error> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(path.into())),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The lines that are in only one of two texts.
fn difference(before: &str, now: &str) -> String {
    let only = |a: &str, b: &str, sign: &str| {
        let lines = a
            .lines()
            .filter(|line| !b.lines().any(|other| other == *line));
        lines
            .map(|line| format!("{sign} {line}"))
            .collect::<Vec<_>>()
    };
    let mut lines = only(before, now, "-");
    lines.extend(only(now, before, "+"));
    lines.join("\n")
}
