//! One expert's file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use liebig_grad::{Device, Tensor};
use liebig_nn::{Model, OptimizerState, StateEntry, load_state_dict, state_dict};
use safetensors::tensor::{Dtype, Metadata};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::atomic;
use crate::tensor_file::{self, floats};

/// The key of our entry in the file's metadata.
const KEY: &str = "liebig_expert";
/// The longest header that is read, in bytes.
const LARGEST: u64 = 100 << 20;

/// The weights after an epoch, in the model's order.
pub type Snapshot = Vec<Tensor>;

/// What is said of an expert in its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    /// The hash of the pool's id.
    pub pool: String,
    /// Its number, from 0.
    pub index: u64,
    /// The snapshots' hashes, that of the initial weights first.
    pub hashes: Vec<String>,
    /// Accuracy on the test split after the last epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// Steps of the optimiser; only in a file of an expert that is not finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
}

/// An expert on disk; snapshots are read when they are needed.
#[derive(Debug)]
pub struct Expert {
    path: PathBuf,
    header: Metadata,
    /// Where the tensors' bytes begin.
    start: u64,
    about: About,
}

impl Expert {
    /// Opens a file and checks that it is an expert of the pool with this hash.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Io`].
    pub fn open(path: &Path, pool: &str) -> Result<Self, Error> {
        let wrong = |reason: String| wrong(path, reason);
        let mut file = fs_err::File::open(path)?;
        let mut length = [0; 8];
        let short = |_| wrong("it is cut off".into());
        file.read_exact(&mut length).map_err(short)?;
        let length = u64::from_le_bytes(length);
        let whole = file.metadata()?.len();
        if length > LARGEST || length.saturating_add(8) > whole {
            return Err(wrong("it is not a safetensors file".into()));
        }
        let mut header = vec![0; 8 + length as usize];
        header[..8].copy_from_slice(&length.to_le_bytes());
        file.read_exact(&mut header[8..]).map_err(short)?;
        let header = parse(&header, whole).map_err(wrong)?;
        let about = header.metadata().as_ref().and_then(|all| all.get(KEY));
        let about = about.ok_or_else(|| wrong("it is not an expert's file".into()))?;
        let about: About = serde_json::from_str(about).map_err(|error| wrong(error.to_string()))?;
        if about.pool != pool {
            let reason = "it is an expert of another pool, trained in another way or on other data";
            return Err(wrong(reason.into()));
        }
        Ok(Self {
            path: path.into(),
            header,
            start: 8 + length,
            about,
        })
    }

    /// Its number, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.about.index
    }

    /// The number of epochs that it was trained for.
    #[must_use]
    pub fn epochs(&self) -> usize {
        self.about.hashes.len().saturating_sub(1)
    }

    /// Accuracy on the test split after the last epoch, if the dataset has one.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        self.about.accuracy
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The weights after `epoch` epochs.
    ///
    /// # Errors
    /// [`Error::File`] if they are damaged or not the model's, [`Error::Io`].
    pub fn snapshot(
        &self,
        epoch: usize,
        model: &dyn Model,
        device: &Device,
    ) -> Result<Snapshot, Error> {
        let mut file = fs_err::File::open(&self.path)?;
        let entries = self.entries(file.file_mut(), epoch)?;
        load_state_dict(model, &entries, device)
            .map_err(|error| wrong(&self.path, format!("epoch {epoch}: {error}")))
    }

    /// Reads every snapshot up to `epochs` and compares its hash.
    ///
    /// # Errors
    /// As for [`snapshot`](Self::snapshot).
    pub fn verify(&self, epochs: usize) -> Result<(), Error> {
        let mut file = fs_err::File::open(&self.path)?;
        for epoch in 0..=epochs {
            self.entries(file.file_mut(), epoch)?;
        }
        Ok(())
    }

    /// The tensors of an epoch, in the order of their names.
    fn entries(&self, file: &mut File, epoch: usize) -> Result<Vec<StateEntry>, Error> {
        let wrong = |reason: String| wrong(&self.path, reason);
        let Some(expected) = self.about.hashes.get(epoch) else {
            return Err(wrong(format!("it has no epoch {epoch}")));
        };
        let prefix = name(epoch, "");
        let mut entries = Vec::new();
        let tensors = self.header.tensors();
        let mut named: Vec<_> = tensors
            .iter()
            .filter_map(|(name, info)| Some((name.strip_prefix(&prefix)?, info)))
            .collect();
        named.sort_unstable_by_key(|(name, _)| *name);
        for (parameter, info) in named {
            let (first, last) = info.data_offsets;
            if info.dtype != Dtype::F32 {
                let reason = format!("`{prefix}{parameter}` is {:?}, expected F32", info.dtype);
                return Err(wrong(reason));
            }
            file.seek(SeekFrom::Start(self.start + first as u64))?;
            let mut bytes = vec![0; last - first];
            file.read_exact(&mut bytes)
                .map_err(|_| wrong("it is cut off".into()))?;
            let (values, _) = bytes.as_chunks::<4>();
            let values = values.iter().map(|bytes| f32::from_le_bytes(*bytes));
            entries.push((parameter.to_owned(), info.shape.clone(), values.collect()));
        }
        if hash(&entries) != *expected {
            return Err(wrong(format!(
                "the weights after epoch {epoch} are damaged"
            )));
        }
        Ok(entries)
    }
}

