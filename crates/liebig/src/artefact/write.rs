//! Writing artefacts.

use std::path::Path;

use safetensors::tensor::Dtype;

use super::check::{check_header, check_values, field};
use super::{Artefact, Error, v2, whitening};
use crate::{Labels, tensor_file};

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
        let mut tensors = vec![tensor_file::floats("images", shape, &set.values)];
        tensors.push(match &set.labels {
            Labels::Hard(labels) => {
                let bytes = labels
                    .iter()
                    .flat_map(|&label| i64::from(label).to_le_bytes());
                ("labels".into(), Dtype::I64, vec![count], bytes.collect())
            }
            Labels::Logits(values) | Labels::Values(values) => {
                let shape = vec![count, self.class_names.len()];
                tensor_file::floats("labels", shape, values)
            }
        });
        if !set.step_sizes.is_empty() {
            let shape = vec![set.step_sizes.len()];
            tensors.push(tensor_file::floats("step_sizes", shape, &set.step_sizes));
        }
        let space = set.space.check(set.shape);
        space.map_err(|error| field(path, "space", error.to_string()))?;
        if let Some(whitening) = &set.space.whitening
            && whitening::hash_beside(whitening).is_none()
        {
            tensors.extend(whitening::tensors(whitening));
        }
        let json = serde_json::to_string(&v2::Metadata::from(self))
            .map_err(|error| failed(error.to_string()))?;
        tensor_file::file(&tensors, Some(("liebig", json)))
            .map_err(|error| failed(error.to_string()))
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
