//! Reading and writing networks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use liebig_grad::{Device, Tensor};
use liebig_nn::{Model, StateEntry, load_state_dict, state_dict};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::Error;
use crate::atomic;

/// Trained networks of one kind.
#[derive(Clone, Debug)]
pub struct Pool {
    networks: Vec<Vec<Tensor>>,
}

impl Pool {
    /// The networks in a folder, in the order of their names, or the one in a file.
    ///
    /// # Errors
    /// [`Error`].
    pub fn read(path: &Path, model: &dyn Model, device: &Device) -> Result<Self, Error> {
        let files = match path.is_dir() {
            true => files(path)?,
            false => vec![path.to_path_buf()],
        };
        if files.is_empty() {
            return Err(Error::Empty { path: path.into() });
        }
        let networks = files.iter().map(|file| read(file, model, device));
        Ok(Self {
            networks: networks.collect::<Result<_, _>>()?,
        })
    }

    /// The number of networks, at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.networks.len()
    }

    /// Whether there are none; never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Identifies the networks by their weights.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = blake3::Hasher::new_derive_key("liebig networks, version 1");
        for weight in self.networks.iter().flatten() {
            // Weights are read from files, so they are there.
            for value in weight.to_vec().unwrap_or_default() {
                hash.update(&value.to_le_bytes());
            }
        }
        hash.finalize().to_hex().to_string()
    }

    /// The weights of a network; the numbers start again after the last.
    #[must_use]
    pub fn weights(&self, net: u64) -> &[Tensor] {
        let count = self.networks.len().max(1) as u64;
        self.networks
            .get((net % count) as usize)
            .map_or(&[], Vec::as_slice)
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|ending| ending == "safetensors")
        {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The weights in a file.
///
/// # Errors
/// [`Error`].
pub fn read(path: &Path, model: &dyn Model, device: &Device) -> Result<Vec<Tensor>, Error> {
    let wrong = |reason: String| Error::File {
        path: path.into(),
        model: model.name().into(),
        reason,
    };
    let bytes = fs_err::read(path)?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| wrong(error.to_string()))?;
    let mut entries: Vec<StateEntry> = Vec::new();
    for (name, view) in file.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(wrong(format!(
                "`{name}` is {:?}, expected F32",
                view.dtype()
            )));
        }
        let values = view.data().chunks_exact(4);
        let values =
            values.map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        entries.push((name, view.shape().to_vec(), values.collect()));
    }
    load_state_dict(model, &entries, device).map_err(|error| wrong(error.to_string()))
}

/// Writes weights to a file, atomically.
///
/// # Errors
/// [`Error::Io`]; [`Error::File`] if the weights are not the model's.
pub fn write(path: &Path, model: &dyn Model, weights: &[Tensor]) -> Result<(), Error> {
    let wrong = |reason: String| Error::File {
        path: path.into(),
        model: model.name().into(),
        reason,
    };
    let entries = state_dict(model, weights).map_err(|error| wrong(error.to_string()))?;
    let bytes: Vec<(String, Vec<usize>, Vec<u8>)> = entries
        .into_iter()
        .map(|(name, shape, values)| {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes());
            (name, shape, bytes.collect())
        })
        .collect();
    let views = bytes
        .iter()
        .map(|(name, shape, bytes)| {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
            Ok((
                name.as_str(),
                view.map_err(|error| wrong(error.to_string()))?,
            ))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let metadata = HashMap::from([("model".to_owned(), model.name().to_owned())]);
    let file = safetensors::serialize(views, Some(metadata));
    let file = file.map_err(|error| wrong(error.to_string()))?;
    Ok(atomic::write(path, &file)?)
}
