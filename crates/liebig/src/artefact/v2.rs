//! Version 2 of the metadata, the one that is written.

use std::sync::Arc;

use liebig_data::{Normalization, PerSample, SampleShape, Space, TableEncoding};
use serde::{Deserialize, Serialize};

use super::{Artefact, Provenance, whitening};
use crate::Labels;
use crate::protocol::Recipe;
use crate::synthetic::Parameterization;

pub(super) const VERSION: u32 = 2;

/// The JSON under the key `liebig` of the file's string map.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    schema_version: u32,
    shape: SampleShape,
    class_names: Vec<String>,
    labels: LabelKind,
    space: SpaceEntry,
    parameterization: Parameterization,
    recipe: Recipe,
    provenance: Provenance,
}

/// What the tensor `labels` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LabelKind {
    /// `I64 [n]`: class indices.
    Hard,
    /// `F32 [n, classes]`: scores that a softmax turns into probabilities.
    Logits,
    /// `F32 [n, classes]`: weights that are used as they are.
    Values,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpaceEntry {
    normalization: Normalization,
    /// Only where samples lose their own mean and norm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    per_sample: Option<PerSample>,
    whitening: Option<WhiteningEntry>,
    /// Only for tables; files written before tables had one lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<TableEncoding>,
}

/// The convention's name; mean, matrix and inverse are tensors, here or in the file with the hash.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhiteningEntry {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// The content of every version's metadata, before the tensors are read.
pub(super) struct Header {
    pub shape: SampleShape,
    pub class_names: Vec<String>,
    pub labels: LabelKind,
    /// The space without its whitening.
    pub space: Space,
    /// What is said of the whitening, if there is one.
    pub whitening: Option<WhiteningEntry>,
    pub parameterization: Parameterization,
    pub recipe: Recipe,
    pub provenance: Provenance,
}

impl From<Metadata> for Header {
    fn from(metadata: Metadata) -> Self {
        Self {
            shape: metadata.shape,
            class_names: metadata.class_names,
            labels: metadata.labels,
            space: Space {
                encoding: metadata.space.encoding.map(Arc::new),
                per_sample: metadata.space.per_sample,
                ..Space::from(metadata.space.normalization)
            },
            whitening: metadata.space.whitening,
            parameterization: metadata.parameterization,
            recipe: metadata.recipe,
            provenance: metadata.provenance,
        }
    }
}

impl From<&Artefact> for Metadata {
    fn from(artefact: &Artefact) -> Self {
        let set = &artefact.set;
        let whitening = set.space.whitening.as_ref();
        Self {
            schema_version: VERSION,
            shape: set.shape,
            class_names: artefact.class_names.clone(),
            labels: match set.labels {
                Labels::Hard(_) => LabelKind::Hard,
                Labels::Logits(_) => LabelKind::Logits,
                Labels::Values(_) => LabelKind::Values,
            },
            space: SpaceEntry {
                normalization: set.space.normalization.clone(),
                whitening: whitening.map(|whitening| WhiteningEntry {
                    name: whitening.name().into(),
                    hash: whitening::hash_beside(whitening).map(str::to_owned),
                }),
                per_sample: set.space.per_sample,
                encoding: set.space.encoding.as_deref().cloned(),
            },
            parameterization: artefact.set.parameterization,
            recipe: artefact.recipe.clone(),
            provenance: artefact.provenance.clone(),
        }
    }
}
