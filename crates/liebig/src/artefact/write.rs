//! Writing.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView, serialize};

use super::check::{check_metadata, check_values};
use super::{Artefact, Error, Labels};

impl Artefact {
    /// The file's bytes; the same content always gives the same bytes.
    ///
    /// # Errors
    /// [`Error::Field`] if the content breaks the specification, so that nothing is written that cannot be read.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let path = Path::new("artefact");
        check_metadata(&self.metadata, path)?;
        check_values(self, path)?;
        let failed = |reason: String| Error::Field {
            path: path.into(),
            field: "tensors".into(),
            reason,
        };
        let count = self.len();
        let mut shape = vec![count];
        shape.extend(self.metadata.shape.dims());
        let images = little_endian(&self.images);
        let (dtype, labels_shape, labels) = match &self.labels {
            Labels::Hard(labels) => (
                Dtype::I64,
                vec![count],
                labels
                    .iter()
                    .flat_map(|&label| i64::from(label).to_le_bytes())
                    .collect(),
            ),
            Labels::Soft(scores) => (
                Dtype::F32,
                vec![count, self.metadata.class_names.len()],
                little_endian(scores),
            ),
        };
        let learned_lr = self.learned_lr.map(|lr| lr.to_le_bytes());
        let view = |dtype, shape, bytes| {
            TensorView::new(dtype, shape, bytes).map_err(|error| failed(error.to_string()))
        };
        let mut tensors = vec![
            ("images", view(Dtype::F32, shape, &images)?),
            ("labels", view(dtype, labels_shape, &labels)?),
        ];
        if let Some(bytes) = &learned_lr {
            tensors.push(("learned_lr", view(Dtype::F32, vec![1], bytes)?));
        }
        let json =
            serde_json::to_string(&self.metadata).map_err(|error| failed(error.to_string()))?;
        // A single entry: a map with several would be written in an order that changes from run to run.
        let metadata = HashMap::from([("liebig".to_string(), json)]);
        serialize(tensors, Some(metadata)).map_err(|error| failed(error.to_string()))
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// As [`Artefact::to_bytes`], and [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        Ok(crate::atomic::write(path, &self.to_bytes()?)?)
    }
}

fn little_endian(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}
