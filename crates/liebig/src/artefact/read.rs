//! Reading, with every field checked: the file may come from anywhere.

use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::check::{check_metadata, check_values, field};
use super::{Artefact, Error, LabelKind, Labels, Metadata, SCHEMA_VERSION};

impl Artefact {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Every variant of [`Error`]; no content makes it panic.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::from_bytes(&fs_err::read(path)?, path)
    }

    /// Reads and checks a file's bytes; `path` is for messages only.
    ///
    /// # Errors
    /// Every variant of [`Error`] but [`Error::Io`].
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let not_safetensors = |error: safetensors::SafeTensorError| Error::NotSafetensors {
            path: path.into(),
            reason: error.to_string(),
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(not_safetensors)?;
        let json = header
            .metadata()
            .as_ref()
            .and_then(|entries| entries.get("liebig"))
            .ok_or_else(|| Error::NotOurs { path: path.into() })?;
        let metadata = parse_metadata(json, path)?;
        check_metadata(&metadata, path)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(not_safetensors)?;
        for name in tensors.names() {
            if !["images", "labels", "learned_lr"].contains(&name) {
                return Err(field(
                    path,
                    name,
                    "unknown tensor, expected images, labels, learned_lr",
                ));
            }
        }
        let get = |name: &str| {
            tensors
                .tensor(name)
                .map_err(|_| field(path, name, "this tensor is missing"))
        };
        let images = get("images")?;
        let count = images.shape().first().copied().unwrap_or(0);
        let mut shape = vec![count];
        shape.extend(metadata.shape.dims());
        let images = floats("images", &images, &shape, path)?;
        let labels = get("labels")?;
        let labels = match metadata.labels {
            LabelKind::Hard => hard_labels(&labels, count, metadata.class_names.len(), path)?,
            LabelKind::Soft => {
                let shape = [count, metadata.class_names.len()];
                Labels::Soft(floats("labels", &labels, &shape, path)?)
            }
        };
        let learned_lr = match tensors.tensor("learned_lr") {
            Ok(tensor) => floats("learned_lr", &tensor, &[1], path)?.first().copied(),
            Err(_) => None,
        };
        let artefact = Self {
            images,
            labels,
            learned_lr,
            metadata,
        };
        check_values(&artefact, path)?;
        Ok(artefact)
    }
}

fn parse_metadata(json: &str, path: &Path) -> Result<Metadata, Error> {
    let value: serde_json::Value = serde_json::from_str(json)
        .map_err(|error| field(path, "metadata", format!("not JSON: {error}")))?;
    // The version first: the other fields of another version mean something else.
    match value.get("schema_version") {
        Some(version) if version.as_u64() == Some(u64::from(SCHEMA_VERSION)) => {}
        Some(version) => {
            return Err(Error::SchemaVersion {
                path: path.into(),
                found: version.to_string(),
                supported: SCHEMA_VERSION,
            });
        }
        None => return Err(field(path, "schema_version", "this field is missing")),
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| field(path, &error.path().to_string(), error.inner().to_string()))
}

fn hard_labels(
    tensor: &TensorView<'_>,
    count: usize,
    classes: usize,
    path: &Path,
) -> Result<Labels, Error> {
    expect("labels", tensor, Dtype::I64, &[count], path)?;
    let labels = tensor
        .data()
        .as_chunks::<8>()
        .0
        .iter()
        .enumerate()
        .map(|(row, bytes)| {
            let label = i64::from_le_bytes(*bytes);
            u32::try_from(label)
                .ok()
                .filter(|&label| (label as usize) < classes)
                .ok_or_else(|| {
                    field(
                        path,
                        "labels",
                        format!(
                            "sample {row} has label {label}, expected 0 to {}",
                            classes.saturating_sub(1)
                        ),
                    )
                })
        });
    Ok(Labels::Hard(labels.collect::<Result<_, _>>()?))
}

fn floats(
    name: &str,
    tensor: &TensorView<'_>,
    shape: &[usize],
    path: &Path,
) -> Result<Vec<f32>, Error> {
    expect(name, tensor, Dtype::F32, shape, path)?;
    Ok(tensor
        .data()
        .as_chunks::<4>()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect())
}

fn expect(
    name: &str,
    tensor: &TensorView<'_>,
    dtype: Dtype,
    shape: &[usize],
    path: &Path,
) -> Result<(), Error> {
    if tensor.dtype() == dtype && tensor.shape() == shape {
        return Ok(());
    }
    let reason = format!(
        "found {:?} {:?}, expected {dtype:?} {shape:?}",
        tensor.dtype(),
        tensor.shape()
    );
    Err(field(path, name, reason))
}
