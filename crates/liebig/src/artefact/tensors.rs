//! Typed arrays from a file's tensors, and their conversion to bytes.

use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::Error;
use super::check::field;
use crate::Labels;

/// The tensors of one file.
pub(super) struct Tensors<'a> {
    file: SafeTensors<'a>,
    path: &'a Path,
}

impl<'a> Tensors<'a> {
    /// All tensors of a file; refuses any that is not in `known`.
    pub fn new(file: SafeTensors<'a>, known: &[&str], path: &'a Path) -> Result<Self, Error> {
        for name in file.names() {
            if !known.contains(&name) {
                let reason = format!("unknown tensor, expected {}", known.join(", "));
                return Err(field(path, name, reason));
            }
        }
        Ok(Self { file, path })
    }

    /// The first dimension of a tensor.
    pub fn count(&self, name: &str) -> Result<usize, Error> {
        Ok(self.get(name)?.shape().first().copied().unwrap_or(0))
    }

    /// A tensor of `f32` with the given shape.
    pub fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let tensor = self.get(name)?;
        self.expect(name, &tensor, Dtype::F32, shape)?;
        let (values, _) = tensor.data().as_chunks::<4>();
        Ok(values
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect())
    }

    /// A list of `f32` of any length; empty if there is no such tensor.
    pub fn list(&self, name: &str) -> Result<Vec<f32>, Error> {
        match self.file.tensor(name) {
            Ok(_) => self.floats(name, &[self.count(name)?]),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Class indices.
    pub fn hard_labels(&self, name: &str, count: usize, classes: usize) -> Result<Labels, Error> {
        let tensor = self.get(name)?;
        self.expect(name, &tensor, Dtype::I64, &[count])?;
        let (values, _) = tensor.data().as_chunks::<8>();
        let label = |(row, bytes): (usize, &[u8; 8])| {
            let label = i64::from_le_bytes(*bytes);
            let class = u32::try_from(label).ok();
            class
                .filter(|&class| (class as usize) < classes)
                .ok_or_else(|| {
                    let most = classes.saturating_sub(1);
                    let reason = format!("sample {row} has label {label}, expected 0 to {most}");
                    field(self.path, name, reason)
                })
        };
        let labels = values.iter().enumerate().map(label);
        Ok(Labels::Hard(labels.collect::<Result<_, _>>()?))
    }

    fn get(&self, name: &str) -> Result<TensorView<'_>, Error> {
        let missing = |_| field(self.path, name, "this tensor is missing");
        self.file.tensor(name).map_err(missing)
    }

    fn expect(
        &self,
        name: &str,
        tensor: &TensorView<'_>,
        dtype: Dtype,
        shape: &[usize],
    ) -> Result<(), Error> {
        let (found, dims) = (tensor.dtype(), tensor.shape());
        if found == dtype && dims == shape {
            return Ok(());
        }
        let reason = format!("found {found:?} {dims:?}, expected {dtype:?} {shape:?}");
        Err(field(self.path, name, reason))
    }
}
