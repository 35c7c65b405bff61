//! A folder of experts.

use std::path::{Path, PathBuf};

use liebig_nn::Model;
use serde::Serialize;

use super::{Error, Expert, PoolId};
use crate::{TrainingSet, facts};

/// The file that says what the experts have in common.
const ID: &str = "experts.json";

/// A folder of finished experts.
#[derive(Debug)]
pub struct ExpertPool {
    path: PathBuf,
    id: PoolId,
    experts: Vec<Expert>,
}

/// One expert of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its number, from 0.
    pub index: u64,
    /// Its file.
    pub path: PathBuf,
    /// Epochs that it was trained for.
    pub epochs: usize,
    /// Accuracy on the test split after the last one.
    pub accuracy: Option<f64>,
    /// Size of its file in bytes.
    pub bytes: u64,
}

impl ExpertPool {
    /// Opens the pool in a folder: all its finished experts, in the order of their numbers.
    ///
    /// # Errors
    /// [`Error::NoPool`], [`Error::Empty`], and [`Error::File`] for the first that is damaged or of another pool.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let id = read_id(path)?.ok_or_else(|| Error::NoPool { path: path.into() })?;
        let hash = id.hash();
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in fs_err::read_dir(path)? {
            let file = entry?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("expert-") && name.ends_with(".safetensors") {
                files.push(file);
            }
        }
        files.sort_unstable();
        let experts = files.iter().map(|file| Expert::open(file, &hash));
        let experts: Vec<Expert> = experts.collect::<Result<_, _>>()?;
        for (expert, file) in experts.iter().zip(&files) {
            if *file != expert_path(path, expert.index()) {
                let reason = format!("it is expert {}, by another name", expert.index());
                return Err(Error::File {
                    path: file.clone(),
                    reason,
                });
            }
        }
        if experts.is_empty() {
            return Err(Error::Empty { path: path.into() });
        }
        Ok(Self {
            path: path.into(),
            id,
            experts,
        })
    }

    /// The pool with its first `count` experts only; all of them if there are no more.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        self.experts.truncate(count.max(1));
        self
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the experts have in common.
    #[must_use]
    pub fn id(&self) -> &PoolId {
        &self.id
    }

    /// The finished experts, at least one.
    #[must_use]
    pub fn experts(&self) -> &[Expert] {
        &self.experts
    }

    /// A line for each expert.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn list(&self) -> Result<Vec<Found>, Error> {
        let found = self.experts.iter().map(|expert| {
            Ok(Found {
                index: expert.index(),
                path: expert.path().into(),
                epochs: expert.epochs(),
                accuracy: expert.accuracy(),
                bytes: fs_err::metadata(expert.path())?.len(),
            })
        });
        found.collect()
    }

    /// Refuses a pool whose experts were trained on other data, in another space, or for fewer epochs than `needed`.
    ///
    /// # Errors
    /// [`Error::Other`], [`Error::TooShort`].
    pub fn expect(&self, train: &TrainingSet<'_>, needed: usize) -> Result<(), Error> {
        let mut expected = self.id.clone();
        expected.dataset.hash = train.dataset_hash().into();
        expected.space = train.space().hash();
        self.id.expect(&expected, &self.path)?;
        match self.id.settings.epochs {
            found if found < needed => Err(Error::TooShort {
                path: self.path.clone(),
                found,
                needed,
            }),
            _ => Ok(()),
        }
    }

    /// Reads every snapshot of an expert and compares its hash.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Io`].
    pub fn verify(&self, expert: &Expert) -> Result<(), Error> {
        expert.verify(self.id.settings.epochs)
    }

    /// The network of the experts, for samples of this shape and so many classes.
    ///
    /// # Errors
    /// As for [`ModelChoice::build`](liebig_nn::ModelChoice::build).
    pub fn model(
        &self,
        shape: liebig_data::SampleShape,
        classes: usize,
    ) -> Result<Box<dyn Model>, liebig_nn::Error> {
        self.id.settings.model.build(facts::input(shape), classes)
    }
}

/// Makes the folder a pool with this id, or checks that it is one.
///
/// # Errors
/// [`Error::Other`], [`Error::Io`].
pub(super) fn claim(path: &Path, id: &PoolId) -> Result<(), Error> {
    fs_err::create_dir_all(path)?;
    match read_id(path)? {
        Some(found) => found.expect(id, path),
        None => {
            let json = serde_json::to_vec_pretty(id).map_err(std::io::Error::other)?;
            Ok(crate::atomic::write(&path.join(ID), &json)?)
        }
    }
}

fn read_id(path: &Path) -> Result<Option<PoolId>, Error> {
    let file = path.join(ID);
    if !file.exists() {
        return Ok(None);
    }
    let text = fs_err::read_to_string(&file)?;
    let id = serde_json::from_str(&text);
    id.map(Some).map_err(|error| Error::File {
        path: file,
        reason: error.to_string(),
    })
}

/// The file of a finished expert.
pub(super) fn expert_path(folder: &Path, index: u64) -> PathBuf {
    folder.join(format!("expert-{index:04}.safetensors"))
}

/// The file of one that is being trained.
pub(super) fn draft_path(folder: &Path, index: u64) -> PathBuf {
    folder.join(format!("unfinished-{index:04}.safetensors"))
}

impl PoolId {
    /// The pool of a dataset's experts in a folder, checked: finished experts, or none.
    ///
    /// # Errors
    /// [`Error`].
    pub fn claim(&self, folder: &Path) -> Result<(), Error> {
        claim(folder, self)
    }
}
