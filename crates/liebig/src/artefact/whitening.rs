//! Large whitenings, which many files share: a file beside the artefact, named after its content.

use std::path::{Path, PathBuf};

use liebig_data::Whitening;
use safetensors::tensor::SafeTensors;

use super::check::field;
use super::tensors::Tensors;
use super::{Artefact, Error};
use crate::{atomic, tensor_file};

/// Values of a sample above which the whitening has a file of its own: from here on, it would be larger than most sets.
const LARGEST: usize = 512;

pub(super) const NAMES: [&str; 3] = ["whitening.mean", "whitening.matrix", "whitening.inverse"];

/// The hash of a whitening that is not in the artefact itself.
pub(super) fn hash_beside(whitening: &Whitening) -> Option<&str> {
    (whitening.len() > LARGEST).then(|| whitening.hash())
}

/// Name, shape and bytes of each tensor.
pub(super) fn tensors(whitening: &Whitening) -> impl Iterator<Item = tensor_file::Entry> {
    let len = whitening.len();
    let parts = [
        (vec![len], whitening.mean()),
        (vec![len, len], whitening.matrix()),
        (vec![len, len], whitening.inverse()),
    ];
    let named = NAMES.into_iter().zip(parts);
    named.map(|(name, (shape, values))| tensor_file::floats(name, shape, values))
}

/// The whitening of samples of `len` values, from tensors.
pub(super) fn from_tensors(
    name: String,
    len: usize,
    tensors: &Tensors<'_>,
    path: &Path,
) -> Result<Whitening, Error> {
    let [mean, matrix, inverse] = NAMES;
    Whitening::new(
        name,
        tensors.floats(mean, &[len])?,
        tensors.floats(matrix, &[len, len])?,
        tensors.floats(inverse, &[len, len])?,
    )
    .map_err(|error| field(path, "whitening", error.to_string()))
}

/// Where the file is, or may be: in the artefact's folder or in the one above, for the snapshots of a run.
fn places(artefact: &Path, hash: &str) -> [PathBuf; 2] {
    let name = format!("whitening-{}.safetensors", &hash[..hash.len().min(16)]);
    let folder = artefact.parent().map(Path::to_path_buf).unwrap_or_default();
    let above = match folder == Path::new("") {
        true => PathBuf::from(".."),
        false => folder.join(".."),
    };
    [folder, above].map(|folder| folder.join(&name))
}

impl Artefact {
    /// Writes the whitening beside the artefact that is or will be at `path`, if it needs a file of its own and there is none.
    pub(crate) fn write_whitening(&self, path: &Path) -> Result<(), Error> {
        let Some(whitening) = &self.set.space.whitening else {
            return Ok(());
        };
        let Some(hash) = hash_beside(whitening) else {
            return Ok(());
        };
        let [place, above] = places(path, hash);
        if place.exists() || above.exists() {
            return Ok(());
        }
        let parts: Vec<_> = tensors(whitening).collect();
        let bytes = tensor_file::file(&parts, None);
        let bytes = bytes.map_err(|error| field(&place, "tensors", error.to_string()))?;
        Ok(atomic::write(&place, &bytes)?)
    }
}

/// Reads the whitening with this hash from the file beside an artefact.
pub(super) fn read(
    artefact: &Path,
    name: String,
    len: usize,
    hash: &str,
) -> Result<Whitening, Error> {
    let usable = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !usable {
        let reason = "expected 64 hexadecimal digits";
        return Err(field(artefact, "space.whitening.hash", reason));
    }
    let [beside, above] = places(artefact, hash);
    let place = match (beside.exists(), above.exists()) {
        (true, _) => beside,
        (false, true) => above,
        (false, false) => {
            return Err(Error::NoWhitening {
                path: artefact.into(),
                file: beside,
            });
        }
    };
    let bytes = fs_err::read(&place)?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| Error::NotSafetensors {
        path: place.clone(),
        reason: error.to_string(),
    })?;
    let tensors = Tensors::new(file, &NAMES, &place)?;
    let whitening = from_tensors(name, len, &tensors, &place)?;
    if whitening.hash() != hash {
        let reason = "its content is not that which the artefact was made with";
        return Err(field(&place, "whitening", reason));
    }
    Ok(whitening)
}
