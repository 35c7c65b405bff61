//! Writing artefacts.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView, serialize};

use super::check::{check_header, check_values, field};
use super::tensors::little_endian;
use super::{Artefact, Error, v2, whitening};
use crate::Labels;

impl Artefact {
    /// The file's bytes; the same content always gives the same bytes. A whitening of large samples is not among them:
    /// [`write`](Self::write) puts it in a file beside this one.
    ///
    /// # Errors
    /// [`Error::Field`] if the content violates the specification, so that every file that is written can be read.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let path = Path::new("artefact");
        let set = &self.set;
        check_header(set.shape, &self.class_names, &set.space, &self.recipe, path)?;
        check_values(self, path)?;
        let failed = |reason: String| field(path, "tensors", reason);
        let count = self.len();
        let mut shape = vec![count];
        shape.extend(set.shape.dims());
        let mut tensors = vec![("images", Dtype::F32, shape, little_endian(&set.values))];
        tensors.push(match &set.labels {
            Labels::Hard(labels) => {
                let bytes = labels
                    .iter()
                    .flat_map(|&label| i64::from(label).to_le_bytes());
                ("labels", Dtype::I64, vec![count], bytes.collect())
            }
            Labels::Logits(values) | Labels::Values(values) => {
                let shape = vec![count, self.class_names.len()];
                ("labels", Dtype::F32, shape, little_endian(values))
            }
        });
        if !set.step_sizes.is_empty() {
            let (len, bytes) = (set.step_sizes.len(), little_endian(&set.step_sizes));
            tensors.push(("step_sizes", Dtype::F32, vec![len], bytes));
        }
        let space = set.space.check(set.shape);
        space.map_err(|error| field(path, "space", error.to_string()))?;
        if let Some(whitening) = &set.space.whitening
            && whitening::hash_beside(whitening).is_none()
        {
            let parts = whitening::tensors(whitening);
            tensors.extend(parts.map(|(name, shape, bytes)| (name, Dtype::F32, shape, bytes)));
        }
        let mut views = Vec::with_capacity(tensors.len());
        for (name, dtype, shape, bytes) in &tensors {
            let view = TensorView::new(*dtype, shape.clone(), bytes);
            views.push((*name, view.map_err(|error| failed(error.to_string()))?));
        }
        let json = serde_json::to_string(&v2::Metadata::from(self))
            .map_err(|error| failed(error.to_string()))?;
        // A single entry: the order of several would change from run to run.
        let metadata = HashMap::from([("liebig".to_string(), json)]);
        serialize(views, Some(metadata)).map_err(|error| failed(error.to_string()))
    }

    /// Writes the file atomically, and the file of its whitening, if it needs one and there is none.
    ///
    /// # Errors
    /// As for [`Artefact::to_bytes`], and [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let bytes = self.to_bytes()?;
        self.write_whitening(path)?;
        Ok(crate::atomic::write(path, &bytes)?)
    }
}