/// The header of a file of this size.
fn parse(header: &[u8], whole: u64) -> Result<Metadata, String> {
    let metadata: Metadata =
        serde_json::from_slice(&header[8..]).map_err(|error| error.to_string())?;
    let end = header.len() as u64 + metadata.data_len() as u64;
    match end == whole {
        true => Ok(metadata),
        false => Err(format!("it has {whole} bytes, expected {end}")),
    }
}

fn name(epoch: usize, parameter: &str) -> String {
    format!("epoch.{epoch}.{parameter}")
}

fn hash(entries: &[StateEntry]) -> String {
    let mut hash = blake3::Hasher::new();
    for (name, _, values) in entries {
        hash.update(name.as_bytes());
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        hash.update(&bytes);
    }
    hash.finalize().to_hex().to_string()
}

fn wrong(path: &Path, reason: String) -> Error {
    Error::File {
        path: path.into(),
        reason,
    }
}

/// An expert during its training.
pub(super) struct Draft {
    pub about: About,
    snapshots: Vec<Vec<StateEntry>>,
}

impl Draft {
    pub fn new(pool: String, index: u64) -> Self {
        Self {
            about: About {
                pool,
                index,
                hashes: Vec::new(),
                accuracy: None,
                steps: None,
            },
            snapshots: Vec::new(),
        }
    }

    /// The number of snapshots so far.
    pub fn len(&self) -> usize {
        self.snapshots.len()
    }

    /// Adds the weights after the next epoch.
    pub fn push(&mut self, model: &dyn Model, weights: &[Tensor]) -> Result<(), crate::Error> {
        let mut entries = state_dict(model, weights)?;
        entries.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        self.about.hashes.push(hash(&entries));
        self.snapshots.push(entries);
        Ok(())
    }

    /// Writes what there is, with the optimiser's state if the expert is not finished.
    pub fn write(
        &self,
        path: &Path,
        optimizer: Option<OptimizerState>,
    ) -> Result<(), crate::Error> {
        let mut about = self.about.clone();
        let mut tensors = Vec::new();
        for (epoch, entries) in self.snapshots.iter().enumerate() {
            for (parameter, shape, values) in entries {
                tensors.push(floats(name(epoch, parameter), shape.clone(), values));
            }
        }
        if let Some(OptimizerState {
            steps,
            tensors: buffers,
        }) = optimizer
        {
            about.steps = Some(steps);
            for (index, buffer) in buffers.iter().enumerate() {
                let (shape, values) = (buffer.shape().to_vec(), buffer.to_vec()?);
                tensors.push(floats(buffer_name(index), shape, &values));
            }
        }
        let failed = |reason: String| wrong(path, reason);
        let json = serde_json::to_string(&about).map_err(|error| failed(error.to_string()))?;
        let file = tensor_file::file(&tensors, Some((KEY, json)));
        let file = file.map_err(|error| failed(error.to_string()))?;
        Ok(atomic::write(path, &file).map_err(Error::from)?)
    }

    /// What [`write`](Self::write) wrote of an unfinished expert: the draft, the last weights and the optimiser's state.
    pub fn read(
        path: &Path,
        pool: &str,
        model: &dyn Model,
        device: &Device,
    ) -> Result<(Self, Vec<Tensor>, OptimizerState), Error> {
        let expert = Expert::open(path, pool)?;
        let mut file = fs_err::File::open(path)?;
        let file = file.file_mut();
        let mut snapshots = Vec::new();
        for epoch in 0..expert.about.hashes.len() {
            snapshots.push(expert.entries(file, epoch)?);
        }
        let refuse = |reason: &str| wrong(path, reason.into());
        let last = snapshots
            .last()
            .ok_or_else(|| refuse("it has no weights"))?;
        let weights =
            load_state_dict(model, last, device).map_err(|error| wrong(path, error.to_string()))?;
        let mut buffers = Vec::new();
        while let Some(info) = expert.header.info(&buffer_name(buffers.len())) {
            let (first, end) = info.data_offsets;
            file.seek(SeekFrom::Start(expert.start + first as u64))?;
            let mut bytes = vec![0; end - first];
            file.read_exact(&mut bytes)
                .map_err(|_| refuse("it is cut off"))?;
            let (values, _) = bytes.as_chunks::<4>();
            let values = values
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect();
            let buffer = Tensor::from_vec(values, &info.shape, device);
            buffers.push(buffer.map_err(|error| wrong(path, error.to_string()))?);
        }
        let steps = expert
            .about
            .steps
            .ok_or_else(|| refuse("it has no optimiser"))?;
        let about = About {
            steps: None,
            ..expert.about
        };
        let draft = Self { about, snapshots };
        Ok((
            draft,
            weights,
            OptimizerState {
                steps,
                tensors: buffers,
            },
        ))
    }
}

fn buffer_name(index: usize) -> String {
    format!("optimizer.{index}")
}
