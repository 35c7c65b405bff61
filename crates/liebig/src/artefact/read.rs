//! Reading, with every field checked, because the file may come from an untrusted source.

use std::path::Path;
use std::sync::Arc;

use safetensors::tensor::SafeTensors;
use serde::de::DeserializeOwned;

use super::check::{check_header, check_values, field};
use super::tensors::Tensors;
use super::v2::{Header, LabelKind, WhiteningEntry};
use super::{Artefact, Error, v1, v2, whitening};
use crate::Labels;
use crate::set::SmallSet;

impl Artefact {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Every variant of [`Error`]; it never panics, whatever the content.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::from_bytes(&fs_err::read(path)?, path)
    }

    /// Reads and checks a file's bytes; `path` is used in messages, and to find the file of a large whitening.
    ///
    /// # Errors
    /// Every variant of [`Error`]; [`Error::Io`] only for such a file.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let not_safetensors = |error: safetensors::SafeTensorError| Error::NotSafetensors {
            path: path.into(),
            reason: error.to_string(),
        };
        let (_, entries) = SafeTensors::read_metadata(bytes).map_err(not_safetensors)?;
        let json = entries
            .metadata()
            .as_ref()
            .and_then(|entries| entries.get("liebig"))
            .ok_or_else(|| Error::NotOurs { path: path.into() })?;
        let (version, header) = header(json, path)?;
        let Header {
            shape,
            class_names,
            space,
            recipe,
            ..
        } = &header;
        check_header(*shape, class_names, space, recipe, path)
            .map_err(|error| version.own(error))?;
        let file = SafeTensors::deserialize(bytes).map_err(not_safetensors)?;
        let tensors = Tensors::new(file, version.tensors(&header), path)?;
        let artefact = artefact(header, &tensors, path)?;
        check_values(&artefact, path).map_err(|error| version.own(error))?;
        Ok(artefact)
    }
}

/// The layout of a file.
#[derive(Clone, Copy)]
enum Version {
    One,
    Two,
}

impl Version {
    /// The names of the tensors that a file may have.
    fn tensors(self, header: &Header) -> &'static [&'static str] {
        match self {
            Self::One => &["images", "labels", "learned_lr"],
            Self::Two
                if header
                    .whitening
                    .as_ref()
                    .is_none_or(|whitening| whitening.hash.is_some()) =>
            {
                &["images", "labels", "step_sizes"]
            }
            Self::Two => &[
                "images",
                "labels",
                "step_sizes",
                whitening::NAMES[0],
                whitening::NAMES[1],
                whitening::NAMES[2],
            ],
        }
    }

    /// The error with the field's name in files of this version.
    fn own(self, error: Error) -> Error {
        match (self, error) {
            (
                Self::One,
                Error::Field {
                    path,
                    field,
                    reason,
                },
            ) => Error::Field {
                path,
                field: v1::name(&field),
                reason,
            },
            (_, error) => error,
        }
    }
}

fn header(json: &str, path: &Path) -> Result<(Version, Header), Error> {
    let value: serde_json::Value = serde_json::from_str(json)
        .map_err(|error| field(path, "metadata", format!("not JSON: {error}")))?;
    // The version first, because fields mean something else in another version.
    let Some(version) = value.get("schema_version").cloned() else {
        return Err(field(path, "schema_version", "this field is missing"));
    };
    match version.as_u64() {
        Some(1) => {
            let metadata: v1::Metadata = parse(value, path)?;
            let header = Header::try_from(metadata);
            let header = header.map_err(|(name, reason)| field(path, &name, reason))?;
            Ok((Version::One, header))
        }
        Some(2) => Ok((Version::Two, parse::<v2::Metadata>(value, path)?.into())),
        _ => Err(Error::SchemaVersion {
            path: path.into(),
            found: version.to_string(),
            supported: v2::VERSION,
        }),
    }
}

fn parse<T: DeserializeOwned>(value: serde_json::Value, path: &Path) -> Result<T, Error> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| field(path, &error.path().to_string(), error.inner().to_string()))
}

fn artefact(header: Header, tensors: &Tensors<'_>, path: &Path) -> Result<Artefact, Error> {
    let classes = header.class_names.len();
    let count = tensors.count("images")?;
    let mut shape = vec![count];
    shape.extend(header.shape.dims());
    let values = tensors.floats("images", &shape)?;
    let soft = || tensors.floats("labels", &[count, classes]);
    let labels = match header.labels {
        LabelKind::Hard => tensors.hard_labels("labels", count, classes)?,
        LabelKind::Logits => Labels::Logits(soft()?),
        LabelKind::Values => Labels::Values(soft()?),
    };
    let mut step_sizes = tensors.list("step_sizes")?;
    // The name in version 1: one step size for all steps.
    let learned_lr = tensors.list("learned_lr")?;
    if learned_lr.len() > 1 {
        let reason = format!("found {} values, expected one", learned_lr.len());
        return Err(field(path, "learned_lr", reason));
    }
    step_sizes.extend(learned_lr);
    let mut space = header.space;
    if let Some(WhiteningEntry { name, hash }) = header.whitening {
        let len = header.shape.len();
        let read = match hash {
            None => whitening::from_tensors(name, len, tensors, path)?,
            Some(hash) => whitening::read(path, name, len, &hash)?,
        };
        space.whitening = Some(Arc::new(read));
    }
    Ok(Artefact {
        set: SmallSet {
            shape: header.shape,
            classes,
            values,
            labels,
            step_sizes,
            parameterization: header.parameterization,
            space,
        },
        class_names: header.class_names,
        recipe: header.recipe,
        provenance: header.provenance,
    })
}
