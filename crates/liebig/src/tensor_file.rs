//! The bytes of safetensors files.

use std::collections::HashMap;

use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, TensorView, serialize};

/// A tensor of a file: its name, type, shape, and values as little-endian bytes.
pub(crate) type Entry = (String, Dtype, Vec<usize>, Vec<u8>);

/// An entry of single-precision numbers.
pub(crate) fn floats(name: impl Into<String>, shape: Vec<usize>, values: &[f32]) -> Entry {
    (name.into(), Dtype::F32, shape, little_endian(values))
}

pub(crate) fn little_endian(values: &[f32]) -> Vec<u8> {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes());
    bytes.collect()
}

/// A file of these tensors, with at most one entry of metadata: the order of several would change from run to run.
pub(crate) fn file(
    entries: &[Entry],
    metadata: Option<(&str, String)>,
) -> Result<Vec<u8>, SafeTensorError> {
    let views = entries
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            Ok((
                name.as_str(),
                TensorView::new(*dtype, shape.clone(), bytes)?,
            ))
        })
        .collect::<Result<Vec<_>, SafeTensorError>>()?;
    let metadata = metadata.map(|(key, text)| HashMap::from([(key.to_owned(), text)]));
    serialize(views, metadata)
}
