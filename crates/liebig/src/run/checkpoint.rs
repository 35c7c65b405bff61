//! The state from which a run continues: the iteration and the method's arrays. Random streams are functions of the seed
//! and the iteration, so they have no state to save.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::tensor_file;

/// A named array of a checkpoint, row major.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Its name, such as `images`.
    pub name: String,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its values.
    pub values: Vec<f32>,
}

/// The state of a run between two iterations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    /// Number of completed iterations.
    pub iteration: u64,
    /// The method's arrays.
    pub arrays: Vec<Array>,
    /// Whole numbers of the method's state, such as the number of an optimiser's steps.
    pub counts: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    schema_version: u32,
    iteration: u64,
    counts: BTreeMap<String, u64>,
}

const SCHEMA_VERSION: u32 = 2;

impl Checkpoint {
    /// Writes the checkpoint atomically.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let header = Header {
            schema_version: SCHEMA_VERSION,
            iteration: self.iteration,
            counts: self.counts.clone(),
        };
        let json = serde_json::to_string(&header).map_err(std::io::Error::other)?;
        let arrays = self.arrays.iter();
        let arrays = arrays.map(|array| {
            tensor_file::floats(array.name.as_str(), array.shape.clone(), &array.values)
        });
        let arrays: Vec<_> = arrays.collect();
        let file = tensor_file::file(&arrays, Some(("liebig-checkpoint", json)));
        let file = file.map_err(std::io::Error::other)?;
        Ok(crate::atomic::write(path, &file)?)
    }

    /// Reads a checkpoint; arrays are sorted by name.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Damaged`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let damaged = |reason: String| Error::Damaged {
            path: path.into(),
            reason,
        };
        let bytes = fs_err::read(path)?;
        let (_, metadata) =
            SafeTensors::read_metadata(&bytes).map_err(|error| damaged(error.to_string()))?;
        let json = metadata
            .metadata()
            .as_ref()
            .and_then(|entries| entries.get("liebig-checkpoint"))
            .ok_or_else(|| damaged("this is not a checkpoint of liebig".into()))?;
        let value: serde_json::Value =
            serde_json::from_str(json).map_err(|error| damaged(error.to_string()))?;
        if value["schema_version"] != SCHEMA_VERSION {
            return Err(damaged(format!(
                "schema_version is {}, expected {SCHEMA_VERSION}: it was written by another version of liebig",
                value["schema_version"]
            )));
        }
        let header: Header =
            serde_json::from_value(value).map_err(|error| damaged(error.to_string()))?;
        let tensors =
            SafeTensors::deserialize(&bytes).map_err(|error| damaged(error.to_string()))?;
        let mut arrays = Vec::new();
        for (name, tensor) in tensors.iter() {
            if tensor.dtype() != Dtype::F32 {
                return Err(damaged(format!(
                    "{name} is {:?}, expected F32",
                    tensor.dtype()
                )));
            }
            arrays.push(Array {
                name: name.into(),
                shape: tensor.shape().to_vec(),
                values: tensor
                    .data()
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|bytes| f32::from_le_bytes(*bytes))
                    .collect(),
            });
        }
        arrays.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            iteration: header.iteration,
            arrays,
            counts: header.counts,
        })
    }
}
