//! Reading and writing networks.

use std::path::{Path, PathBuf};

use liebig_grad::{Device, Tensor};
use liebig_nn::{Learner, Model, Optimizer, load_state_dict, state_dict};
use safetensors::{Dtype, SafeTensors};

use super::Error;
use crate::{atomic, tensor_file};

/// A trained network.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its weights.
    pub weights: Vec<Tensor>,
    /// The running statistics of its batch normalisations; empty if it has none, `None` if they are not in the file.
    pub statistics: Option<Vec<Tensor>>,
}

/// Trained networks of one kind.
#[derive(Clone, Debug)]
pub struct Pool {
    networks: Vec<Network>,
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
        for network in &self.networks {
            let statistics = network.statistics.iter().flatten();
            // They are read from files, so their values are there.
            let values = network.weights.iter().chain(statistics);
            for value in values.flat_map(|tensor| tensor.to_vec().unwrap_or_default()) {
                hash.update(&value.to_le_bytes());
            }
        }
        hash.finalize().to_hex().to_string()
    }

    /// The weights of a network; the numbers start again after the last.
    #[must_use]
    pub fn weights(&self, net: u64) -> &[Tensor] {
        self.network(net).map_or(&[], |network| &network.weights)
    }

    /// A network at work.
    ///
    /// # Errors
    /// [`crate::Error::NoStatistics`] if it needs running statistics that are not in its file; [`crate::Error::Network`] if it
    /// is not of this kind.
    pub fn learner<'m>(
        &self,
        model: &'m dyn Model,
        net: u64,
        optimizer: Optimizer,
    ) -> Result<Learner<'m>, crate::Error> {
        let network = self.network(net).ok_or(crate::Error::NoNetworks)?;
        let statistics = network.statistics.clone();
        let statistics = statistics.ok_or_else(|| crate::Error::NoStatistics {
            model: model.name().into(),
        })?;
        let weights = network.weights.clone();
        Ok(Learner::with_weights(
            model, weights, statistics, optimizer,
        )?)
    }

    fn network(&self, net: u64) -> Option<&Network> {
        let count = self.networks.len().max(1) as u64;
        self.networks.get((net % count) as usize)
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

/// The network in a file: its weights and, if it normalises over batches, its running statistics.
///
/// # Errors
/// [`Error`].
pub fn read(path: &Path, model: &dyn Model, device: &Device) -> Result<Network, Error> {
    let wrong = |reason: String| Error::File {
        path: path.into(),
        model: model.name().into(),
        reason,
    };
    let bytes = fs_err::read(path)?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| wrong(error.to_string()))?;
    let running = |name: &str| {
        model
            .statistics()
            .iter()
            .position(|known| known.name == name)
    };
    let (mut entries, mut statistics) = (Vec::new(), vec![None; model.statistics().len()]);
    for (name, view) in file.tensors() {
        // PyTorch's count of batches, which its momentum does not need.
        if name.ends_with(COUNT) && !model.statistics().is_empty() {
            continue;
        }
        if view.dtype() != Dtype::F32 {
            return Err(wrong(format!(
                "`{name}` is {:?}, expected F32",
                view.dtype()
            )));
        }
        let values = view.data().chunks_exact(4);
        let values =
            values.map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        let (shape, values) = (view.shape().to_vec(), values.collect());
        match running(&name) {
            None => entries.push((name, shape, values)),
            Some(place) => {
                let expected = &model.statistics()[place].shape;
                if shape != *expected {
                    return Err(wrong(format!(
                        "`{name}` is {shape:?}, expected {expected:?}"
                    )));
                }
                let tensor = Tensor::from_vec(values, &shape, device);
                statistics[place] = Some(tensor.map_err(|error| wrong(error.to_string()))?);
            }
        }
    }
    let weights = load_state_dict(model, &entries, device);
    Ok(Network {
        weights: weights.map_err(|error| wrong(error.to_string()))?,
        statistics: statistics.into_iter().collect(),
    })
}

/// Writes a network's weights and running statistics to a file, atomically, as PyTorch's `state_dict()` has them.
///
/// # Errors
/// [`Error::Io`]; [`Error::File`] if they are not the model's.
pub fn write(
    path: &Path,
    model: &dyn Model,
    weights: &[Tensor],
    statistics: &[Tensor],
) -> Result<(), Error> {
    let wrong = |reason: String| Error::File {
        path: path.into(),
        model: model.name().into(),
        reason,
    };
    let entries = state_dict(model, weights).map_err(|error| wrong(error.to_string()))?;
    let entries = entries.into_iter();
    let mut tensors: Vec<tensor_file::Entry> = entries
        .map(|(name, shape, values)| tensor_file::floats(name, shape, &values))
        .collect();
    for (parameter, tensor) in model.statistics().iter().zip(statistics) {
        let values = tensor.to_vec().map_err(|error| wrong(error.to_string()))?;
        let name = parameter.name.as_str();
        tensors.push(tensor_file::floats(name, parameter.shape.clone(), &values));
        if let Some(layer) = name.strip_suffix("running_var") {
            // PyTorch asks for it.
            let count = 0_i64.to_le_bytes().to_vec();
            tensors.push((format!("{layer}{COUNT}"), Dtype::I64, Vec::new(), count));
        }
    }
    let file = tensor_file::file(&tensors, Some(("model", model.name().to_owned())));
    Ok(atomic::write(
        path,
        &file.map_err(|error| wrong(error.to_string()))?,
    )?)
}

/// The last part of the name of the number of batches that a batch normalisation has seen.
const COUNT: &str = "num_batches_tracked";
